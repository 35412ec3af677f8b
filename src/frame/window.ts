import {isAscii} from 'node:buffer';
import {asBuffer} from '../bytes.ts';

/** A larger store is given back once little of it is used. */
const RETAINED_BYTES = 1024 * 1024;
const SMALLEST_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * The bytes of a stream that are still needed, always in one piece. A chunk is looked at where it lies, and copied only when
 * a frame goes on beyond it. The store doubles, so each byte is moved a constant number of times however small the chunks are.
 */
export class ByteWindow {
  /** What is in view from `add` to `keepFrom`; indexes count from its start. */
  bytes: Buffer = NOTHING;
  /** Offset in the stream of `bytes[0]`. */
  offset: number;
  /** Whether `bytes` is ASCII for certain: then its text is made without decoding. */
  #isAscii = true;
  /** Bytes copied so far, as a measure of work. */
  copiedBytes = 0;
  #store: Buffer = NOTHING;
  #start = 0;
  #end = 0;

  constructor(offset: number) {
    this.offset = offset;
  }

  get keptBytes(): number {
    return this.#end - this.#start;
  }

  /** Puts `chunk` behind what was kept. With nothing kept, `bytes` is the chunk's own memory. */
  add(chunk: Uint8Array): void {
    this.#isAscii = (this.keptBytes === 0 || this.#isAscii) && isAscii(chunk);
    if (this.keptBytes === 0) {
      this.bytes = asBuffer(chunk);
      return;
    }
    this.#append(chunk);
    this.bytes = this.#store.subarray(this.#start, this.#end);
  }

  /** The bytes from `from` to below `to` as text, invalid UTF-8 replaced by U+FFFD. */
  text(from: number, to: number): string {
    return this.bytes.toString(this.#isAscii ? 'latin1' : 'utf8', from, to);
  }

  /** Gives up everything below `index` and keeps the rest. */
  keepFrom(index: number): void {
    // A character that is given up says nothing of what follows.
    if (!this.#isAscii && index > 0) this.#isAscii = isAscii(this.bytes.subarray(index));
    if (this.keptBytes > 0) this.#start += index;
    else if (index < this.bytes.length) this.#append(this.bytes.subarray(index));
    this.offset += index;
    this.bytes = NOTHING;
    if (this.#store.length > RETAINED_BYTES && this.keptBytes * 4 < this.#store.length) {
      this.#moveTo(Buffer.allocUnsafeSlow(capacityFor(this.keptBytes)));
    }
  }

  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#store.length) {
      const capacity = capacityFor(this.keptBytes + chunk.length);
      this.#moveTo(capacity > this.#store.length ? Buffer.allocUnsafeSlow(capacity) : this.#store);
    }
    this.#store.set(chunk, this.#end);
    this.#end += chunk.length;
    this.copiedBytes += chunk.length;
  }

  #moveTo(store: Buffer): void {
    store.set(this.#store.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#store = store;
    this.copiedBytes += this.#end;
  }
}

function capacityFor(bytes: number): number {
  return Math.max(bytes * 2, SMALLEST_BYTES);
}
