import {renameSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {OneshotError} from '../error.ts';
import {unwritable} from './file-log.ts';
import {type LockOptions, takeLock} from './lock.ts';

/**
 * Removes the session folder `dir`, at once for everybody who looks: it leaves the folder of sessions in one step.
 * @throws OneshotError SESSION_LOCKED while somebody is at work on it; STATE_UNWRITABLE
 */
export async function removeSession(dir: string, options: LockOptions): Promise<void> {
  try {
    await takeLock(dir, options);
    // No id has a dot.
    const away = join(dirname(dir), `.removed-${basename(dir)}`);
    renameSync(dir, away);
    await rm(away, {recursive: true, force: true});
  } catch (error) {
    throw error instanceof OneshotError ? error : unwritable(dir, error);
  }
}
