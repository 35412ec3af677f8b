import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Clock} from '../clock.ts';
import type {Write} from './append-file.ts';
import {FileSessionLog} from './file-log.ts';
import {newSessionId} from './id.ts';
import {type ProcessLookup, takeLock} from './lock.ts';
import type {SessionLog} from './log.ts';
import {emptyState} from './state.ts';
import {unwritable} from './unwritable.ts';

export {type ReopenedSession, type ReopenSessionOptions, reopenSessionLog} from './reopen.ts';

export interface OpenSessionOptions {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  clock: Clock;
  /** @default a new one */
  id?: string;
  /** Names this process in the lock. @default without its start time, so that another process may be taken for it later */
  processes?: ProcessLookup;
  /** How bytes reach the disk. @default at once where the disk is prompt, else by write(2) on libuv's thread pool */
  write?: Write;
}

/**
 * Creates the folder of a new session, takes its lock and opens its log.
 * @throws OneshotError STATE_UNWRITABLE; nothing is left behind then.
 */
export async function openSessionLog(options: OpenSessionOptions): Promise<SessionLog> {
  const {stateDir, clock, write, processes} = options;
  const id = options.id ?? newSessionId(clock.now());
  const sessions = join(stateDir, 'sessions');
  const dir = join(sessions, id);
  try {
    mkdirSync(sessions, {recursive: true, mode: 0o700});
    mkdirSync(dir, {mode: 0o700});
  } catch (error) {
    throw unwritable(stateDir, error);
  }
  try {
    const lock = await takeLock(dir, {clock, processes});
    return new FileSessionLog({dir, id, clock, write, lock, state: emptyState(), isNew: true});
  } catch (error) {
    rmSync(dir, {recursive: true, force: true});
    throw unwritable(stateDir, error);
  }
}
