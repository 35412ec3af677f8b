import type {StreamName} from '../event.ts';
import {Gate} from './gate.ts';
import {Grace} from './grace.ts';
import type {ChunkHandler} from './transport.ts';

/** Time between two looks at the streams after the exit, ms. */
const ROUND_MS = 20;

/** A child's output on its way to the chunk handler. */
export interface Output {
  bytesSeen(): number;
  pause(): void;
  resume(): void;
  drain(): void;
  /** The process has exited: hands on the rest. False when a stream was given up before its end. Never rejects. */
  finish(): Promise<boolean>;
}

/** One stream of a child. Hands its bytes to a `Sink` and stops while the sink is paused. */
export interface Source {
  /** Whether it was read to its end. */
  readonly ended: boolean;
  pause(): void;
  resume(): void;
  /** The process has exited: hands on what can be read without waiting. */
  poll(): void;
  /** Gives the descriptors back. Harmless when done already. */
  close(): void;
}

/** Where a source delivers. */
export interface Sink {
  readonly paused: boolean;
  write(stream: StreamName, bytes: Buffer): void;
  /** A source has come to its end by itself. */
  sourceEnded(): void;
}

interface Finishing {
  grace: Grace;
  settle(drained: boolean): void;
}

/** Output that is read while the child runs. */
export class Reading implements Output, Sink {
  readonly #onChunk: ChunkHandler;
  readonly #gate = new Gate(() => this.#switched());
  readonly #sources: Source[] = [];
  #bytesSeen = 0;
  /** Set while the rest is read after the exit. */
  #finishing: Finishing | undefined;
  #round: NodeJS.Timeout | undefined;

  constructor(onChunk: ChunkHandler) {
    this.#onChunk = onChunk;
  }

  add(source: Source): void {
    this.#sources.push(source);
  }

  get paused(): boolean {
    return this.#gate.paused;
  }

  write(stream: StreamName, bytes: Buffer): void {
    this.#bytesSeen += bytes.length;
    this.#finishing?.grace.chunk();
    this.#onChunk(stream, bytes);
  }

  sourceEnded(): void {
    this.#look();
  }

  bytesSeen(): number {
    return this.#bytesSeen;
  }

  pause(): void {
    this.#gate.pause();
  }

  resume(): void {
    this.#gate.resume();
  }

  drain(): void {
    this.#gate.drain();
  }

  finish(): Promise<boolean> {
    return new Promise((settle) => {
      this.#finishing = {settle, grace: new Grace(performance.now())};
      this.#look();
    });
  }

  #switched(): void {
    if (this.paused) for (const source of this.#sources) source.pause();
    // Not at once: the caller may stand inside the chunk handler.
    else process.nextTick(() => this.#resumed());
  }

  #resumed(): void {
    if (this.paused) return;
    for (const source of this.#sources) source.resume();
    this.#look();
  }

  /** After the exit: is it over, or is another round due? */
  #look(): void {
    const finishing = this.#finishing;
    if (finishing === undefined) return;
    for (const source of this.#sources) source.poll();
    const ended = this.#sources.every((source) => source.ended);
    if (ended || finishing.grace.isOver(performance.now())) this.#end(finishing, ended);
    else this.#nextRound(finishing);
  }

  /** A pause stops the rounds; resuming starts them again. */
  #nextRound({grace}: Finishing): void {
    if (this.paused || this.#round !== undefined) return;
    const startedMs = performance.now();
    const finishRound = () => {
      this.#round = undefined;
      if (this.paused) return;
      grace.round(performance.now() - startedMs);
      this.#look();
    };
    // An immediate runs after I/O was polled, so that a round on a busy event loop has read what was there.
    this.#round = setTimeout(() => setImmediate(finishRound), ROUND_MS);
  }

  #end({settle}: Finishing, drained: boolean): void {
    this.#finishing = undefined;
    clearTimeout(this.#round);
    for (const source of this.#sources) source.close();
    settle(drained);
  }
}
