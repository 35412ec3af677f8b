/**
 * Takes secrets out of a stream of bytes. What could still become one is held back; all else passes at once. A secret is
 * looked for in three readings at a time: the bytes as they are, what they stand for as JSON strings, and what that stands
 * for as JSON strings once more. Its place is taken by as many bytes, so that every offset stays what it was.
 */
import {asBuffer} from '../bytes.ts';
import type {Automaton} from './redact-automaton.ts';
import {maskOf} from './redact-mask.ts';
import {type Clue, Matcher} from './redact-matcher.ts';
import {type Skipped, Skipper, type StartTables} from './redact-skipper.ts';
import {Unescaper} from './redact-unescape.ts';

/** What was masked: `length` bytes at `offset` of the stream. */
export interface Redaction {
  offset: number;
  length: number;
  /** Name of the variable that holds the secret, or of the pattern. */
  name: string;
}

export interface Released {
  /** As long as the bytes that went in, less what is held back. May share memory with what was fed. */
  bytes: Buffer;
  redactions: Redaction[];
}

/** What is looked for. */
export interface Rules {
  automaton: Automaton<Clue>;
  starts: StartTables;
}

interface Span {
  start: number;
  end: number;
  name: string;
  isSecret: boolean;
}

const NOTHING = Buffer.alloc(0);

export class RedactingStream {
  readonly #plain: Matcher;
  readonly #once: Matcher;
  readonly #twice: Matcher;
  readonly #unescapeOnce: Unescaper;
  readonly #unescapeTwice: Unescaper;
  #spans: Span[] = [];
  /** Characters written as several bytes by escapes, in order: a mask never cuts one in two. Start and end of each. */
  #escapes: number[] = [];
  /** Bytes held back, from `#from` to `#end`. */
  #held: Buffer[] = [];
  #from: number;
  #end: number;
  readonly #skipper: Skipper;
  /** Nothing has begun and nothing is held back: what begins nothing passes without a further look. */
  #isQuiet = true;

  /** `offset`: of the first byte that is fed. */
  constructor(rules: Rules, offset: number) {
    const matcher = () =>
      new Matcher(rules.automaton, (start, end, name, isSecret) =>
        this.#spans.push({start, end, name, isSecret}),
      );
    this.#skipper = new Skipper(rules.starts);
    this.#from = offset;
    this.#end = offset;
    this.#plain = matcher();
    this.#once = matcher();
    this.#twice = matcher();
    this.#unescapeTwice = new Unescaper((byte, start, end) => this.#readTwice(byte, start, end));
    this.#unescapeOnce = new Unescaper((byte, start, end) => {
      this.#once.step(byte, start, end);
      this.#unescapeTwice.feed(byte, start, end);
    });
  }

  feed(chunk: Uint8Array): Released {
    if (chunk.length === 0) return {bytes: NOTHING, redactions: []};
    const bytes = asBuffer(chunk);
    const passes = this.#isQuiet && this.#skipper.skipAll(bytes);
    if (!passes) this.#scan(bytes);
    this.#end += bytes.length;
    if (passes) {
      this.#from = this.#end;
      return {bytes, redactions: []};
    }
    const released = this.#release(bytes, this.#heldFrom());
    this.#isQuiet = this.#held.length === 0 && this.#spans.length === 0 && this.#isIdle();
    return released;
  }

  /** The stream is over: what was held back. */
  end(): Released {
    this.#unescapeOnce.end();
    this.#unescapeTwice.end();
    for (const matcher of [this.#plain, this.#once, this.#twice]) matcher.end();
    return this.#release(NOTHING, this.#end);
  }

  /** Where the bytes end that were handed on. */
  get released(): number {
    return this.#from;
  }

  /** Whether anything is held back. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  #scan(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at++) {
      if (this.#isIdle()) at = this.#skipper.skip(bytes, at);
      if (at === bytes.length) return;
      const skipped = this.#skipper.takeSkipped();
      if (skipped) this.#begin(skipped);
      const byte = bytes[at]!;
      const offset = this.#end + at;
      this.#plain.step(byte, offset, offset + 1);
      this.#unescapeOnce.feed(byte, offset, offset + 1);
    }
  }

  #isIdle(): boolean {
    if (!this.#plain.isIdle || !this.#once.isIdle || !this.#twice.isIdle) return false;
    return !this.#unescapeOnce.isInside && !this.#unescapeTwice.isInside;
  }

  #begin({plain, once, twice}: Skipped): void {
    this.#plain.begin(plain);
    this.#once.begin(once);
    this.#twice.begin(twice);
  }

  #readTwice(byte: number, start: number, end: number): void {
    this.#twice.step(byte, start, end);
    // A character of several bytes comes several times.
    if (end - start > 1 && this.#escapes.at(-1) !== end) this.#escapes.push(start, end);
  }

  #heldFrom(): number {
    const readers = [this.#plain, this.#once, this.#twice, this.#unescapeOnce, this.#unescapeTwice];
    return Math.min(this.#end, ...readers.map((reader) => reader.heldFrom()));
  }

  /** Hands on all before `safe`, but no part of an escape or of a finding. */
  #release(chunk: Buffer, safe: number): Released {
    if (safe === this.#end && this.#held.length === 0 && this.#spans.length === 0) {
      this.#from = safe;
      this.#escapes = [];
      return {bytes: chunk, redactions: []};
    }
    this.#spans = merged(this.#spans.map((span) => this.#widened(span)));
    let to = this.#escapeAt(safe)?.start ?? safe;
    to = this.#spans.find(({start, end}) => start < to && end > to)?.start ?? to;
    const ready = this.#spans.filter(({end}) => end <= to);
    this.#spans = this.#spans.slice(ready.length);
    const first = this.#from;
    const bytes = this.#take(chunk, to);
    for (const {start, end, isSecret, name} of ready)
      maskOf(bytes.subarray(start - first, end - first), name, isSecret);
    this.#forgetEscapes(to);
    return {
      bytes,
      redactions: ready.map(({start, end, name}) => ({offset: start, length: end - start, name})),
    };
  }

  /** To whole escapes, so that a JSON string stays one. */
  #widened(span: Span): Span {
    const start = this.#escapeAt(span.start)?.start ?? span.start;
    const end = this.#escapeAt(span.end)?.end ?? span.end;
    return {...span, start, end};
  }

  /** The escape that has `offset` in its middle. */
  #escapeAt(offset: number): {start: number; end: number} | null {
    let low = 0;
    let high = this.#escapes.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      const [start, end] = [this.#escapes[2 * middle]!, this.#escapes[2 * middle + 1]!];
      if (offset <= start) high = middle;
      else if (offset >= end) low = middle + 1;
      else return {start, end};
    }
    return null;
  }

  #forgetEscapes(to: number): void {
    const kept = this.#escapes.findIndex((end, index) => index % 2 === 1 && end > to);
    this.#escapes = kept === -1 ? [] : this.#escapes.slice(kept - 1);
  }

  /** A copy of the bytes up to `to`; the rest is kept. */
  #take(chunk: Buffer, to: number): Buffer {
    const held = this.#held;
    if (chunk.length > 0) held.push(chunk);
    let left = to - this.#from;
    let count = 0;
    while (count < held.length && left >= held[count]!.length) left -= held[count++]!.length;
    const taken = held.splice(0, count);
    if (left > 0) {
      taken.push(held[0]!.subarray(0, left));
      held[0] = held[0]!.subarray(left);
    }
    // What was fed is the caller's again.
    if (held.length > 0 && chunk.length > 0) held.push(Buffer.from(held.pop()!));
    this.#from = to;
    return Buffer.concat(taken);
  }
}

/** In order, without overlaps; of several names the variable's. */
function merged(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const result: Span[] = [];
  for (const span of sorted) {
    const before = result.at(-1);
    if (!before || span.start >= before.end) {
      result.push({...span});
      continue;
    }
    before.end = Math.max(before.end, span.end);
    if (span.isSecret && !before.isSecret) Object.assign(before, {name: span.name, isSecret: true});
  }
  return result;
}
