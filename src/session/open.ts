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
import {newSessionId} from './id.ts';
import type {SessionLog, View} from './log.ts';

export interface OpenSessionOptions {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  clock: Clock;
  /** @default a new one */
  id?: string;
  /** How bytes reach the disk. @default writev(2) on libuv's thread pool */
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
    return Promise.resolve(new FileSessionLog(id, dir, options.clock, options.writev ?? systemWritev));
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
  #writing = false;
  #pumpScheduled = false;
  #failure: Error | null = null;
  #onFailure = new Set<(error: Error) => void>();
  #waiters: {bytes: number; callback: () => void}[] = [];

  constructor(id: string, dir: string, clock: Clock, write: Writev) {
    this.id = id;
    this.dir = dir;
    this.eventsPath = join(dir, 'events.jsonl');
    this.#clock = clock;
    this.#writev = write;
    this.#events = new AppendFile(this.eventsPath, write);
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
    return this.#raw.get(this.rawPath(iteration, role, stream))?.size ?? 0;
  }

  rawPath(iteration: number, role: Role, stream: StreamName): string {
    return join(this.dir, String(iteration), `${role}.${stream}`);
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
    const path = this.rawPath(iteration, role, stream);
    const open = this.#raw.get(path);
    if (open || this.#failure) return open ?? null;
    try {
      mkdirSync(join(this.dir, String(iteration)), {recursive: true, mode: 0o700});
      const file = new AppendFile(path, this.#writev);
      this.#raw.set(path, file);
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

  /** Writes everything queued to every file at once, then shows the events and looks again. */
  #pump(): void {
    this.#pumpScheduled = false;
    const files = [...this.#raw.values(), this.#events].filter((file) => file.hasQueue());
    if (this.#failure || files.length === 0) return;
    const batchBytes = this.#backlogBytes;
    const shown = this.#unseen;
    this.#unseen = [];
    this.#writing = true;
    let open = files.length;
    for (const file of files) {
      file.writeQueue((error) => {
        if (error) this.#fail(error);
        if (--open > 0) return;
        this.#writing = false;
        this.#recorded(shown, batchBytes);
      });
    }
  }

  #recorded(events: OneshotEvent[], bytes: number): void {
    if (this.#failure) return;
    this.#backlogBytes -= bytes;
    for (const event of events) for (const view of this.#views) view(event);
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
