/** Finds a recorded session by its id. */
import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {OneshotError, systemCode} from '../error.ts';
import {isSessionId} from './id.ts';
import {eventsPath, unreadable} from './read.ts';

export interface FoundSession {
  id: string;
  /** Absolute path of the session folder. */
  dir: string;
}

/** What a session id may be made of: nothing that leads to another folder. */
const SAFE_ID = /^[A-Za-z0-9_-]+$/;

/** How many ids an error names. */
const MAX_NAMED = 5;

/**
 * `wanted`: a whole id, the beginning or the end of one, or `last` for the session that began last.
 * @throws OneshotError SESSION_NOT_FOUND when there is none or more than one; UNREADABLE_FILE
 */
export async function findSession(stateDir: string, wanted: string): Promise<FoundSession> {
  const sessions = join(stateDir, 'sessions');
  const ids = await sessionIds(sessions);
  const id = wanted === 'last' ? await lastOf(sessions, ids) : matching(ids, wanted);
  return {id, dir: join(sessions, id)};
}

/**
 * Ids of all recorded sessions in the folder of sessions, sorted: by age, as far as they are ours.
 * @throws OneshotError UNREADABLE_FILE
 */
export async function sessionIds(sessions: string): Promise<string[]> {
  try {
    const entries = await readdir(sessions, {withFileTypes: true});
    return entries
      .filter((entry) => entry.isDirectory() && SAFE_ID.test(entry.name))
      .map(({name}) => name)
      .toSorted();
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return [];
    throw unreadable(sessions, cause);
  }
}

/** Our ids begin with the second in which the session began; within one the log that was written last decides. */
async function lastOf(sessions: string, ids: readonly string[]): Promise<string> {
  const ours = ids.filter(isSessionId);
  const second = ours.at(-1)?.slice(0, STAMP_CHARS);
  if (second === undefined) throw notFound('there is no session yet', NO_SESSION_STEP);
  const newest = ours.filter((id) => id.startsWith(second));
  const written = await Promise.all(
    newest.map(async (id) => ({id, ms: await writtenMs(join(sessions, id))})),
  );
  return written.reduce((last, one) => (one.ms >= last.ms ? one : last)).id;
}

/** `20261123-142530` */
const STAMP_CHARS = 15;

const NO_SESSION_STEP = 'Run a task first, or set ONESHOT_HOME to the folder that holds the session.';

async function writtenMs(dir: string): Promise<number> {
  try {
    return (await stat(eventsPath(dir))).mtimeMs;
  } catch {
    return 0;
  }
}

function matching(ids: readonly string[], wanted: string): string {
  const name = JSON.stringify(wanted.slice(0, 80));
  if (!SAFE_ID.test(wanted)) {
    throw notFound(
      `${name} is no session id`,
      'An id has letters, digits, - and _ only; last is the newest one.',
    );
  }
  if (ids.includes(wanted)) return wanted;
  const found = ids.filter((id) => id.startsWith(wanted) || id.endsWith(wanted));
  const [first] = found;
  if (found.length === 1 && first !== undefined) return first;
  if (first === undefined) throw notFound(`there is no session ${name}`, otherIds(ids));
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  throw notFound(`${name} may be ${found.length} sessions`, `Say which: ${newestOf(found)}${more}.`);
}

function otherIds(ids: readonly string[]): string {
  return ids.length === 0 ? NO_SESSION_STEP : `The newest are ${newestOf(ids)}.`;
}

function newestOf(ids: readonly string[]): string {
  return ids.toReversed().slice(0, MAX_NAMED).join(', ');
}

function notFound(message: string, nextStep: string): OneshotError {
  return new OneshotError('SESSION_NOT_FOUND', message, nextStep);
}
