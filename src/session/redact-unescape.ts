/** JSON escapes in a stream of bytes: what they stand for, byte by byte, and where each byte comes from. */

/** Takes a byte that stands in the source at `[start, end)`. */
export type ByteSink = (byte: number, start: number, end: number) => void;

export const BACKSLASH = 0x5c;
export const LETTER_U = 0x75;

/** What the letter behind a backslash stands for; 0: no such escape. */
export const SHORT_ESCAPES = new Uint8Array(256);
for (const [letter, meant] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  SHORT_ESCAPES[letter!.charCodeAt(0)] = meant!.charCodeAt(0);

const HEX = tableOf('0123456789abcdefABCDEF');
/** What may stand at each place behind `\u`; the second half is there only for a character beyond U+FFFF. */
const UNICODE: readonly Uint8Array[] = [
  ...[HEX, HEX, HEX, HEX],
  ...['\\', 'u', 'dD', 'cdefCDEF'].map(tableOf),
  ...[HEX, HEX],
];
const ONE = 6;
const PAIR = 12;

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

/** What is no escape passes as it is, wherever it stands: this need not be JSON. */
export class Unescaper {
  readonly #out: ByteSink;
  /** An escape that has begun, and where each of its bytes stands in the source. */
  readonly #bytes = Buffer.alloc(PAIR);
  readonly #starts = new Float64Array(PAIR);
  readonly #ends = new Float64Array(PAIR);
  #length = 0;

  constructor(out: ByteSink) {
    this.#out = out;
  }

  /** Whether an escape has begun and not ended. */
  get isInside(): boolean {
    return this.#length > 0;
  }

  /** Where that escape begins; Infinity: there is none. */
  heldFrom(): number {
    return this.isInside ? this.#starts[0]! : Number.POSITIVE_INFINITY;
  }

  feed(byte: number, start: number, end: number): void {
    if (this.#length === 0 && byte !== BACKSLASH) {
      this.#out(byte, start, end);
      return;
    }
    this.#bytes[this.#length] = byte;
    this.#starts[this.#length] = start;
    this.#ends[this.#length] = end;
    this.#length++;
    if (this.#length === 2) this.#readLetter(byte);
    else if (this.#length > 2) this.#readUnicode(byte);
  }

  /** The stream is over. */
  end(): void {
    while (this.isInside) this.#giveUp();
  }

  #readLetter(letter: number): void {
    const meant = SHORT_ESCAPES[letter]!;
    if (meant !== 0) this.#pass([meant]);
    else if (letter !== LETTER_U) this.#giveUp();
  }

  #readUnicode(byte: number): void {
    if (UNICODE[this.#length - 3]![byte] === 0) this.#giveUp();
    else if (this.#length === PAIR)
      this.#pass(Buffer.from(String.fromCharCode(this.#unit(2), this.#unit(8))));
    else if (this.#length === ONE && !isHighHalf(this.#unit(2)))
      this.#pass(Buffer.from(String.fromCharCode(this.#unit(2))));
  }

  #unit(from: number): number {
    return Number.parseInt(this.#bytes.toString('latin1', from, from + 4), 16);
  }

  #pass(meant: Iterable<number>): void {
    const start = this.#starts[0]!;
    const end = this.#ends[this.#length - 1]!;
    this.#length = 0;
    for (const byte of meant) this.#out(byte, start, end);
  }

  /** The backslash begins no escape; what came behind it is looked at once more. */
  #giveUp(): void {
    const count = this.#length;
    const [bytes, starts, ends] = [this.#bytes, this.#starts, this.#ends].map((list) => [...list]);
    this.#length = 0;
    this.#out(BACKSLASH, starts![0]!, ends![0]!);
    for (let index = 1; index < count; index++) this.feed(bytes![index]!, starts![index]!, ends![index]!);
  }
}

/** Whether it is the first half of a character beyond U+FFFF, which is written as two escapes. */
function isHighHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
