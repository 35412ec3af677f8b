/** Passes over bytes with which no word begins, in any reading of them, which are almost all. */
import {BACKSLASH, SHORT_ESCAPES} from './redact-unescape.ts';

/** How words begin; every word is three bytes long at least. */
export interface StartTables {
  /** 1 for each byte that is the first of a word, or a backslash. */
  firsts: Uint8Array;
  /** 1 for each pair of bytes that begins a word, or an escape, or ends in one. */
  pairs: Uint8Array;
  /** 1 for each such triple, by `tripleIndex`; for some others too. */
  triples: Uint8Array;
  /** 1 for each letter that makes an escape with a backslash with which no word begins. */
  plainLetters: Uint8Array;
}

/** The last of the bytes that were passed over, and what it stands for in a JSON string and in one within one. */
export interface Skipped {
  plain: number;
  once: number;
  twice: number;
}

export function startTables(words: readonly Uint8Array[]): StartTables {
  const firsts = new Uint8Array(0x100);
  const pairs = new Uint8Array(0x10000);
  const triples = new Uint8Array(0x10000);
  for (const word of words) {
    const [first, second, third] = word as Uint8Array & [number, number, number];
    firsts[first] = 1;
    pairs[(first << 8) | second] = 1;
    pairs[(first << 8) | BACKSLASH] = 1;
    triples[tripleIndex(first, second, third)] = 1;
    triples[tripleIndex(first, second, BACKSLASH)] = 1;
  }
  const plainLetters = SHORT_ESCAPES.map((meant) =>
    meant !== 0 && firsts[meant] === 0 && firsts[BACKSLASH] === 0 ? 1 : 0,
  );
  firsts[BACKSLASH] = 1;
  pairs.fill(1, BACKSLASH << 8, (BACKSLASH + 1) << 8);
  return {firsts, pairs, triples, plainLetters};
}

function tripleIndex(first: number, second: number, third: number): number {
  return (((first << 8) | second) ^ (third << 5)) & 0xffff;
}

export class Skipper {
  readonly #tables: StartTables;
  #hasSkipped = false;
  readonly #last: Skipped = {plain: 0, once: 0, twice: 0};

  constructor(tables: StartTables) {
    this.#tables = tables;
  }

  /** The next index, from `from` on, at which a word or an escape may begin. */
  skip(bytes: Uint8Array, from: number): number {
    let at = this.#nextStart(bytes, from);
    for (let length = this.#plainEscape(bytes, at); length > 0; length = this.#plainEscape(bytes, at))
      at = this.#nextStart(bytes, at + length);
    return at;
  }

  /** Set once after bytes were passed over. Valid until the next `skip`. */
  takeSkipped(): Skipped | null {
    const hasSkipped = this.#hasSkipped;
    this.#hasSkipped = false;
    return hasSkipped ? this.#last : null;
  }

  /** One look at a table for each byte. */
  #nextStart(bytes: Uint8Array, from: number): number {
    const {pairs, firsts} = this.#tables;
    const last = bytes.length - 1;
    let byte = bytes[from]!;
    let at = from;
    for (; at < last; at++) {
      const next = bytes[at + 1]!;
      if (pairs[(byte << 8) | next] === 1 && this.#mayBegin(bytes, at)) break;
      byte = next;
    }
    if (at === last && firsts[byte] === 0) at++;
    const before = bytes[at - 1]!;
    if (at > from) this.#skipped(before, before, before);
    return at;
  }

  #mayBegin(bytes: Uint8Array, at: number): boolean {
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const third = bytes[at + 2];
    if (first === BACKSLASH || second === BACKSLASH || third === undefined) return true;
    return this.#tables.triples[tripleIndex(first, second, third)] === 1;
  }

  /**
   * Length of the escape at `at` if no word begins in it, in what it stands for, or with its last byte; else 0. It is
   * `\\n`, or as JSON within JSON has it `\\\\n` or `\\\\\\"`.
   */
  #plainEscape(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== BACKSLASH || bytes[at + 1] === undefined) return 0;
    const isDouble = bytes[at + 1] === BACKSLASH;
    const isTriple = isDouble && bytes[at + 2] === BACKSLASH;
    const length = isTriple ? 4 : isDouble ? 3 : 2;
    if (at + length >= bytes.length) return 0;
    const plain = bytes[at + length - 1]!;
    const {plainLetters, pairs} = this.#tables;
    if (plainLetters[plain] === 0 || pairs[(plain << 8) | bytes[at + length]!] === 1) return 0;
    const meant = SHORT_ESCAPES[plain]!;
    if (isTriple && meant !== plain) return 0;
    this.#skipped(plain, isDouble ? plain : meant, meant);
    return length;
  }

  #skipped(plain: number, once: number, twice: number): void {
    this.#hasSkipped = true;
    this.#last.plain = plain;
    this.#last.once = once;
    this.#last.twice = twice;
  }
}
