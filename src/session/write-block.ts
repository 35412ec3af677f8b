const SMALLEST_BYTES = 16 * 1024;
/** A larger block is given back once it is written. */
const RETAINED_BYTES = 256 * 1024;
/** UTF-8 takes at most this many bytes for a UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;
/** For a longer text its bytes are counted first, so that little more is reserved than it takes. */
const LONG_TEXT_UNITS = 16 * 1024;

/** What goes to a file in one write, gathered in one piece of memory that is used again and again. */
export class WriteBlock {
  #store = Buffer.allocUnsafeSlow(SMALLEST_BYTES);
  #length = 0;

  /** Bytes gathered. */
  get length(): number {
    return this.#length;
  }

  /** Where what was gathered lies, in the first `length` bytes. Valid until `clear`, or until more is added. */
  get memory(): Buffer {
    return this.#store;
  }

  /** What was gathered, in the same place. */
  get bytes(): Buffer {
    return this.#store.subarray(0, this.#length);
  }

  add(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#store.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** As UTF-8. */
  addText(text: string): void {
    const isLong = text.length > LONG_TEXT_UNITS;
    this.#reserve(isLong ? Buffer.byteLength(text) : text.length * MAX_BYTES_PER_UNIT);
    this.#length += this.#store.write(text, this.#length);
  }

  clear(): void {
    this.#length = 0;
    if (this.#store.length > RETAINED_BYTES) this.#store = Buffer.allocUnsafeSlow(SMALLEST_BYTES);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#store.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#store.length));
    larger.set(this.bytes);
    this.#store = larger;
  }
}
