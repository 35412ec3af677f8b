const NEWLINE = 0x0a;

/** Cuts chunks into lines, in bounded memory. */
export class Lines {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** `maxBytes`: longest line that is held. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Each line that ends in `chunk`; null for one that is too long. */
  feed(chunk: Buffer): (Buffer | null)[] {
    const lines: (Buffer | null)[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
    return lines;
  }

  /** Whether a line has begun and not ended. */
  isOpen(): boolean {
    return this.#bytes > 0;
  }

  /** Bytes of the line that has begun and not ended. */
  get openBytes(): number {
    return this.#bytes;
  }

  #hold(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) this.#parts = [];
    else this.#parts.push(part);
  }

  #take(): Buffer | null {
    const line = this.#bytes > this.#maxBytes ? null : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return line;
  }
}
