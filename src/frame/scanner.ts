import {
  AFTER_VALUE,
  ARRAY_START,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  KEY,
  OBJECT_START,
  OPEN_ARRAY,
  OPEN_OBJECT,
  REJECT,
  TRANSITIONS,
  VALUE,
  VALUE_STRING,
} from './grammar.ts';

/** `open`: more bytes are needed. `closed`: the object is whole. `rejected`: it is no JSON. */
export type ScanStatus = 'open' | 'closed' | 'rejected';

/**
 * Containers within containers, the outermost included. What lies deeper is no JSON here: `JSON.parse` would take it, but
 * `JSON.stringify` and every other recursive reader overflows the stack some thousand levels down.
 */
export const MAX_DEPTH = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Finds the end of one JSON object, byte by byte and resumable anywhere; looks at each byte once. */
export class ObjectScanner {
  status: ScanStatus = 'open';
  #state = OBJECT_START;
  #depth = 1;
  /** What closes each open container. */
  readonly #closers = new Uint8Array(MAX_DEPTH);

  /** Begins a new object; its `{` has been read. */
  start(): void {
    this.status = 'open';
    this.#state = OBJECT_START;
    this.#depth = 1;
    this.#closers[0] = CLOSE_OBJECT;
  }

  /**
   * Reads on in `bytes` from index `from` to below `to`. Returns `to` while `open`, the index behind the closing brace when
   * `closed`, the index of the offending byte when `rejected`.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    let state = this.#state;
    for (let index = from; index < to; index++) {
      if (state <= VALUE_STRING) {
        index = skipPlainText(bytes, index, to);
        if (index === to) break;
      }
      const next = TRANSITIONS[(state << 8) | bytes[index]!]!;
      state = next < OPEN_OBJECT ? next : this.#act(next);
      if (state === REJECT) {
        this.status = 'rejected';
        return index;
      }
      if (this.#depth === 0) {
        this.status = 'closed';
        return index + 1;
      }
    }
    this.#state = state;
    return to;
  }

  /** The state after an action, or `REJECT`. */
  #act(action: number): number {
    switch (action) {
      case OPEN_OBJECT:
        return this.#open(CLOSE_OBJECT, OBJECT_START);
      case OPEN_ARRAY:
        return this.#open(CLOSE_ARRAY, ARRAY_START);
      case COMMA:
        return this.#closers[this.#depth - 1] === CLOSE_OBJECT ? KEY : VALUE;
      // A close, or a REJECT, which closes nothing.
      default:
        if (this.#closers[this.#depth - 1] !== action) return REJECT;
        this.#depth--;
        return AFTER_VALUE;
    }
  }

  #open(closer: number, state: number): number {
    if (this.#depth === MAX_DEPTH) return REJECT;
    this.#closers[this.#depth++] = closer;
    return state;
  }
}

/** The index of the first byte that ends or interrupts a string's plain text. */
function skipPlainText(bytes: Uint8Array, from: number, to: number): number {
  let index = from;
  while (index < to) {
    const byte = bytes[index]!;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
    index++;
  }
  return index;
}
