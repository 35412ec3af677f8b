/**
 * The loop: a worker run, the user's checks, an auditor run, and again with what they say, until an explicit verdict. Each
 * step begins from the state of the log alone, so that another process can go on with any of them.
 */
import type {RunContext} from '../run.ts';
import {redacting} from '../session/redact-log.ts';
import {emptyState} from '../session/state.ts';
import {LoopedSession} from './looped-session.ts';
import {DEFAULT_RULES, type LoopRequest, type LoopResult, type ResumeLoopRequest} from './options.ts';
import {resumePoint} from './resume.ts';

/**
 * Runs the task to its ending and appends everything from `session_started` to `session_finished` to the log.
 * @throws OneshotError as `run()`; the log then ends with `session_finished` all the same.
 */
export async function loop(given: RunContext, {task, ...options}: LoopRequest): Promise<LoopResult> {
  const context = redacting(given);
  const session = new LoopedSession(context, options, emptyState(), task);
  session.start();
  return session.toItsEnd(() => session.begin());
}

/**
 * Goes on with a session from where its log ends, and appends everything from `session_resumed` to `session_finished`.
 * @throws OneshotError NOTHING_TO_RESUME before anything is appended; else as `loop`.
 */
export async function resumeLoop(given: RunContext, request: ResumeLoopRequest): Promise<LoopResult> {
  const context = redacting(given);
  const {state, instructions, ...options} = request;
  const {maxIterations, auditor, rules = DEFAULT_RULES} = options;
  const point = resumePoint(state, {instructions, maxIterations, audit: auditor !== null, rules});
  const session = new LoopedSession(context, options, state, state.task!);
  session.resume(point, instructions);
  return session.toItsEnd(() => session.goOn(point, instructions));
}
