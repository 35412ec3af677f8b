/** Passes over bytes with which no word begins, in any reading of them, which are almost all. */
import {BACKSLASH, LETTER_U, SHORT_ESCAPES} from './redact-unescape.ts';

/** How words begin; every word is three bytes long at least. */
export interface StartTables {
  /** 1 for each byte that is the first of a word, or a backslash. */
  firsts: Uint8Array;
  /** `BEGINS` for each pair of bytes that begins a word; `ESCAPED` where one is a backslash and may stand for another byte. */
  pairs: Uint8Array;
  /** 1 for each triple of bytes that begins a word, by `tripleIndex`; for some others too. */
  triples: Uint8Array;
  /** 1 for each letter that makes an escape with a backslash with which no word begins. */
  plainLetters: Uint8Array;
  /** Finds in bytes, read as Latin-1, where a word or an escape may begin, or a word that the end cuts off. */
  anyStart: RegExp;
}

/** The last of the bytes that were passed over, and what it stands for in a JSON string and in one within one. */
export interface Skipped {
  plain: number;
  once: number;
  twice: number;
}

/** What comes more often than that is worth the loop. */
const MAX_SEARCHED_BYTES = 4096;

const ESCAPED = 1;
const BEGINS = 2;

export function startTables(words: readonly Uint8Array[]): StartTables {
  const firsts = new Uint8Array(0x100);
  const pairs = new Uint8Array(0x10000);
  const triples = new Uint8Array(0x10000);
  for (const word of words) {
    const [first, second, third] = word as Uint8Array & [number, number, number];
    firsts[first] = 1;
    pairs[(first << 8) | second]! |= BEGINS;
    pairs[(first << 8) | BACKSLASH]! |= ESCAPED;
    triples[tripleIndex(first, second, third)] = 1;
  }
  const plainLetters = SHORT_ESCAPES.map((meant) =>
    meant !== 0 && firsts[meant] === 0 && firsts[BACKSLASH] === 0 ? 1 : 0,
  );
  firsts[BACKSLASH] = 1;
  for (let second = 0; second < 0x100; second++) pairs[(BACKSLASH << 8) | second]! |= ESCAPED;
  return {firsts, pairs, triples, plainLetters, anyStart: anyStartOf(words)};
}

/** One search by the engine is much quicker than a loop that runs too seldom to be compiled. */
function anyStartOf(words: readonly Uint8Array[]): RegExp {
  const begins = (length: number) => words.map((word) => literally(word.subarray(0, length)));
  const starts = new Set(begins(3));
  const cutOff = new Set([...begins(1), ...begins(2)]);
  return new RegExp(`\\\\|${[...starts].join('|')}|(?:${[...cutOff].join('|')})$`);
}

function literally(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
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

  /** Passes over all of `bytes`, where no word and no escape can begin in them; else false. */
  skipAll(bytes: Buffer): boolean {
    if (bytes.length > MAX_SEARCHED_BYTES || this.#tables.anyStart.test(bytes.toString('latin1')))
      return false;
    const last = bytes[bytes.length - 1]!;
    this.#skipped(last, last, last);
    return true;
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
      if (pairs[(byte << 8) | next] !== 0 && this.#mayBegin(bytes, at)) break;
      byte = next;
    }
    if (at === last && firsts[byte] === 0) at++;
    const before = bytes[at - 1]!;
    if (at > from) this.#skipped(before, before, before);
    return at;
  }

  /** A closer look at where the pair says that a word or an escape may begin. */
  #mayBegin(bytes: Uint8Array, at: number): boolean {
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const third = bytes[at + 2];
    if (first === BACKSLASH || third === undefined) return true;
    const {pairs, triples} = this.#tables;
    const isPair = (byte: number) => (pairs[(first << 8) | byte]! & BEGINS) !== 0;
    if (second === BACKSLASH) return mayStandFor(isPair, bytes, at + 1);
    const isTriple = (byte: number) => triples[tripleIndex(first, second, byte)] === 1;
    return third === BACKSLASH ? mayStandFor(isTriple, bytes, at + 2) : isTriple(third);
  }

  /**
   * Length of the escape at `at` if no word begins in it, in what it stands for, or with its last byte; else 0. It is `\\n`,
   * or as JSON within JSON has it `\\\\n` or `\\\\\\"`, or a backslash alone: `\\\\`.
   */
  #plainEscape(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== BACKSLASH || bytes[at + 1] === undefined) return 0;
    if (bytes[at + 1] !== BACKSLASH) return this.#plainLetter(bytes, at, 2);
    const third = bytes[at + 2];
    if (third === BACKSLASH) return this.#plainLetter(bytes, at, 4);
    if (third === undefined || third === LETTER_U) return 0;
    return SHORT_ESCAPES[third] === 0 ? this.#plainBackslash() : this.#plainLetter(bytes, at, 3);
  }

  /** Of `length` bytes, the last of which is the letter. */
  #plainLetter(bytes: Uint8Array, at: number, length: number): number {
    if (at + length >= bytes.length) return 0;
    const {plainLetters, pairs} = this.#tables;
    const letter = bytes[at + length - 1]!;
    if (plainLetters[letter] === 0) return 0;
    if (pairs[(letter << 8) | bytes[at + length]!] !== 0 && this.#mayBegin(bytes, at + length - 1)) return 0;
    const meant = SHORT_ESCAPES[letter]!;
    if (length === 4 && meant !== letter) return 0;
    this.#skipped(letter, length === 2 ? meant : letter, meant);
    return length;
  }

  /** In JSON within JSON it begins nothing, and so it stands for itself. */
  #plainBackslash(): number {
    if (this.#tables.plainLetters[BACKSLASH] === 0) return 0;
    this.#skipped(BACKSLASH, BACKSLASH, BACKSLASH);
    return 2;
  }

  #skipped(plain: number, once: number, twice: number): void {
    this.#hasSkipped = true;
    this.#last.plain = plain;
    this.#last.once = once;
    this.#last.twice = twice;
  }
}

/** Whether the backslash at `at`, or what the escape there stands for, is a byte that `goesOn`. */
function mayStandFor(goesOn: (byte: number) => boolean, bytes: Uint8Array, at: number): boolean {
  const isDouble = bytes[at + 1] === BACKSLASH;
  const letter = bytes[at + (isDouble ? 2 : 1)];
  if (letter === undefined || letter === LETTER_U || letter === BACKSLASH) return true;
  return goesOn(BACKSLASH) || goesOn(SHORT_ESCAPES[letter]!);
}
