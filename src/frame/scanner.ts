import {
  AFTER_VALUE,
  ARRAY_START,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  CLOSED,
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
      if (state >= REJECT) return this.#stop(state, index);
    }
    this.#state = state;
    return to;
  }

  #stop(state: number, index: number): number {
    this.status = state === CLOSED ? 'closed' : 'rejected';
    return state === CLOSED ? index + 1 : index;
  }

  /** The state after an action, `REJECT` or `CLOSED`. */
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
        return --this.#depth === 0 ? CLOSED : AFTER_VALUE;
    }
  }

  #open(closer: number, state: number): number {
    if (this.#depth === MAX_DEPTH) return REJECT;
    this.#closers[this.#depth++] = closer;
    return state;
  }
}

/** The index of the first byte that ends or interrupts a string's plain text. Most bytes are plain: four at a time. */
function skipPlainText(bytes: Uint8Array, from: number, to: number): number {
  let index = from;
  while (
    index + 4 <= to &&
    (special(bytes, index) |
      special(bytes, index + 1) |
      special(bytes, index + 2) |
      special(bytes, index + 3)) ===
      0
  )
    index += 4;
  while (index < to && special(bytes, index) === 0) index++;
  return index;
}

/** 0 for plain text: the table's row of `KEY_STRING`, which stays there. */
function special(bytes: Uint8Array, index: number): number {
  return TRANSITIONS[bytes[index]!]!;
}
