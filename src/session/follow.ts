/**
 * Reads the log of a session while it is written, by this process or another. What was appended is read and nothing
 * twice, but for a line that had no end yet: that one is read again from its beginning, since its writer may have died over
 * it and another may have cut it off and written something else in its place.
 */
import {type FSWatcher, watch} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import type {Clock} from '../clock.ts';
import {OneshotError} from '../error.ts';
import type {OneshotEvent} from '../event.ts';
import {Lines} from './lines.ts';
import {eventsPath, noGaps, Order, type ReadGaps, requireFile, unreadable} from './read.ts';

export interface FollowOptions {
  /** Number of the first event that is wanted. @default 1 */
  fromSeq?: number;
  /** Ends the iteration. */
  signal: AbortSignal;
  /** Whether somebody may still write to the log. */
  isOwnerAlive: () => Promise<boolean>;
  clock: Clock;
  /** Longest line held in memory, bytes. @default 64 MiB */
  maxLineBytes?: number;
  /** What could not be read; `torn` and `lostBytes` are not looked for. */
  gaps?: ReadGaps;
  /** How changes are told of. @default fs.watch */
  watch?: typeof watch;
}

/** An event and the line of the log that holds it, without its line end. */
export interface LoggedEvent {
  event: OneshotEvent;
  line: Buffer;
}

/**
 * While events come the file is looked at this often and not watched: every word of a change wakes each follower, in the
 * midst of the write that caused it.
 */
const BUSY_POLL_MS = 20;

/** Events come until there has been none for so long. */
const BUSY_MS = 200;

/** Otherwise it is looked at this often, and as soon as the file system tells of a change. */
const POLL_MS = 100;

/** How often the owner of a silent log is looked for. */
const OWNER_MS = 2000;

/** How long an owner may stay, once the session is over, for those who follow to wait for it. */
const LINGER_MS = 1000;

const CHUNK_BYTES = 64 * 1024;

/**
 * All events of the session folder `dir` in order, then each one as it is written. Ends when nobody writes the log any
 * more, when its session is over, or when `signal` is aborted. Lines that are no event are left out.
 * @throws OneshotError UNREADABLE_FILE; SESSION_UNSUPPORTED once there is an event of a newer format
 */
export async function* followEvents(
  dir: string,
  options: FollowOptions,
): AsyncGenerator<OneshotEvent, void, undefined> {
  for await (const {event} of followLog(dir, options)) yield event;
}

/** As `followEvents`, with the lines of the log. */
export async function* followLog(
  dir: string,
  options: FollowOptions,
): AsyncGenerator<LoggedEvent, void, undefined> {
  const {signal} = options;
  const log = new GrowingLog(await openLog(dir), new Order(dir, options.gaps ?? noGaps()), options);
  const changes = new Changes(eventsPath(dir), options);
  const owner = new Owner(options);
  try {
    while (!signal.aborted) {
      const {lastSeq} = log;
      for await (const logged of log.readOn()) {
        owner.wrote(logged.event);
        yield logged;
        if (signal.aborted) return;
      }
      // What the owner wrote before it was found gone has been read by now, or nothing has come since.
      const hasGrown = log.lastSeq !== lastSeq;
      if (owner.isGone && !hasGrown) return;
      if (await owner.look()) continue;
      await changes.next(hasGrown);
    }
  } catch (cause) {
    throw cause instanceof OneshotError ? cause : unreadable(eventsPath(dir), cause);
  } finally {
    changes.close();
    await log.close();
  }
}

async function openLog(dir: string): Promise<FileHandle> {
  const path = eventsPath(dir);
  try {
    await requireFile(path);
    return await open(path, 'r');
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** A log file as far as it has been read. */
class GrowingLog {
  readonly #file: FileHandle;
  readonly #maxLineBytes: number;
  readonly #fromSeq: number;
  /** Leaves out what has been before, also when the file is read again. */
  readonly #order: Order;
  /** Of the last event that was read. */
  lastSeq = 0;
  /** Of the first line that has not been read. */
  #offset = 0;
  /** The file as it was at the last look. */
  #seen = {size: -1, mtimeMs: 0};

  constructor(file: FileHandle, order: Order, {fromSeq = 1, maxLineBytes = 64 * 1024 * 1024}: FollowOptions) {
    this.#file = file;
    this.#order = order;
    this.#fromSeq = fromSeq;
    this.#maxLineBytes = maxLineBytes;
  }

  /** The events of the lines that have ended since the last time. */
  async *readOn(): AsyncGenerator<LoggedEvent, void, undefined> {
    const {size, mtimeMs} = await this.#file.stat();
    if (size === this.#seen.size && mtimeMs === this.#seen.mtimeMs) return;
    this.#seen = {size, mtimeMs};
    // More was cut off than a line without an end.
    if (size < this.#offset) this.#offset = 0;
    yield* this.#readLines();
  }

  async *#readLines(): AsyncGenerator<LoggedEvent, void, undefined> {
    const lines = new Lines(this.#maxLineBytes);
    for (let offset = this.#offset; ; ) {
      // Not one buffer for all: `lines` keeps the piece that has no end yet.
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const {bytesRead} = await this.#file.read(buffer, 0, CHUNK_BYTES, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      const ended = lines.feed(buffer.subarray(0, bytesRead));
      this.#offset = offset - lines.openBytes;
      for (const line of ended) {
        const event = this.#order.next(line);
        if (!line || !event) continue;
        this.lastSeq = event.seq;
        if (event.seq >= this.#fromSeq) yield {event, line};
      }
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Whether somebody still writes. */
class Owner {
  readonly #options: FollowOptions;
  #sessionIsOver = false;
  #wroteAtMs: number;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  isGone = false;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#wroteAtMs = options.clock.monotonicMs();
  }

  wrote(event: OneshotEvent): void {
    this.#sessionIsOver = event.type === 'session_finished';
    this.#wroteAtMs = this.#options.clock.monotonicMs();
    // Another goes on, or these were its last words: it is asked for again at once.
    if (this.isGone) this.#askedAtMs = Number.NEGATIVE_INFINITY;
    this.isGone = false;
  }

  /** Whether it is found gone now. Asked for seldom: it may cost a look at every process. */
  async look(): Promise<boolean> {
    const nowMs = this.#options.clock.monotonicMs();
    const silentMs = nowMs - this.#wroteAtMs;
    if (this.#sessionIsOver && silentMs >= LINGER_MS) this.isGone = true;
    else if (nowMs - this.#askedAtMs >= (this.#sessionIsOver ? POLL_MS : OWNER_MS)) {
      this.#askedAtMs = nowMs;
      this.isGone = !(await this.#options.isOwnerAlive());
    }
    return this.isGone;
  }
}

/** Tells when to look at a file again. */
class Changes {
  readonly #path: string;
  readonly #options: FollowOptions;
  readonly #onChange = () => this.#changed();
  #watcher: FSWatcher | null = null;
  #canWatch = true;
  #hasChanged = false;
  #wake: (() => void) | null = null;
  #grewAtMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, options: FollowOptions) {
    this.#path = path;
    this.#options = options;
    options.signal.addEventListener('abort', this.#onChange);
  }

  /** Settles when it is time for the next look; `hasGrown`: whether the last one found something. */
  async next(hasGrown: boolean): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    if (hasGrown) this.#grewAtMs = nowMs;
    if (nowMs - this.#grewAtMs < BUSY_MS) {
      this.#unwatch();
      return this.#pause(BUSY_POLL_MS);
    }
    // What has changed before it was watched is seen by another look at once.
    if (this.#watch()) return;
    await this.#pause(POLL_MS);
    this.#hasChanged = false;
  }

  close(): void {
    this.#unwatch();
    this.#options.signal.removeEventListener('abort', this.#onChange);
  }

  /** Whether it is watched from now on, and was not before. */
  #watch(): boolean {
    if (this.#watcher || !this.#canWatch) return false;
    this.#watcher = watcherOf(this.#path, this.#onChange, this.#options.watch ?? watch);
    this.#canWatch = this.#watcher !== null;
    return this.#canWatch;
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#hasChanged = false;
  }

  #changed(): void {
    this.#hasChanged = true;
    this.#wake?.();
  }

  /** Settles after `ms`, or sooner with a change. */
  #pause(ms: number): Promise<void> {
    return new Promise((settle) => {
      const cancel = this.#options.clock.after(ms, settle);
      this.#wake = () => {
        cancel();
        settle();
      };
      if (this.#hasChanged || this.#options.signal.aborted) this.#wake();
    });
  }
}

/** null where the file system cannot tell of changes, or has told as many as it will. */
function watcherOf(path: string, onChange: () => void, start: typeof watch): FSWatcher | null {
  try {
    return start(path, onChange).on('error', onChange);
  } catch {
    return null;
  }
}
