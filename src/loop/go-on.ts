import type {RunContext} from '../run.ts';
import {resumeLoop} from './loop.ts';
import type {LoopResult, ResumeLoopRequest} from './options.ts';
import {settleLastRun} from './settle.ts';

/**
 * Gives the last run an end where it has none, then goes on. `takeover`: end what still runs of it, instead of refusing.
 * @throws OneshotError AGENT_STILL_RUNNING; else as `resumeLoop`
 */
export async function goOn(
  context: RunContext,
  request: ResumeLoopRequest,
  takeover: boolean,
): Promise<LoopResult> {
  const {state, worker, auditor} = request;
  const agent = (state.lastRun?.role === 'auditor' && auditor) || worker;
  await settleLastRun(context, state, {agent, takeover});
  return resumeLoop(context, request);
}
