/**
 * What is known of sessions that have no owner, in one file of the state folder: it spares opening each session again. Rows
 * rather than objects, since there may be thousands and most of the time of a list goes into reading them.
 */
import {readFileSync, statSync} from 'node:fs';
import {rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Clock} from '../clock.ts';
import {isOf, logAt} from './log-file.ts';
import {isSnapshot, type SessionSnapshot, SNAPSHOT_VERSION} from './snapshot.ts';

/** A file that was changed so shortly ago may change again within the same tick of its file system's clock, ms. */
const FRESH_MS = 2_000;

/** Also of the order of the fields in a row. */
const INDEX_VERSION = 2;

/** Modification time of the session folder (it changes with every lock), ms since the epoch; then the snapshot's fields. */
type Row = readonly unknown[];

export class ListIndex {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #rows: Record<string, Row | null>;
  #isChanged = false;

  constructor(stateDir: string, clock: Clock) {
    this.#path = join(stateDir, 'sessions-index.json');
    this.#clock = clock;
    this.#rows = readIndex(this.#path);
  }

  /** The session in the folder `dir`; null where it has changed, or is not known. */
  find(id: string, dir: string): SessionSnapshot | null {
    const row = this.#rows[id];
    if (!Array.isArray(row) || row[0] !== mtimeMs(dir)) return null;
    const snapshot = snapshotOfRow(id, row);
    return isSnapshot(snapshot) && isOf(snapshot, logAt(dir)) ? snapshot : null;
  }

  /** Notes a session that has no owner. */
  keep(dir: string, snapshot: SessionSnapshot): void {
    const dirMtimeMs = mtimeMs(dir);
    const changedMs = Math.max(dirMtimeMs, snapshot.logMtimeMs);
    if (!isOf(snapshot, logAt(dir)) || this.#clock.now() - changedMs <= FRESH_MS) {
      this.forget(snapshot.id);
      return;
    }
    this.#rows[snapshot.id] = rowOf(dirMtimeMs, snapshot);
    this.#isChanged = true;
  }

  forget(id: string): void {
    if (!Object.hasOwn(this.#rows, id)) return;
    delete this.#rows[id];
    this.#isChanged = true;
  }

  /** `ids`: of all sessions that are there. A state folder that cannot be written has no index. */
  async save(ids: readonly string[]): Promise<void> {
    const there = new Set(ids);
    for (const id of Object.keys(this.#rows)) if (!there.has(id)) this.forget(id);
    if (!this.#isChanged) return;
    const temporary = `${this.#path}.${process.pid}.tmp`;
    const index = {v: INDEX_VERSION, entries: this.#rows};
    try {
      await writeFile(temporary, JSON.stringify(index), {mode: 0o600});
      await rename(temporary, this.#path);
    } catch {
      // The next list takes longer.
    }
  }
}

function rowOf(dirMtimeMs: number, one: SessionSnapshot): Row {
  const {seq, bytes, logMtimeMs, lineBytes, status, task, command, cwd, startedAt, lastAt} = one;
  const {iteration, maxIterations, executor, verdict, reason, costUsd} = one;
  const log = [seq, bytes, logMtimeMs, lineBytes];
  const session = [status, task, command, cwd, startedAt, lastAt, iteration, maxIterations];
  return [dirMtimeMs, ...log, ...session, executor, verdict, reason, costUsd];
}

/** What `rowOf` was given, if nobody has touched the row. */
function snapshotOfRow(id: string, row: Row): unknown {
  return {
    v: SNAPSHOT_VERSION,
    id,
    seq: row[1],
    bytes: row[2],
    logMtimeMs: row[3],
    lineBytes: row[4],
    status: row[5],
    task: row[6],
    command: row[7],
    cwd: row[8],
    startedAt: row[9],
    lastAt: row[10],
    iteration: row[11],
    maxIterations: row[12],
    executor: row[13],
    verdict: row[14],
    reason: row[15],
    costUsd: row[16],
  };
}

function readIndex(path: string): Record<string, Row | null> {
  try {
    const {v, entries} = JSON.parse(readFileSync(path, 'utf8')) as {v?: unknown; entries?: unknown};
    if (v !== INDEX_VERSION || typeof entries !== 'object' || entries === null) return {};
    return entries as Record<string, Row | null>;
  } catch {
    return {};
  }
}

/** 0 where it cannot be looked at. */
function mtimeMs(dir: string): number {
  return statSync(dir, {throwIfNoEntry: false})?.mtimeMs ?? 0;
}
