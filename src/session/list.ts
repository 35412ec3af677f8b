/**
 * Sessions at a glance. What has no owner does not change unless its folder or its log does, and their sizes and times tell
 * that; so an index in the state folder spares opening each session again. It is made anew when it is missing or wrong.
 */
import {readFileSync, statSync} from 'node:fs';
import {rename, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {Clock} from '../clock.ts';
import {messageOf, type OneshotError, systemCode} from '../error.ts';
import {ENDINGS, type Ending} from '../event.ts';
import {sessionIds} from './find.ts';
import {foldLog} from './fold-log.ts';
import {type LockOwner, lockOwner, type ProcessLookup} from './lock.ts';
import {eventsPath} from './read.ts';
import {isSnapshot, readSnapshot, type SessionSnapshot, snapshotOf, writeSnapshot} from './snapshot.ts';
import {emptyState} from './state.ts';

/**
 * `running`: somebody is at work on it. `crashed`: it has no end and nobody is. `damaged`: its log is not what was written, or
 * cannot be read. `unsupported`: a newer oneshot wrote it.
 */
export type SessionStatus = Ending | 'running' | 'crashed' | 'damaged' | 'unsupported';

export const SESSION_STATUSES: readonly SessionStatus[] = [
  'running',
  ...ENDINGS,
  'crashed',
  'damaged',
  'unsupported',
];

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
  const index = new Index(stateDir, options.clock);
  const sessions: ListedSession[] = [];
  let looked = 0;
  while (looked < ids.length && sessions.length < limit) {
    const batch = ids.slice(looked, looked + Math.min(TOGETHER, limit - sessions.length));
    looked += batch.length;
    const seen = await Promise.all(batch.map((id) => lookWith(index, join(folder, id), options)));
    sessions.push(...seen.filter((session) => status === undefined || session.status === status));
  }
  await index.save(ids);
  return {sessions: sessions.toSorted(newestFirst), older: ids.length - looked};
}

/** Sessions looked at together: they share one look at the processes. */
const TOGETHER = 64;

async function lookWith(index: Index, dir: string, options: LookOptions): Promise<ListedSession> {
  return index.find(dir) ?? index.keep(dir, await look(dir, options));
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
  return {...snapshot, status, reason};
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

interface LogFile {
  isThere: boolean;
  bytes: number;
  mtimeMs: number;
}

/** One that cannot be looked at is as good as none. */
function logAt(dir: string): LogFile {
  try {
    const {size, mtimeMs} = statSync(eventsPath(dir));
    return {isThere: true, bytes: size, mtimeMs};
  } catch (error) {
    return {isThere: systemCode(error) !== 'ENOENT', bytes: 0, mtimeMs: 0};
  }
}

function isOf({bytes, logMtimeMs}: SessionSnapshot, log: LogFile): boolean {
  return bytes === log.bytes && logMtimeMs === log.mtimeMs;
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

/** A file that was changed so shortly ago may change again within the same tick of its file system's clock, ms. */
const FRESH_MS = 2_000;

const INDEX_VERSION = 1;

interface IndexEntry {
  /** Of the session folder: it changes with every lock. */
  dirMtimeMs: number;
  snapshot: SessionSnapshot;
}

/** What is known of sessions that have no owner. */
class Index {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #entries: Record<string, Partial<IndexEntry> | null>;
  #isChanged = false;

  constructor(stateDir: string, clock: Clock) {
    this.#path = join(stateDir, 'sessions-index.json');
    this.#clock = clock;
    this.#entries = readIndex(this.#path);
  }

  /** null where it has changed, or is not known. */
  find(dir: string): ListedSession | null {
    const {dirMtimeMs, snapshot} = this.#entries[basename(dir)] ?? {};
    if (dirMtimeMs !== mtimeMs(dir) || !isSnapshot(snapshot) || !isOf(snapshot, logAt(dir))) return null;
    return listed(dir, snapshot, null);
  }

  keep(dir: string, {session, snapshot}: Look): ListedSession {
    const id = basename(dir);
    const dirMtimeMs = mtimeMs(dir);
    const changedMs = Math.max(dirMtimeMs, snapshot.logMtimeMs);
    const isSettled = session.owner === null && isOf(snapshot, logAt(dir));
    if (isSettled && this.#clock.now() - changedMs > FRESH_MS) {
      this.#entries[id] = {dirMtimeMs, snapshot};
      this.#isChanged = true;
    } else this.#forget(id);
    return session;
  }

  /** `ids`: of all sessions that are there. A state folder that cannot be written has no index. */
  async save(ids: readonly string[]): Promise<void> {
    const there = new Set(ids);
    for (const id of Object.keys(this.#entries)) if (!there.has(id)) this.#forget(id);
    if (!this.#isChanged) return;
    const temporary = `${this.#path}.${process.pid}.tmp`;
    const index = {v: INDEX_VERSION, entries: this.#entries};
    try {
      await writeFile(temporary, JSON.stringify(index), {mode: 0o600});
      await rename(temporary, this.#path);
    } catch {
      // The next list takes longer.
    }
  }

  #forget(id: string): void {
    if (!Object.hasOwn(this.#entries, id)) return;
    delete this.#entries[id];
    this.#isChanged = true;
  }
}

function readIndex(path: string): Record<string, Partial<IndexEntry> | null> {
  try {
    const {v, entries} = JSON.parse(readFileSync(path, 'utf8')) as {v?: unknown; entries?: unknown};
    if (v !== INDEX_VERSION || typeof entries !== 'object' || entries === null) return {};
    return entries as Record<string, Partial<IndexEntry> | null>;
  } catch {
    return {};
  }
}

/** 0 where it cannot be looked at. */
function mtimeMs(dir: string): number {
  return statSync(dir, {throwIfNoEntry: false})?.mtimeMs ?? 0;
}
