import {mkdirSync, stat, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Clock} from '../clock.ts';
import {systemCode} from '../error.ts';
import {
  EVENT_VERSION,
  type EventDraft,
  type EventHead,
  eventOf,
  type OneshotEvent,
  type Role,
  type StreamName,
} from '../event.ts';
import {AppendFile, systemWrite, type Write} from './append-file.ts';
import {writesPromptly} from './disk.ts';
import {EventLines} from './event-line.ts';
import type {SessionLock} from './lock.ts';
import type {SessionLog, View} from './log.ts';
import {eventsPath} from './read.ts';
import {type SessionSnapshot, snapshotOf, writeSnapshot} from './snapshot.ts';
import {fold, type SessionState} from './state.ts';

/** Path of a raw file within the session folder. */
function rawName(iteration: number, role: Role, stream: StreamName): string {
  return `${iteration}/${role}.${stream}`;
}

/** Makes a folder in one that must be there. */
function makeFolder(path: string): void {
  statSync(dirname(path));
  mkdirSync(path, {recursive: true, mode: 0o700});
}

/** A write in the turn that takes this long is the last one: the event loop has other things to do. */
const SLOW_WRITE_MS = 50;

/** What goes to disk together. */
interface Batch {
  events: OneshotEvent[];
  bytes: number;
}

/** What comes within this time of a write goes out together: a flood is written in large pieces, all else at once. */
const BETWEEN_WRITES_MS = 1;

/** Queued bytes that are not kept waiting. */
const FULL_BATCH_BYTES = 128 * 1024;

/** Written bytes after which the disk begins to take them, so that little is left to wait for at the end of a step. */
const SYNC_AHEAD_BYTES = 32 * 1024 * 1024;

/** How often the folder is looked for: what is written to a file that was removed is lost without an error. */
const FOLDER_LOOK_MS = 1_000;

export interface FileLogOptions {
  /** The session folder. */
  dir: string;
  id: string;
  clock: Clock;
  /** @default at once where the disk is prompt, else by write(2) on libuv's thread pool */
  write?: Write | undefined;
  lock: SessionLock;
  /** What the log adds up to so far. It is taken over. */
  state: SessionState;
  /** Whether the files must not be there yet. */
  isNew: boolean;
}

/** A log in files, held by its lock. */
export class FileSessionLog implements SessionLog {
  readonly id: string;
  readonly dir: string;
  readonly eventsPath: string;
  readonly #clock: Clock;
  readonly #write: Write;
  readonly #lock: SessionLock;
  readonly #state: SessionState;
  readonly #isNew: boolean;
  readonly #events: AppendFile;
  readonly #raw = new Map<string, AppendFile>();
  readonly #views = new Set<View>();
  readonly #onWritten = new Set<() => void>();
  #seq: number;
  /** Events queued for the log that no view has seen. */
  #unseen: OneshotEvent[] = [];
  readonly #lines = new EventLines();
  #backlogBytes = 0;
  /** Whether to write within the turn, which is much sooner than a thread would; false for good after a slow write. */
  #isPrompt: boolean;
  #writing = false;
  #pumpScheduled = false;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  /** The end of this turn of the event loop is looked at. */
  #awaitsEndOfTurn = false;
  /** Something was queued in it. */
  #hasQueuedInTurn = false;
  /** Within `atOnce`. */
  #gathers = false;
  #failure: Error | null = null;
  #onFailure = new Set<(error: Error) => void>();
  #waiters: {bytes: number; callback: () => void}[] = [];
  /** One after the other. */
  #syncing: Promise<void> = Promise.resolve();
  #isSyncingAhead = false;
  #unsyncedBytes = 0;
  #closing: Promise<void> | null = null;
  #lookForFolderAtMs: number;

  /** Throws the system error when the log cannot be opened. */
  constructor({dir, id, clock, write, lock, state, isNew}: FileLogOptions) {
    this.id = id;
    this.dir = dir;
    this.eventsPath = eventsPath(dir);
    this.#clock = clock;
    this.#write = write ?? systemWrite;
    this.#lock = lock;
    this.#state = state;
    this.#seq = state.seq;
    this.#isNew = isNew;
    this.#isPrompt = write === undefined && writesPromptly(dir);
    this.#lookForFolderAtMs = clock.monotonicMs() + FOLDER_LOOK_MS;
    this.#events = new AppendFile(this.eventsPath, this.#write, {mustBeNew: isNew});
  }

  append({body, iteration, role, source, raw}: EventDraft): void {
    if (this.#failure) return;
    const seq = ++this.#seq;
    const head: EventHead = {
      v: EVENT_VERSION,
      seq,
      at: this.#clock.now(),
      session: this.id,
      iteration,
      role,
      source,
    };
    const {queue} = this.#events;
    const before = queue.length;
    queue.addText(this.#lines.line(head, body, raw));
    const event = eventOf(head, body, raw);
    fold(this.#state, event);
    this.#unseen.push(event);
    this.#queued(queue.length - before);
  }

  appendRaw(iteration: number, role: Role, stream: StreamName, bytes: Uint8Array): number {
    const file = this.#rawFile(iteration, role, stream);
    if (!file) return 0;
    const offset = file.size;
    if (this.#failure) return offset;
    file.queue.add(bytes);
    this.#queued(bytes.length);
    return offset;
  }

  atOnce(work: () => void): void {
    if (this.#gathers) {
      work();
      return;
    }
    this.#gathers = true;
    try {
      work();
    } finally {
      this.#gathers = false;
      if (this.#backlogBytes > 0 && this.#isDue()) this.#pump();
      if (this.#backlogBytes > 0) this.#awaitEndOfTurn();
    }
  }

  rawSize(iteration: number, role: Role, stream: StreamName): number {
    const open = this.#raw.get(rawName(iteration, role, stream));
    return open ? open.size : this.#sizeOnDisk(this.rawPath(iteration, role, stream));
  }

  rawPath(iteration: number, role: Role, stream: StreamName): string {
    return join(this.dir, rawName(iteration, role, stream));
  }

  addView(view: View): () => void {
    this.#views.add(view);
    return () => this.#views.delete(view);
  }

  onWritten(callback: () => void): () => void {
    this.#onWritten.add(callback);
    return () => this.#onWritten.delete(callback);
  }

  backlogBytes(): number {
    return this.#backlogBytes;
  }

  failure(): Error | null {
    return this.#failure;
  }

  onFailure(callback: (error: Error) => void): () => void {
    if (this.#failure) callback(this.#failure);
    else this.#onFailure.add(callback);
    return () => this.#onFailure.delete(callback);
  }

  whenBacklogBelow(bytes: number, callback: () => void): void {
    if (this.#failure || this.#backlogBytes <= bytes) callback();
    else this.#waiters.push({bytes, callback});
  }

  flush(): Promise<void> {
    return new Promise((settle) => this.whenBacklogBelow(0, settle));
  }

  abandon(error: Error): void {
    this.#fail(error);
  }

  sync(): Promise<void> {
    return new Promise((settle) => {
      const takeBack = this.onFailure(() => settle());
      this.whenBacklogBelow(0, () => {
        const {size: bytes} = this.#events;
        const snapshot = snapshotOf(this.#state, {id: this.id, bytes, lineBytes: bytes, logMtimeMs: 0});
        this.#syncing = this.#syncing.then(() => this.#syncWritten(snapshot));
        void this.#syncing.then(takeBack).then(settle);
      });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.sync();
    // A write that never returned still holds its descriptor: closing would wait for it.
    if (this.#writing) return;
    await Promise.all(this.#files().map((file) => file.close()));
    this.#lock.release();
  }

  #files(): AppendFile[] {
    return [this.#events, ...this.#raw.values()];
  }

  /** `snapshot`: of all that is written; it is recorded once that is on the disk. */
  async #syncWritten(snapshot: SessionSnapshot): Promise<void> {
    if (this.#failure) return;
    const errors = await Promise.all(this.#files().map((file) => file.sync()));
    const error = errors.find((one) => one !== null) ?? this.#whyNotOurs();
    if (error) return this.#fail(error);
    try {
      const logMtimeMs = statSync(this.eventsPath).mtimeMs;
      await writeSnapshot(this.dir, {...snapshot, logMtimeMs});
    } catch {
      // It is made from the log again when it is needed.
    }
  }

  /** One file after the other: the other threads have other things to do. */
  #syncAhead(): void {
    this.#isSyncingAhead = true;
    this.#unsyncedBytes = 0;
    const syncFiles = async () => {
      for (const file of this.#files()) {
        // The system tells of an error once: the sync at the end of the step would not learn of it.
        const error = this.#failure ? null : await file.sync();
        if (error) this.#fail(error);
      }
      this.#isSyncingAhead = false;
    };
    this.#syncing = this.#syncing.then(syncFiles);
  }

  #whyNotOurs(): Error | null {
    try {
      return this.#lock.isOurs() ? null : new Error('another oneshot has taken the session over');
    } catch (cause) {
      return this.#folderGone(cause);
    }
  }

  #folderGone(cause: unknown): Error {
    return new Error(`the session folder ${this.dir} is gone`, {cause});
  }

  #lookForFolder(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#lookForFolderAtMs) return;
    this.#lookForFolderAtMs = nowMs + FOLDER_LOOK_MS;
    stat(this.eventsPath, (error) => {
      if (systemCode(error) === 'ENOENT' && !this.#closing) this.#fail(this.#folderGone(error));
    });
  }

  #sizeOnDisk(path: string): number {
    if (this.#isNew) return 0;
    return statSync(path, {throwIfNoEntry: false})?.size ?? 0;
  }

  #rawFile(iteration: number, role: Role, stream: StreamName): AppendFile | null {
    const name = rawName(iteration, role, stream);
    const open = this.#raw.get(name);
    if (open || this.#failure) return open ?? null;
    try {
      makeFolder(join(this.dir, String(iteration)));
      const path = this.rawPath(iteration, role, stream);
      const file = new AppendFile(path, this.#write, {mustBeNew: this.#isNew});
      this.#raw.set(name, file);
      return file;
    } catch (error) {
      this.#fail(systemCode(error) === 'ENOENT' ? this.#folderGone(error) : (error as Error));
      return null;
    }
  }

  #queued(bytes: number): void {
    this.#backlogBytes += bytes;
    this.#hasQueuedInTurn = true;
    if (this.#gathers) return;
    this.#awaitEndOfTurn();
    if (!this.#isDue()) return;
    this.#pumpScheduled = true;
    queueMicrotask(() => this.#pump());
  }

  /** Whether what is queued is to be written before the turn is over. */
  #isDue(): boolean {
    if (this.#writing || this.#pumpScheduled) return false;
    if (this.#backlogBytes >= FULL_BATCH_BYTES) return true;
    return this.#clock.monotonicMs() - this.#writtenAtMs >= BETWEEN_WRITES_MS;
  }

  #awaitEndOfTurn(): void {
    if (this.#awaitsEndOfTurn) return;
    this.#awaitsEndOfTurn = true;
    setImmediate(() => this.#endTurn());
  }

  /** What waits is written once it is due, or once nothing more has come in a turn. */
  #endTurn(): void {
    const isFlood = this.#hasQueuedInTurn && !this.#isDue();
    this.#awaitsEndOfTurn = false;
    this.#hasQueuedInTurn = false;
    if (this.#writing || this.#backlogBytes === 0) return;
    if (isFlood) this.#awaitEndOfTurn();
    else this.#pump();
  }

  #pump(): void {
    this.#pumpScheduled = false;
    if (this.#failure || this.#backlogBytes === 0) return;
    const batch = {bytes: this.#backlogBytes, events: this.#unseen};
    this.#unseen = [];
    if (this.#isPrompt) this.#writeNow(batch);
    else this.#writeOnThreads(batch);
  }

  /** The events first: somebody waits to see them. */
  #writeNow(batch: Batch): void {
    const startedMs = this.#clock.monotonicMs();
    try {
      this.#events.writeQueueNow();
      this.#show(batch);
      for (const file of this.#raw.values()) file.writeQueueNow();
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#writtenAtMs = this.#clock.monotonicMs();
    this.#isPrompt = this.#writtenAtMs - startedMs < SLOW_WRITE_MS;
    this.#written(batch);
  }

  #writeOnThreads(batch: Batch): void {
    const files = [...this.#raw.values(), this.#events].filter((file) => file.hasQueue());
    this.#writing = true;
    let open = files.length;
    for (const file of files) {
      file.writeQueue((error) => {
        if (error) this.#fail(error);
        if (--open > 0) return;
        this.#writing = false;
        this.#writtenAtMs = this.#clock.monotonicMs();
        this.#show(batch);
        this.#written(batch);
      });
    }
  }

  #show({events}: Batch): void {
    if (this.#failure) return;
    for (const event of events) for (const view of this.#views) view(event);
  }

  #written({bytes}: Batch): void {
    if (this.#failure) return;
    this.#backlogBytes -= bytes;
    this.#unsyncedBytes += bytes;
    if (this.#unsyncedBytes >= SYNC_AHEAD_BYTES && !this.#isSyncingAhead) this.#syncAhead();
    for (const callback of this.#onWritten) callback();
    this.#lookForFolder();
    this.#releaseWaiters();
    this.#pump();
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#unseen = [];
    this.#backlogBytes = 0;
    this.#releaseWaiters();
    for (const callback of this.#onFailure) callback(error);
    this.#onFailure.clear();
  }

  #releaseWaiters(): void {
    const ready = this.#waiters.filter(({bytes}) => this.#failure || this.#backlogBytes <= bytes);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const {callback} of ready) callback();
  }
}
