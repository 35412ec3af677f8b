/**
 * Sessions at a glance. What has no owner does not change unless its folder or its log does, and their sizes and times tell
 * that; so an index in the state folder spares opening each session again. It is made anew when it is missing or wrong.
 */
import {basename, join} from 'node:path';
import type {Clock} from '../clock.ts';
import {messageOf, type OneshotError} from '../error.ts';
import {sessionIds} from './find.ts';
import {foldLog} from './fold-log.ts';
import {ListIndex} from './list-index.ts';
import {type LockOwner, lockOwner, type ProcessLookup} from './lock.ts';
import {isOf, logAt} from './log-file.ts';
import {readSnapshot, type SessionSnapshot, snapshotOf, writeSnapshot} from './snapshot.ts';
import {emptyState} from './state.ts';
import type {SessionStatus} from './status.ts';

export interface ListedSession extends Omit<SessionSnapshot, 'v' | 'status' | 'logMtimeMs' | 'lineBytes'> {
  status: SessionStatus;
  /** Absolute path of the session folder. */
  dir: string;
  /** Who is at work on it, or null. */
  owner: LockOwner | null;
}

export interface LookOptions {
  clock: Clock;
  processes: ProcessLookup;
}

export interface ListOptions extends LookOptions {
  /** At most so many. @default all */
  limit?: number;
  /** Only those that stand so. @default all */
  status?: SessionStatus;
}

export interface SessionList {
  /** Newest first. */
  sessions: ListedSession[];
  /** How many older ones were not looked at. */
  older: number;
}

/** @throws OneshotError UNREADABLE_FILE when the folder of sessions cannot be read; a session that cannot is `damaged` */
export async function listSessions(stateDir: string, options: ListOptions): Promise<SessionList> {
  const {limit = Number.POSITIVE_INFINITY, status} = options;
  const folder = join(stateDir, 'sessions');
  const ids = (await sessionIds(folder)).toReversed();
  const index = new ListIndex(stateDir, options.clock);
  const sessions: ListedSession[] = [];
  let looked = 0;
  while (looked < ids.length && sessions.length < limit) {
    const batch = ids.slice(looked, looked + Math.min(TOGETHER, limit - sessions.length));
    looked += batch.length;
    const seen = await lookWith(index, folder, batch, options);
    sessions.push(...seen.filter((session) => status === undefined || session.status === status));
  }
  await index.save(ids);
  return {sessions: sessions.toSorted(newestFirst), older: ids.length - looked};
}

/** Sessions looked at together: they share one look at the processes. */
const TOGETHER = 64;

/** Those that the index does not know are looked at all at once. */
async function lookWith(
  index: ListIndex,
  folder: string,
  ids: readonly string[],
  options: LookOptions,
): Promise<ListedSession[]> {
  const seen = ids.map((id) => {
    const dir = `${folder}/${id}`;
    const known = index.find(id, dir);
    return known ? listed(dir, known, null) : lookAndKeep(index, dir, options);
  });
  return Promise.all(seen);
}

async function lookAndKeep(index: ListIndex, dir: string, options: LookOptions): Promise<ListedSession> {
  const {session, snapshot} = await look(dir, options);
  if (session.owner === null) index.keep(dir, snapshot);
  else index.forget(session.id);
  return session;
}

/** How the session in the folder `dir` stands. One that cannot be read is `damaged`. Never rejects. */
export async function lookAtSession(dir: string, options: LookOptions): Promise<ListedSession> {
  return (await look(dir, options)).session;
}

interface Look {
  session: ListedSession;
  snapshot: SessionSnapshot;
}

async function look(dir: string, options: LookOptions): Promise<Look> {
  try {
    const owner = await lockOwner(dir, options);
    const snapshot = await currentSnapshot(dir, owner !== null);
    return {session: listed(dir, snapshot, owner), snapshot};
  } catch (error) {
    const snapshot = brokenSnapshot(dir, 'damaged', messageOf(error));
    return {session: listed(dir, snapshot, null), snapshot};
  }
}

/** Of a session that is being written, the newest there is will do. */
async function currentSnapshot(dir: string, isHeld: boolean): Promise<SessionSnapshot> {
  const recorded = readSnapshot(dir);
  if (recorded?.id === basename(dir) && (isHeld || isOf(recorded, logAt(dir)))) return recorded;
  const snapshot = await snapshotFromLog(dir);
  // What it knows of a damaged log is more than the log tells.
  const isWhole = snapshot.status !== 'damaged' && snapshot.status !== 'unsupported';
  if (isWhole && !isHeld) await writeSnapshot(dir, snapshot).catch(() => {});
  return snapshot;
}

async function snapshotFromLog(dir: string): Promise<SessionSnapshot> {
  const log = logAt(dir);
  const {bytes} = log;
  const facts = {id: basename(dir), bytes, lineBytes: bytes, logMtimeMs: log.mtimeMs};
  // oneshot died before it wrote the first event.
  if (!log.isThere) return snapshotOf(emptyState(), facts);
  try {
    const {state, gaps} = await foldLog(dir);
    return snapshotOf(state, {...facts, lineBytes: bytes - gaps.tornBytes});
  } catch (error) {
    const isNewer = (error as OneshotError).code === 'SESSION_UNSUPPORTED';
    return brokenSnapshot(dir, isNewer ? 'unsupported' : 'damaged', messageOf(error));
  }
}

function brokenSnapshot(dir: string, status: 'damaged' | 'unsupported', reason: string): SessionSnapshot {
  const {bytes, mtimeMs} = logAt(dir);
  const facts = {id: basename(dir), bytes, lineBytes: bytes, logMtimeMs: mtimeMs};
  const snapshot = snapshotOf(emptyState(), facts);
  // Its events tell no time that could be relied on.
  return {...snapshot, status, reason, lastAt: Math.floor(mtimeMs)};
}

function listed(dir: string, one: SessionSnapshot, owner: LockOwner | null): ListedSession {
  const known = one.status === 'open' ? 'crashed' : one.status;
  // Not a spread, which costs ten times as much, and there are thousands.
  return {
    id: one.id,
    status: owner ? 'running' : known,
    task: one.task,
    command: one.command,
    cwd: one.cwd,
    startedAt: one.startedAt,
    lastAt: one.lastAt,
    iteration: one.iteration,
    maxIterations: one.maxIterations,
    executor: one.executor,
    verdict: one.verdict,
    reason: one.reason,
    costUsd: one.costUsd,
    seq: one.seq,
    bytes: one.bytes,
    dir,
    owner,
  };
}

/** When something is last known to have happened in it, ms since the epoch; 0 where nothing is. */
export function lastKnownAt(session: ListedSession): number {
  return Math.max(session.lastAt, beganAt(session));
}

function newestFirst(one: ListedSession, other: ListedSession): number {
  return beganAt(other) - beganAt(one);
}

/** ms since the epoch; a session without an event began when its id says. */
function beganAt({id, startedAt}: ListedSession): number {
  if (startedAt > 0) return startedAt;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) || 0;
}
