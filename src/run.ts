/**
 * The spine: one agent process, from spawn to its outcome.
 *
 *     executor.command → transport.spawn → chunks → decoder → frames → normalizer → events → log → views
 *
 * From chunk to queued event everything is synchronous. When the log falls behind, reading pauses and the child blocks;
 * once the child is being stopped it is drained instead, and what the log cannot take is discarded and noted.
 */
import type {RunFinished} from './event.ts';
import {readVersion} from './executor/version.ts';
import {Attempt} from './run/attempt.ts';
import type {RunContext, RunRequest} from './run/context.ts';
import {flushed, synced} from './run/waits.ts';
import {redacting} from './session/redact-log.ts';

export {type AgentChoice, type RunContext, type RunRequest, type StopReason, shownOn} from './run/context.ts';
export {synced} from './run/waits.ts';

/**
 * Runs the agent once and records it; a flag that the agent refuses and that it can do without is left out and the agent run again.
 * @throws OneshotError AGENT_NOT_FOUND, SPAWN_FAILED, CWD_UNUSABLE, PERMISSION_MODE_UNSUPPORTED, RECORDING_FAILED when
 * the agent cannot be started; once it runs, every ending is a value.
 */
export async function run(given: RunContext, request: RunRequest): Promise<RunFinished> {
  const context = redacting(given);
  const refusedFlags = new Set<string>();
  for (;;) {
    const attempt = new Attempt(context, request, refusedFlags);
    try {
      const finished = redacted(context, await attempt.run());
      const flag = attempt.refusedFlag(finished);
      if (flag === null) return await recorded(context, attempt, finished);
      const version = (await readVersion(request.agent.installation, context.env)) ?? '(version unknown)';
      const text = `${request.agent.installation.executor} ${version} refuses ${flag}; it is run once more without.`;
      attempt.recorder.note('warning', 'FLAG_REFUSED', text);
      refusedFlags.add(flag);
    } finally {
      attempt.close();
    }
  }
}

async function recorded(context: RunContext, attempt: Attempt, finished: RunFinished): Promise<RunFinished> {
  await flushed(context);
  attempt.output.maskPieces();
  attempt.output.recordMetrics();
  attempt.recorder.record(finished);
  await flushed(context);
  await synced(context);
  return finished;
}

function redacted({redactor}: RunContext, finished: RunFinished): RunFinished {
  return redactor ? redactor.body(finished) : finished;
}
