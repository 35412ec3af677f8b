/** Streams with a temper. */
import {Writable} from 'node:stream';

/** Takes one write at a time and keeps it until `take()`; collects what was taken. */
export class SlowStream extends Writable {
  taken = '';
  #pending: (() => void) | null = null;

  constructor() {
    super({decodeStrings: true, highWaterMark: 1});
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#pending = () => {
      this.taken += chunk.toString();
      done();
    };
  }

  get isBlocked(): boolean {
    return this.#pending !== null;
  }

  /** Takes the write that waits; false when there is none. */
  take(): boolean {
    const pending = this.#pending;
    this.#pending = null;
    pending?.();
    return pending !== null;
  }
}

/** Takes everything at once. */
export class FastStream extends Writable {
  readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

/** Fails every write, as a stream whose reader is gone or whose disk is full. */
export class FailingStream extends Writable {
  readonly #code: string;

  constructor(code: string) {
    super();
    this.#code = code;
    this.on('error', () => {});
  }

  override _write(_chunk: Buffer, _encoding: string, done: (error: Error) => void): void {
    done(Object.assign(new Error(this.#code), {code: this.#code}));
  }
}
