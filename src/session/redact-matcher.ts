/** Finds secrets and keys in one reading of a stream: the bytes as they are, or what they stand for as JSON strings. */
import {type Automaton, START, type Word} from './redact-automaton.ts';
import {
  ALPHANUMERIC,
  DIGIT_BYTES,
  type KeyPattern,
  MAX_RUN_BYTES,
  MAX_UNSURE_BYTES,
  SEPARATORS,
} from './redact-patterns.ts';

/** What a word of the automaton is. */
export type Clue = {is: 'secret'; name: string} | {is: 'anchor'; pattern: KeyPattern} | {is: 'closer'};

/** Takes what was found: bytes of the source, and the name of the variable or the pattern. */
export type Finding = (start: number, end: number, name: string, isSecret: boolean) => void;

export class Matcher {
  readonly #automaton: Automaton<Clue>;
  readonly #found: Finding;
  /** The last bytes and where each of them begins in the source; a ring. */
  readonly #bytes: Uint8Array;
  readonly #starts: Float64Array;
  readonly #mask: number;
  /** Bytes read since the last `begin`, that before it counted. */
  #count = 0;
  #state = START;
  /** Keys that have begun: at most one of each pattern. */
  #runs: Run[] = [];

  constructor(automaton: Automaton<Clue>, found: Finding) {
    // The longest word and the byte before it.
    const size = 2 ** Math.ceil(Math.log2(automaton.longest + 2));
    this.#automaton = automaton;
    this.#found = found;
    this.#bytes = new Uint8Array(size);
    this.#starts = new Float64Array(size);
    this.#mask = size - 1;
  }

  /** Whether nothing has begun. */
  get isIdle(): boolean {
    return this.#state === START && this.#runs.length === 0;
  }

  /** Only while idle: bytes were left out, the last of which was `before`. */
  begin(before: number): void {
    this.#count = 0;
    this.#remember(before, -1);
  }

  step(byte: number, start: number, end: number): void {
    this.#remember(byte, start);
    if (this.#runs.length > 0) this.#continueRuns(byte, end);
    this.#state = this.#automaton.step(this.#state, byte);
    const words = this.#automaton.ends(this.#state);
    if (words) for (const word of words) this.#word(word, end);
  }

  /** Where in the source that begins which may become a finding; Infinity: there is no such thing. */
  heldFrom(): number {
    const open = this.#automaton.openBytes(this.#state, (bytes) => this.#isWordStart(bytes));
    const word = open === 0 ? Number.POSITIVE_INFINITY : this.#startOf(open);
    return this.#runs.reduce((from, {start}) => Math.min(from, start), word);
  }

  /** The stream is over. */
  end(): void {
    this.#close();
    this.#state = START;
  }

  #remember(byte: number, start: number): void {
    const at = this.#count++ & this.#mask;
    this.#bytes[at] = byte;
    this.#starts[at] = start;
  }

  /** Where in the source the last `bytes` bytes begin. */
  #startOf(bytes: number): number {
    return this.#starts[(this.#count - bytes) & this.#mask]!;
  }

  /** Whether no letter or digit stands before the last `bytes` bytes. */
  #isWordStart(bytes: number): boolean {
    const before = this.#count - bytes - 1;
    return before < 0 || ALPHANUMERIC[this.#bytes[before & this.#mask]!] === 0;
  }

  #word({bytes: {length}, atWordStart, what}: Word<Clue>, end: number): void {
    if (what.is === 'secret') this.#found(this.#startOf(length), end, what.name, true);
    else if (what.is === 'closer') this.#close();
    else if (!atWordStart || this.#isWordStart(length)) this.#open(what.pattern, length, end);
  }

  /** An anchor within a key of the same pattern is part of that key; of two at one place the longer one knows better. */
  #open(pattern: KeyPattern, length: number, end: number): void {
    if (this.#runs.some((run) => run.pattern === pattern)) return;
    const start = pattern.withAnchor ? this.#startOf(length) : end;
    this.#runs = [...this.#runs.filter((run) => run.start !== start), new Run(pattern, start, end)];
  }

  #close(): void {
    for (const run of this.#runs) this.#report(run);
    this.#runs = [];
  }

  #continueRuns(byte: number, end: number): void {
    let isOver = false;
    for (const run of this.#runs) {
      if (run.take(byte, end)) continue;
      this.#report(run);
      isOver = true;
    }
    if (isOver) this.#runs = this.#runs.filter((run) => !run.isOver);
  }

  #report(run: Run): void {
    run.isOver = true;
    if (run.isKey) this.#found(run.start, run.end, run.pattern.name, false);
  }
}

/** A key that has begun. */
class Run {
  readonly pattern: KeyPattern;
  /** In the source. */
  readonly start: number;
  end: number;
  isOver = false;
  #inLead: boolean;
  #count = 0;
  #hasDigit = false;
  #unbroken = 0;
  #longestUnbroken = 0;

  constructor(pattern: KeyPattern, start: number, end: number) {
    this.pattern = pattern;
    this.start = start;
    this.end = end;
    this.#inLead = pattern.lead !== undefined;
  }

  get isKey(): boolean {
    const {min, solid} = this.pattern;
    if (this.#inLead || this.#count < min) return false;
    return solid === null || (solid.digit && this.#hasDigit) || this.#longestUnbroken >= solid.unbroken;
  }

  /** False: the run is over, before this byte. */
  take(byte: number, end: number): boolean {
    if (this.#inLead) return this.#takeLead(byte);
    if (this.pattern.bytes[byte] === 0) return false;
    if (this.#count >= MAX_UNSURE_BYTES && (this.#count >= MAX_RUN_BYTES || !this.isKey)) return false;
    this.#count++;
    this.end = end;
    if (DIGIT_BYTES[byte] === 1) this.#hasDigit = true;
    this.#unbroken = SEPARATORS[byte] === 1 ? 0 : this.#unbroken + 1;
    this.#longestUnbroken = Math.max(this.#longestUnbroken, this.#unbroken);
    return true;
  }

  #takeLead(byte: number): boolean {
    const {min, max, until} = this.pattern.lead!;
    if (byte === until && this.#count >= min) {
      this.#inLead = false;
      this.#count = 0;
      return true;
    }
    return byte !== until && this.pattern.bytes[byte] === 1 && this.#count++ < max;
  }
}
