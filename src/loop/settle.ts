/** Gives a run its end that had none when its oneshot ended. */
import {join} from 'node:path';
import {messageOf, OneshotError} from '../error.ts';
import {type EventBody, NO_USAGE, type RunFinished} from '../event.ts';
import {promptPath} from '../executor/prompt.ts';
import type {AgentChoice, RunContext} from '../run.ts';
import {redactFile} from '../session/redact-file.ts';
import {fold, type RunState, type SessionState} from '../session/state.ts';
import {Family} from '../transport/family.ts';
import {platformOf} from '../transport/platform.ts';
import {removeSpools} from '../transport/spool.ts';
import {sweep} from '../transport/sweep.ts';

export interface SettleOptions {
  /** Of the role that ran. */
  agent: AgentChoice;
  /** End what still runs of it, instead of refusing. */
  takeover: boolean;
}

/**
 * Appends the `run_finished` that the last run of `state` lacks, and folds it into `state`: recovered from the agent's own
 * files where they tell of an end. Does nothing where the run has one.
 * @throws OneshotError AGENT_STILL_RUNNING
 */
export async function settleLastRun(
  context: RunContext,
  state: SessionState,
  {agent, takeover}: SettleOptions,
): Promise<void> {
  const run = state.lastRun;
  if (run === null || run.finished !== null) return;
  const unfold = context.log.addView((event) => fold(state, event));
  const record = (body: EventBody) => {
    const {iteration, role} = run;
    context.log.append({body, iteration, role, source: 'runner'});
  };
  await endProcesses(context, run, takeover, record);
  settleFiles(context, run, record);
  record(await endOf(context, run, agent));
  await context.log.flush();
  unfold();
}

/** What the run would have masked or removed at its end. */
function settleFiles(
  {log, redactor}: RunContext,
  {iteration, role}: RunState,
  record: (body: EventBody) => void,
): void {
  const folder = join(log.dir, String(iteration));
  try {
    if (redactor) redactFile(promptPath(folder, role), redactor);
    removeSpools(folder);
  } catch (error) {
    const text = `Secrets may be left in ${folder}: ${messageOf(error)}`;
    record({type: 'note', level: 'warning', code: 'REDACT_FAILED', text});
  }
}

async function endProcesses(
  {processes: table = platformOf(process.platform).processes, clock, kill}: RunContext,
  {started, role}: RunState,
  takeover: boolean,
  record: (body: EventBody) => void,
): Promise<void> {
  if (!table) return;
  const family = new Family({table, rootPid: null, mark: started.mark});
  const living = await family.lookFully();
  if (living.length === 0) return;
  if (!takeover) {
    const pids = living.map(({pid}) => pid).join(', ');
    throw new OneshotError(
      'AGENT_STILL_RUNNING',
      `the ${role} of this session still runs (process ${pids}), though its oneshot is gone`,
      'A guard ends it within seconds: try again then, or end it now with --takeover.',
    );
  }
  const {failed: _, ...swept} = await sweep(family, {clock, killNow: kill});
  record({type: 'processes_swept', ...swept});
}

async function endOf(
  {env, cwd}: RunContext,
  {started, agentSession, startedAt, role}: RunState,
  {executor, installation, agentArgs}: AgentChoice,
): Promise<RunFinished> {
  const traces = {env, cwd, agentArgs, agentSession, pid: started.pid, startedAtMs: startedAt};
  const end = role === 'check' ? null : await executor.recover(installation, traces);
  const unknown: Omit<RunFinished, 'outcome' | 'reason' | 'text' | 'agentSession'> = {
    type: 'run_finished',
    exitCode: null,
    signal: null,
    usage: NO_USAGE,
    permissionDenials: [],
  };
  if (!end) {
    const reason = 'oneshot itself ended while the agent ran';
    return {...unknown, outcome: 'truncated', reason, text: null, agentSession};
  }
  return {
    ...unknown,
    outcome: 'completed',
    reason: `the agent had finished, as its own file ${end.path} tells; oneshot itself ended before it`,
    text: end.text,
    agentSession: agentSession ?? end.agentSession,
    recovered: true,
  };
}
