/**
 * Aho-Corasick over bytes: all words are looked for at once, in one step a byte, whatever the words are. Children of a
 * state are a list, so that a word costs a few numbers a byte.
 */

export interface Word<T> {
  bytes: Uint8Array;
  /** Whether it counts only where no letter or digit stands before it. */
  atWordStart: boolean;
  /** Whether it must be held back while it is not whole. */
  isHeld: boolean;
  what: T;
}

export const START = 0;

export class Automaton<T> {
  /** The longest word, in bytes. */
  readonly longest: number;
  readonly #root = new Int32Array(256);
  readonly #byte: Uint8Array;
  readonly #child: Int32Array;
  readonly #sibling: Int32Array;
  readonly #fail: Int32Array;
  readonly #depth: Int32Array;
  /** Bits. 1: a word that is held back goes on from here. 2: one that counts only at the start of a word does. */
  readonly #goesOn: Uint8Array;
  /** The words that end in a state, none for most. */
  readonly #ends: (readonly Word<T>[] | undefined)[];
  #states = 1;

  constructor(words: readonly Word<T>[]) {
    const size = words.reduce((sum, {bytes}) => sum + bytes.length, 1);
    this.longest = words.reduce((longest, {bytes}) => Math.max(longest, bytes.length), 0);
    this.#byte = new Uint8Array(size);
    this.#child = new Int32Array(size);
    this.#sibling = new Int32Array(size);
    this.#fail = new Int32Array(size);
    this.#depth = new Int32Array(size);
    this.#goesOn = new Uint8Array(size);
    this.#ends = new Array(size);
    for (const word of words) this.#add(word);
    this.#link();
  }

  step(from: number, byte: number): number {
    let state = from;
    while (state !== START) {
      const next = this.#childOf(state, byte);
      if (next !== 0) return next;
      state = this.#fail[state]!;
    }
    return this.#root[byte]!;
  }

  /** The words that end in a state. */
  ends(state: number): readonly Word<T>[] | undefined {
    return this.#ends[state];
  }

  /** How many bytes, those before the state, have to be held back; 0: none. `isWordStart` says it of so many bytes. */
  openBytes(from: number, isWordStart: (bytes: number) => boolean): number {
    for (let state = from; state !== START; state = this.#fail[state]!) {
      const goesOn = this.#goesOn[state]!;
      const depth = this.#depth[state]!;
      if (goesOn & 1 || (goesOn & 2 && isWordStart(depth))) return depth;
    }
    return 0;
  }

  #add(word: Word<T>): void {
    const goesOn = word.isHeld ? (word.atWordStart ? 2 : 1) : 0;
    let state = START;
    for (const byte of word.bytes) {
      if (state !== START) this.#goesOn[state]! |= goesOn;
      state = this.#childOf(state, byte) || this.#newChild(state, byte);
    }
    this.#ends[state] = [...(this.#ends[state] ?? []), word];
  }

  #childOf(state: number, byte: number): number {
    if (state === START) return this.#root[byte]!;
    let child = this.#child[state]!;
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child]!;
    return child;
  }

  #newChild(state: number, byte: number): number {
    const child = this.#states++;
    this.#byte[child] = byte;
    this.#depth[child] = this.#depth[state]! + 1;
    if (state === START) {
      this.#root[byte] = child;
    } else {
      this.#sibling[child] = this.#child[state]!;
      this.#child[state] = child;
    }
    return child;
  }

  /** Breadth first: where to go on when a word breaks off, which is always a state nearer to the start. */
  #link(): void {
    const queue = [...this.#root].filter((state) => state !== 0);
    for (let at = 0; at < queue.length; at++) {
      const state = queue[at]!;
      const fail = this.#fail[state]!;
      const inherited = this.#ends[fail];
      if (inherited) this.#ends[state] = [...(this.#ends[state] ?? []), ...inherited];
      for (let child = this.#child[state]!; child !== 0; child = this.#sibling[child]!) {
        this.#fail[child] = this.step(fail, this.#byte[child]!);
        queue.push(child);
      }
    }
  }
}
