/** Watching the files in which an agent keeps its state, from what stat tells of them. */
import type {Clock} from '../clock.ts';
import {backgroundClock} from './background-clock.ts';
import {FolderWatch, type OpenWatch, openWatchOn} from './folder-watch.ts';
import {type Look, neverTwice, poll} from './poller.ts';
import {changesBetween, type FileChange, type Snapshot, takeSnapshot, writtenSince} from './snapshot.ts';

export type {FileChange} from './snapshot.ts';

export const DEFAULT_POLL_MS = 5_000;

/** From an event of the folder to the look, ms: writes come in groups. */
const SETTLE_MS = 200;

/** Events bring at most one look in this part of an interval: a folder that is written to all the time costs little more. */
const EARLY_LOOK_PART = 1 / 2;

export interface MonitorOptions {
  /** Time between two looks, ms. @default 5_000 */
  pollMs?: number;
  /** @default the system's, with timers that do not keep the process alive */
  clock?: Clock;
  /** ms since the epoch. At the first look, files written since then count as changed. @default none do */
  sinceMs?: number | null;
  /** Told once when the path itself cannot be looked at, such as for want of permission. It is tried on all the same. */
  onProblem?: (problem: Error) => void;
  /** Watches a folder; null: only polls. @default `fs.watch` on Linux and macOS */
  openWatch?: OpenWatch | null;
}

/**
 * Calls `callback` with what has changed in a folder, or of a file, since the look before, until the returned function is
 * called. Modification time, size and inode are compared every `pollMs`; on Linux and macOS an event of the folder brings a
 * look forward. The first look is what later ones are compared with; a path that is not there yet is waited for.
 * A folder is looked into three levels deep and up to 1,000 entries; of more, an arbitrary thousand is looked at, and only
 * `changed` is told, of the folder itself too. Never throws, and does not keep the process alive.
 */
export function monitorTaskFiles(
  path: string,
  callback: (changes: FileChange[]) => void,
  options: MonitorOptions = {},
): () => void {
  const monitor = new Monitor(path, callback, options);
  return () => monitor.stop();
}

export class Monitor {
  /** Looks now. Resolves when that is done. */
  readonly look: Look = neverTwice(() => this.#look());
  readonly #path: string;
  readonly #callback: (changes: FileChange[]) => void;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #sinceMs: number | null;
  readonly #watch: FolderWatch;
  readonly #unpoll: () => void;
  #onProblem: ((problem: Error) => void) | null;
  #before: Snapshot | null = null;
  #lookedAtMs = 0;
  #cancelEarlyLook: (() => void) | null = null;
  #stopped = false;

  constructor(path: string, callback: (changes: FileChange[]) => void, options: MonitorOptions) {
    const {pollMs = DEFAULT_POLL_MS, clock = backgroundClock, sinceMs = null, onProblem = null} = options;
    const {openWatch = openWatchOn(process.platform)} = options;
    this.#path = path;
    this.#callback = callback;
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#sinceMs = sinceMs;
    this.#onProblem = onProblem;
    this.#watch = new FolderWatch(path, () => this.#lookSoon(), openWatch);
    this.#unpoll = poll(clock, pollMs, this.look);
    void this.look();
  }

  stop(): void {
    this.#stopped = true;
    this.#unpoll();
    this.#watch.close();
    this.#cancelEarlyLook?.();
  }

  async #look(): Promise<void> {
    this.#lookedAtMs = this.#clock.monotonicMs();
    const snapshot = await this.#snapshot();
    if (snapshot === null || this.#stopped) return;
    const changes = this.#changes(snapshot);
    this.#before = snapshot;
    this.#watch.follow(snapshot);
    if (changes.length > 0) this.#callback(changes);
  }

  async #snapshot(): Promise<Snapshot | null> {
    try {
      return await takeSnapshot(this.#path);
    } catch (error) {
      this.#tell(error as Error);
      return null;
    }
  }

  #tell(problem: Error): void {
    const onProblem = this.#onProblem;
    this.#onProblem = null;
    if (!this.#stopped) onProblem?.(problem);
  }

  #changes(snapshot: Snapshot): FileChange[] {
    const at = this.#clock.now();
    if (this.#before !== null) return changesBetween(this.#before, snapshot, at);
    return this.#sinceMs === null ? [] : writtenSince(snapshot, this.#sinceMs, at);
  }

  #lookSoon(): void {
    const waitMs = this.#lookedAtMs + this.#pollMs * EARLY_LOOK_PART - this.#clock.monotonicMs();
    this.#cancelEarlyLook ??= this.#clock.after(Math.max(SETTLE_MS, waitMs), () => {
      this.#cancelEarlyLook = null;
      void this.look();
    });
  }
}
