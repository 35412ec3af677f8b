/**
 * One writer for each session. The file `lock.<epoch>` names its owner; the highest epoch counts. It is created exclusively,
 * so that of several who want a free session one gets it, and renamed to `lock.<epoch>.released` at the end. The file of the
 * highest epoch is never removed: whoever comes late with an old epoch finds a higher one and steps back.
 */
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {hostname} from 'node:os';
import {basename, join} from 'node:path';
import type {Clock} from '../clock.ts';
import {OneshotError, systemCode} from '../error.ts';
import {eventsPath} from './read.ts';

/** A process for good: pids come again, with another start time. */
export interface ProcessIdentity {
  pid: number;
  /** In the system's own notation; empty where it is not known. */
  startedAt: string;
}

/** What the lock must know of the processes of this machine. */
export interface ProcessLookup {
  self(): Promise<ProcessIdentity>;
  /** One without a start time is alive when any process has its pid. */
  isAlive(process: ProcessIdentity): Promise<boolean>;
}

export interface LockOwner extends ProcessIdentity {
  host: string;
  /** When it took the lock, ms since the epoch. */
  at: number;
}

export interface LockOptions {
  clock: Clock;
  /** @default this process has no start time, and every owner lives */
  processes?: ProcessLookup | undefined;
  /** Name of this machine. @default os.hostname() */
  host?: string;
  /** What an owner on another machine writes while it lives. @default the session's log */
  aliveFile?: string | undefined;
  /** Writes the owner into a new lock. @default fs.writeFileSync */
  write?: (descriptor: number, owner: string) => void;
}

/** Held by this process. */
export interface SessionLock {
  readonly epoch: number;
  /** False once another process has taken it over. @throws the system error when the folder cannot be read */
  isOurs(): boolean;
  /** Never throws: a lock that stays behind is stale as soon as this process has ended. */
  release(): void;
}

/** How long an owner on another machine, which cannot be asked, may write nothing to its log. */
const SILENCE_OF_OTHER_HOST_MS = 3_600_000;

/** A lock without a readable owner is being written, or its writer died over it. */
const UNREADABLE_LOCK_MS = 5_000;

/** How often a race for a free session is run again; another wins each time. */
const MAX_TRIES = 20;

/**
 * Makes this process the writer of the session folder `dir`.
 * @throws OneshotError SESSION_LOCKED when somebody else is; the system error when the folder cannot be written
 */
export async function takeLock(dir: string, options: LockOptions): Promise<SessionLock> {
  const {processes = NO_LOOKUP} = options;
  const self = await processes.self();
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = highest(dir);
    const owner = await ownerOf(dir, before, options);
    if (owner) throw locked(dir, owner);
    // After the epoch that was judged: somebody may have created it meanwhile.
    const epoch = before.epoch + 1;
    const host = options.host ?? hostname();
    const us = {...self, host, at: options.clock.now()};
    if (!create(lockPath(dir, epoch), us, options.write ?? writeFileSync)) continue;
    if (holds(dir, epoch)) {
      removeBelow(dir, epoch);
      return lockOf(dir, epoch);
    }
    rmSync(lockPath(dir, epoch), {force: true});
  }
  throw locked(dir, null);
}

/**
 * Who writes the session, or null when nobody does: it is over, or its owner is dead.
 * @throws the system error when the folder cannot be read
 */
export async function lockOwner(dir: string, options: LockOptions): Promise<LockOwner | null> {
  return ownerOf(dir, highest(dir), options);
}

async function ownerOf(
  dir: string,
  {epoch, released}: Epoch,
  options: LockOptions,
): Promise<LockOwner | null> {
  if (epoch === 0 || released) return null;
  const path = lockPath(dir, epoch);
  const owner = readOwner(path);
  if (!owner) return ageMs(path, options.clock) < UNREADABLE_LOCK_MS ? NAMELESS : null;
  return (await isAlive(dir, owner, options)) ? owner : null;
}

const NO_LOOKUP: ProcessLookup = {
  self: async () => ({pid: process.pid, startedAt: ''}),
  isAlive: async () => true,
};

/** Its lock is there, its name is not yet. */
const NAMELESS: LockOwner = {pid: 0, startedAt: '', host: '', at: 0};

async function isAlive(dir: string, owner: LockOwner, options: LockOptions): Promise<boolean> {
  const {clock, processes = NO_LOOKUP, host = hostname(), aliveFile = eventsPath(dir)} = options;
  if (owner.host === host) return processes.isAlive(owner);
  const silentMs = Math.min(clock.now() - owner.at, ageMs(aliveFile, clock));
  return silentMs < SILENCE_OF_OTHER_HOST_MS;
}

/** The process that wrote the session last, dead or alive; null where no lock tells. */
export function lastOwner(dir: string): LockOwner | null {
  const {epoch, released} = highest(dir);
  return epoch === 0 ? null : readOwner(lockPath(dir, epoch, released));
}

function lockOf(dir: string, epoch: number): SessionLock {
  return {
    epoch,
    isOurs: () => holds(dir, epoch),
    release() {
      try {
        renameSync(lockPath(dir, epoch), lockPath(dir, epoch, true));
      } catch {
        // The folder is gone or cannot be written.
      }
    },
  };
}

interface Epoch {
  /** 0: there is no lock file. */
  epoch: number;
  released: boolean;
}

const LOCK_NAME = /^lock\.(\d{1,9})(\.released)?$/;

function epochs(dir: string): Epoch[] {
  return readdirSync(dir).flatMap((name) => {
    const match = LOCK_NAME.exec(name);
    return match ? [{epoch: Number(match[1]), released: match[2] !== undefined}] : [];
  });
}

/** A release counts for its epoch, whoever has created the same epoch after it. */
function highest(dir: string): Epoch {
  let found: Epoch = {epoch: 0, released: false};
  for (const one of epochs(dir)) {
    if (one.epoch > found.epoch || (one.epoch === found.epoch && one.released)) found = one;
  }
  return found;
}

function holds(dir: string, epoch: number): boolean {
  const found = highest(dir);
  return found.epoch === epoch && !found.released;
}

/** False when it is there already. */
function create(path: string, owner: LockOwner, write: NonNullable<LockOptions['write']>): boolean {
  const descriptor = openNew(path);
  if (descriptor === null) return false;
  try {
    write(descriptor, `${JSON.stringify(owner)}\n`);
    return true;
  } catch (error) {
    // Without a name in it, it would hold the session for a while.
    rmSync(path, {force: true});
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function openNew(path: string): number | null {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return null;
    throw error;
  }
}

function removeBelow(dir: string, epoch: number): void {
  for (const old of epochs(dir)) {
    if (old.epoch < epoch) rmSync(lockPath(dir, old.epoch, old.released), {force: true});
  }
}

/** The last moment of a Date. */
const MAX_TIME_MS = 8.64e15;

/** null: nothing, or no owner, can be read there. */
function readOwner(path: string): LockOwner | null {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as Partial<LockOwner> | null;
    const {pid, startedAt, host, at} = owner ?? {};
    if (typeof pid !== 'number' || typeof startedAt !== 'string') return null;
    if (typeof host !== 'string' || typeof at !== 'number' || Math.abs(at) > MAX_TIME_MS) return null;
    return {pid, startedAt, host, at};
  } catch {
    return null;
  }
}

/** 0 for a file that is not there. */
function ageMs(path: string, clock: Clock): number {
  try {
    return clock.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function lockPath(dir: string, epoch: number, released = false): string {
  return join(dir, `lock.${epoch}${released ? '.released' : ''}`);
}

function locked(dir: string, owner: LockOwner | null): OneshotError {
  const id = basename(dir);
  const known = owner && owner !== NAMELESS;
  const where = known && owner.host !== hostname() ? ` on ${owner.host}` : '';
  const who = known
    ? `process ${owner.pid}${where} since ${new Date(owner.at).toISOString()}`
    : 'another process';
  const nextStep = `Watch it with oneshot follow ${id}, or end it with oneshot stop ${id}.`;
  return new OneshotError('SESSION_LOCKED', `the session ${id} is held by ${who}`, nextStep);
}
