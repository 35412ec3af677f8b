/**
 * Which task of a batch became which session, so that a batch that was broken off can go on. How a session ended stands in its
 * own log.
 *
 *     <state folder>/batches/<id>/tasks.jsonl    append-only: {key, session, at}; {fresh: true}: what stands before is over
 *     <state folder>/batches/<id>/lock.<epoch>   who runs the batch
 */
import {createHash} from 'node:crypto';
import {appendFileSync, mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {OneshotError, systemCode} from '../error.ts';
import {type LockOptions, lockOwner, takeLock} from '../session/lock.ts';
import {unwritable} from '../session/unwritable.ts';

export interface JournalOptions extends LockOptions {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  /** What makes it this batch and no other: the absolute path of its file, or its content. */
  name: string;
  /** Forget the sessions of former runs. */
  fresh: boolean;
}

export interface Journal {
  /** The session that the task `key` became in a former run, or null. */
  sessionOf(key: string): string | null;
  /** Call it before the session is there. @throws OneshotError STATE_UNWRITABLE */
  add(key: string, session: string): void;
  /** Never throws. */
  close(): void;
}

/** @throws OneshotError BATCH_RUNNING, STATE_UNWRITABLE */
export async function openJournal({stateDir, name, fresh, ...lockOptions}: JournalOptions): Promise<Journal> {
  const dir = join(stateDir, 'batches', digest(name));
  const path = join(dir, 'tasks.jsonl');
  const options = {...lockOptions, aliveFile: path};
  try {
    mkdirSync(dir, {recursive: true, mode: 0o700});
    const lock = await takeLock(dir, options);
    const {sessions, isTorn} = read(path);
    const append = (entry: object) => appendFileSync(path, `${JSON.stringify(entry)}\n`, {mode: 0o600});
    if (isTorn) appendFileSync(path, '\n');
    if (fresh) {
      append({fresh: true});
      sessions.clear();
    }
    return {
      sessionOf: (key) => sessions.get(key) ?? null,
      add(key, session) {
        try {
          append({key, session, at: options.clock.now()});
        } catch (error) {
          throw unwritable(stateDir, error);
        }
      },
      close: () => lock.release(),
    };
  } catch (error) {
    if (!(error instanceof OneshotError)) throw unwritable(stateDir, error);
    if (error.code === 'SESSION_LOCKED') throw await running(dir, options);
    throw error;
  }
}

/** A name for any text, as part of a path. */
export function digest(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** `isTorn`: its last line has no end. */
function read(path: string): {sessions: Map<string, string>; isTorn: boolean} {
  const text = textOf(path);
  const sessions = new Map<string, string>();
  for (const line of text.split('\n')) {
    const {key, session, fresh} = entryOf(line);
    if (fresh === true) sessions.clear();
    if (typeof key === 'string' && typeof session === 'string') sessions.set(key, session);
  }
  return {sessions, isTorn: text !== '' && !text.endsWith('\n')};
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** A line that cannot be read says nothing: its task is begun anew. */
function entryOf(line: string): {key?: unknown; session?: unknown; fresh?: unknown} {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

async function running(dir: string, options: LockOptions): Promise<OneshotError> {
  const owner = await lockOwner(dir, options).catch(() => null);
  const who = owner?.pid ? `process ${owner.pid}` : 'another process';
  return new OneshotError('BATCH_RUNNING', `${who} runs this batch already`, 'Wait for its end, or stop it.');
}
