import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {Clock} from '../clock.ts';
import {messageOf, OneshotError} from '../error.ts';
import {
  EVENT_VERSION,
  type EventDraft,
  type EventHead,
  eventOf,
  type OneshotEvent,
  type Role,
  type StreamName,
} from '../event.ts';
import {AppendFile, systemWritev, type Writev} from './append-file.ts';
import {writesPromptly} from './disk.ts';
import {newSessionId} from './id.ts';
import type {SessionLog, View} from './log.ts';

export interface OpenSessionOptions {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  clock: Clock;
  /** @default a new one */
  id?: string;
  /** How bytes reach the disk. @default at once where the disk is prompt, else by writev(2) on libuv's thread pool */
  writev?: Writev;
}

/**
 * Creates the folder of a new session and opens its log.
 * @throws OneshotError STATE_UNWRITABLE; nothing is left behind then.
 */
export function openSessionLog(options: OpenSessionOptions): Promise<SessionLog> {
  const id = options.id ?? newSessionId(options.clock.now());
  const sessions = join(options.stateDir, 'sessions');
  const dir = join(sessions, id);
  try {
    mkdirSync(sessions, {recursive: true, mode: 0o700});
    mkdirSync(dir, {mode: 0o700});
  } catch (error) {
    return Promise.reject(unwritable(options.stateDir, error));
  }
  try {
    return Promise.resolve(new FileSessionLog(id, dir, options));
  } catch (error) {
    rmSync(dir, {recursive: true, force: true});
    return Promise.reject(unwritable(options.stateDir, error));
  }
}

function unwritable(folder: string, cause: unknown): OneshotError {
  return new OneshotError(
    'STATE_UNWRITABLE',
    `the state folder ${folder} cannot be written: ${messageOf(cause)}`,
    'Make it writable or set ONESHOT_HOME to a folder that is.',
    {cause},
  );
}

/** Path of a raw file within the session folder. */
function rawName(iteration: number, role: Role, stream: StreamName): string {
  return `${iteration}/${role}.${stream}`;
}

/** A write in the turn that takes this long is the last one: the event loop has other things to do. */
const SLOW_WRITE_MS = 50;

/** What goes to disk together. */
interface Batch {
  events: OneshotEvent[];
  bytes: number;
}

class FileSessionLog implements SessionLog {
  readonly id: string;
  readonly dir: string;
  readonly eventsPath: string;
  readonly #clock: Clock;
  readonly #writev: Writev;
  readonly #events: AppendFile;
  readonly #raw = new Map<string, AppendFile>();
  readonly #views = new Set<View>();
  readonly #onWritten = new Set<() => void>();
  #seq = 0;
  /** Events queued for the log that no view has seen. */
  #unseen: OneshotEvent[] = [];
  #backlogBytes = 0;
  /** Whether to write within the turn, which is much sooner than a thread would; false for good after a slow write. */
  #isPrompt: boolean;
  #writing = false;
  #pumpScheduled = false;
  #failure: Error | null = null;
  #onFailure = new Set<(error: Error) => void>();
  #waiters: {bytes: number; callback: () => void}[] = [];

  constructor(id: string, dir: string, {clock, writev}: OpenSessionOptions) {
    this.id = id;
    this.dir = dir;
    this.eventsPath = join(dir, 'events.jsonl');
    this.#clock = clock;
    this.#writev = writev ?? systemWritev;
    this.#isPrompt = writev === undefined && writesPromptly(dir);
    this.#events = new AppendFile(this.eventsPath, this.#writev);
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
    const event = eventOf(head, body, raw);
    this.#unseen.push(event);
    this.#enqueue(this.#events, Buffer.from(`${JSON.stringify(event)}\n`));
  }

  appendRaw(iteration: number, role: Role, stream: StreamName, bytes: Uint8Array): number {
    const file = this.#rawFile(iteration, role, stream);
    if (!file) return 0;
    const offset = file.size;
    if (!this.#failure) this.#enqueue(file, Buffer.from(bytes));
    return offset;
  }

  rawSize(iteration: number, role: Role, stream: StreamName): number {
    return this.#raw.get(rawName(iteration, role, stream))?.size ?? 0;
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

  async close(): Promise<void> {
    await this.flush();
    // A write that never returned still holds its descriptor: closing would wait for it.
    if (this.#writing) return;
    await Promise.all([this.#events, ...this.#raw.values()].map((file) => file.close()));
  }

  #rawFile(iteration: number, role: Role, stream: StreamName): AppendFile | null {
    const name = rawName(iteration, role, stream);
    const open = this.#raw.get(name);
    if (open || this.#failure) return open ?? null;
    try {
      mkdirSync(join(this.dir, String(iteration)), {recursive: true, mode: 0o700});
      const file = new AppendFile(this.rawPath(iteration, role, stream), this.#writev);
      this.#raw.set(name, file);
      return file;
    } catch (error) {
      this.#fail(error as Error);
      return null;
    }
  }

  #enqueue(file: AppendFile, bytes: Buffer): void {
    file.push(bytes);
    this.#backlogBytes += bytes.length;
    if (this.#writing || this.#pumpScheduled) return;
    // One write for all that this turn of the event loop produces.
    this.#pumpScheduled = true;
    queueMicrotask(() => this.#pump());
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
    this.#isPrompt = this.#clock.monotonicMs() - startedMs < SLOW_WRITE_MS;
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
    for (const callback of this.#onWritten) callback();
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
