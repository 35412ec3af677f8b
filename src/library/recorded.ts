import {systemClock} from '../clock.ts';
import type {RunContext} from '../run.ts';
import type {SessionLog} from '../session/log.ts';
import {noteRedaction} from '../session/note-redaction.ts';
import type {Redactor} from '../session/redact.ts';
import {redactedLog} from '../session/redact-log.ts';
import {requireRecorded} from '../session/require-recorded.ts';
import {startGuard} from '../transport/guard.ts';
import type {Settled} from './options.ts';
import {companion} from './surroundings.ts';

export interface RecordedSettings extends Settled {
  /** Absolute. */
  cwd: string;
  redactor: Redactor | null;
}

/**
 * Does `work` in the open log and closes it.
 * @throws OneshotError RECORDING_FAILED; what `work` throws
 */
export async function recorded<Result>(
  opened: SessionLog,
  {cwd, env, transport, activity, keepProcesses, maxFrameBytes, metrics, redactor}: RecordedSettings,
  signals: Pick<RunContext, 'stop' | 'kill'>,
  work: (context: RunContext) => Promise<Result>,
): Promise<Result> {
  const log = redactor ? redactedLog(opened, redactor) : opened;
  const guard = startGuard(companion('guard'));
  noteRedaction(log, redactor);
  try {
    const context = {env, transport, activity, keepProcesses, maxFrameBytes, metrics, redactor, guard};
    return await work({...context, ...signals, log, cwd, clock: systemClock});
  } finally {
    await log.flush();
    guard.close();
    await log.close();
    requireRecorded(log);
  }
}
