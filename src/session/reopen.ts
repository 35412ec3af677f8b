import {statSync, truncateSync} from 'node:fs';
import {join} from 'node:path';
import type {Clock} from '../clock.ts';
import {OneshotError} from '../error.ts';
import type {EventDraft} from '../event.ts';
import type {Write} from './append-file.ts';
import {FileSessionLog} from './file-log.ts';
import {type FoldedLog, foldLog} from './fold-log.ts';
import {type ProcessLookup, type SessionLock, takeLock} from './lock.ts';
import type {SessionLog} from './log.ts';
import {eventsPath} from './read.ts';
import {LOG_DAMAGED, type SessionState} from './state.ts';
import {unwritable} from './unwritable.ts';

export interface ReopenSessionOptions {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  /** The whole id; see `findSession`. */
  id: string;
  clock: Clock;
  /** Tells whether the last owner is alive. */
  processes: ProcessLookup;
  /** As in `OpenSessionOptions`. */
  write?: Write;
}

export interface ReopenedSession {
  log: SessionLog;
  /** As it was when it was opened: what is appended later does not change it. */
  state: SessionState;
}

/**
 * Makes this process the writer of a recorded session, which must have none. A torn last line is cut off and noted; the
 * next event has the number after the last one. A damaged log is noted too, and `state.damaged` tells it.
 * @throws OneshotError SESSION_LOCKED, SESSION_UNSUPPORTED, UNREADABLE_FILE, STATE_UNWRITABLE; the session is as before then
 */
export async function reopenSessionLog(options: ReopenSessionOptions): Promise<ReopenedSession> {
  const {clock, processes} = options;
  const dir = join(options.stateDir, 'sessions', options.id);
  let lock: SessionLock | null = null;
  try {
    lock = await takeLock(dir, {clock, processes});
    const folded = await foldLog(dir);
    const state = structuredClone(folded.state);
    return {log: openFolded(dir, folded, lock, options), state};
  } catch (error) {
    lock?.release();
    throw error instanceof OneshotError ? error : unwritable(dir, error);
  }
}

function openFolded(
  dir: string,
  {state, gaps}: FoldedLog,
  lock: SessionLock,
  {id, clock, write}: ReopenSessionOptions,
): SessionLog {
  const path = eventsPath(dir);
  if (gaps.tornBytes > 0) truncateSync(path, statSync(path).size - gaps.tornBytes);
  const {iteration, damaged} = state;
  const log = new FileSessionLog({dir, id, clock, write, lock, state, isNew: false});
  if (gaps.tornBytes > 0) {
    const text = `The last line of the log had no end: ${gaps.tornBytes} bytes were cut off.`;
    log.append(warning('LOG_REPAIRED', text, iteration));
  }
  if (damaged) {
    const text =
      'Lines of the log before this one are missing or changed: what it adds up to is not certain.';
    log.append(warning(LOG_DAMAGED, text, iteration));
  }
  return log;
}

function warning(code: string, text: string, iteration: number): EventDraft {
  return {body: {type: 'note', level: 'warning', code, text}, iteration, role: null, source: 'runner'};
}
