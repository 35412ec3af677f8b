/** `session.json`: what a list needs of a session, so that it need not read the log. Derived: it may be missing or old. */
import {readFileSync} from 'node:fs';
import {rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {VerdictWord} from '../event.ts';
import {oneLine} from '../text.ts';
import {type SessionState, statusOf} from './state.ts';

export const SNAPSHOT_VERSION = 1;

/** `open`: without an end, whether somebody is at work on it or not. */
export type SnapshotStatus = ReturnType<typeof statusOf> | 'damaged' | 'unsupported';

export interface SessionSnapshot {
  v: typeof SNAPSHOT_VERSION;
  id: string;
  /** Of the last event. */
  seq: number;
  /** Size of `events.jsonl` that this was made from, and when that was changed last, ms since the epoch. */
  bytes: number;
  logMtimeMs: number;
  /** Bytes of the lines that have an end. */
  lineBytes: number;
  status: SnapshotStatus;
  /** Shortened; null for `exec`. */
  task: string | null;
  /** What `exec` ran, shortened; null for a task. */
  command: string | null;
  cwd: string;
  /** ms since the epoch: first and last event; 0 without one. */
  startedAt: number;
  lastAt: number;
  iteration: number;
  maxIterations: number;
  /** The worker's. */
  executor: string | null;
  /** The last one. */
  verdict: VerdictWord | null;
  /** Why it ended so; null while it has not. */
  reason: string | null;
  costUsd: number | null;
}

const MAX_TITLE_CHARS = 200;
const MAX_REASON_CHARS = 300;

/** What the state does not tell. */
export type LogFacts = Pick<SessionSnapshot, 'id' | 'bytes' | 'logMtimeMs' | 'lineBytes'>;

export function snapshotOf(
  state: SessionState,
  {id, bytes, logMtimeMs, lineBytes}: LogFacts,
): SessionSnapshot {
  const {seq, task, cwd, startedAt, lastAt, iteration, maxIterations, lastRun} = state;
  const argv = task === null ? lastRun?.started.argv : undefined;
  return {
    v: SNAPSHOT_VERSION,
    id,
    seq,
    bytes,
    logMtimeMs,
    lineBytes,
    status: state.damaged ? 'damaged' : statusOf(state),
    task: task === null ? null : oneLine(task, MAX_TITLE_CHARS),
    command: argv ? oneLine(argv.join(' '), MAX_TITLE_CHARS) : null,
    cwd,
    startedAt,
    lastAt,
    iteration,
    maxIterations,
    executor: state.worker?.executor ?? lastRun?.started.executor ?? null,
    verdict: state.lastVerdict?.verdict ?? null,
    reason: state.finished && oneLine(state.finished.reason, MAX_REASON_CHARS),
    costUsd: state.usage.costUsd,
  };
}

/** null: there is none that can be used. */
export function readSnapshot(dir: string): SessionSnapshot | null {
  try {
    const value: unknown = JSON.parse(readFileSync(snapshotPath(dir), 'utf8'));
    return isSnapshot(value) ? value : null;
  } catch {
    return null;
  }
}

let written = 0;

/** Replaces `session.json` at once, mode 0600. Rejects with the system error. */
export async function writeSnapshot(dir: string, snapshot: SessionSnapshot): Promise<void> {
  const path = snapshotPath(dir);
  const temporary = `${path}.${process.pid}.${++written}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(snapshot)}\n`, {mode: 0o600});
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, {force: true});
    throw error;
  }
}

export function snapshotPath(dir: string): string {
  return join(dir, 'session.json');
}

const STATUSES: Readonly<Record<SnapshotStatus, true>> = {
  verified: true,
  unverified: true,
  impossible: true,
  exhausted: true,
  'no-progress': true,
  'over-budget': true,
  failed: true,
  interrupted: true,
  open: true,
  damaged: true,
  unsupported: true,
};

export function isSnapshot(value: unknown): value is SessionSnapshot {
  if (typeof value !== 'object' || value === null) return false;
  // Field by field and not by lists of them, which a list of thousands would make thousands of.
  const one = value as Partial<Record<keyof SessionSnapshot, unknown>>;
  return (
    one.v === SNAPSHOT_VERSION &&
    typeof one.id === 'string' &&
    typeof one.cwd === 'string' &&
    typeof one.status === 'string' &&
    Object.hasOwn(STATUSES, one.status) &&
    isCount(one.seq) &&
    isCount(one.bytes) &&
    isCount(one.lineBytes) &&
    isCount(one.iteration) &&
    isCount(one.maxIterations) &&
    isTime(one.startedAt) &&
    isTime(one.lastAt) &&
    isTime(one.logMtimeMs) &&
    isText(one.task) &&
    isText(one.command) &&
    isText(one.executor) &&
    isText(one.reason) &&
    VERDICTS.includes(one.verdict) &&
    (one.costUsd === null || typeof one.costUsd === 'number')
  );
}

const VERDICTS: readonly unknown[] = [null, 'DONE', 'RETRY', 'IMPOSSIBLE'] satisfies (VerdictWord | null)[];

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= MAX_TIME_MS;
}

function isText(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

/** The last moment of a Date. */
const MAX_TIME_MS = 8.64e15;
