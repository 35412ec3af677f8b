import {existsSync} from 'node:fs';
import {OneshotError} from '../error.ts';
import type {SessionLog} from './log.ts';

/** @throws OneshotError RECORDING_FAILED when the log could not be written */
export function requireRecorded(log: SessionLog): void {
  const failure = log.failure();
  if (!failure) return;
  throw new OneshotError(
    'RECORDING_FAILED',
    `the session could not be recorded: ${failure.message}`,
    existsSync(log.eventsPath)
      ? `See that ${log.dir} has room; oneshot resume ${log.id} goes on with what was recorded.`
      : 'Nothing of it is left: run it again.',
    {cause: failure},
  );
}
