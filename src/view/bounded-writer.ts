import type {Writable} from 'node:stream';

/** Bytes that may wait for a slow terminal before output is left out. */
const LIMIT_BYTES = 1024 * 1024;

const SKIPPED = '[the terminal is slow: some lines were left out here; all of them are in the log]\n';

/**
 * A stream that may be slow or gone, for output that may be left out. Never throws, never waits, and holds no more than
 * about 1 MiB.
 */
export class BoundedWriter {
  readonly #stream: Writable;
  #gone = false;
  #skipped = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', () => {
      this.#gone = true;
    });
  }

  /** Whether the next `write` would be left out. */
  get isFull(): boolean {
    return this.#gone || this.#stream.writableLength > LIMIT_BYTES;
  }

  /** `urgent`: not left out on a slow stream. */
  write(text: string, urgent = false): void {
    if (this.#gone || text === '') return;
    if (this.isFull && !urgent) {
      this.#skipped = true;
      return;
    }
    this.#stream.write(this.#skipped ? `\n${SKIPPED}${text}` : text);
    this.#skipped = false;
  }
}
