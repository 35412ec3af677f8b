import {renameSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {OneshotError} from '../error.ts';
import {type LockOptions, lockOwner, takeLock} from './lock.ts';
import {isFull, unwritable} from './unwritable.ts';

/**
 * Removes the session folder `dir`, at once for everybody who looks: it leaves the folder of sessions in one step.
 * @throws OneshotError SESSION_LOCKED while somebody is at work on it; STATE_UNWRITABLE
 */
export async function removeSession(dir: string, options: LockOptions): Promise<void> {
  try {
    await hold(dir, options);
    // No id has a dot.
    const away = join(dirname(dir), `.removed-${basename(dir)}`);
    renameSync(dir, away);
    await rm(away, {recursive: true, force: true});
  } catch (error) {
    throw error instanceof OneshotError ? error : unwritable(dir, error);
  }
}

/** A full disk takes no lock, from nobody else either; and what is removed makes room. */
async function hold(dir: string, options: LockOptions): Promise<void> {
  try {
    await takeLock(dir, options);
  } catch (error) {
    if (!isFull(error) || (await lockOwner(dir, options))) throw error;
  }
}
