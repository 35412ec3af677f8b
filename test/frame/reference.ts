/**
 * What the decoder must say about a whole stream, written a second time and another way: recursive descent over all bytes at
 * once, with no regard for speed, memory or chunks. The tests compare the two.
 */
import type {Frame} from '../../src/frame/frame.ts';

export const REFERENCE_MAX_DEPTH = 1000;

export function referenceFrames(bytes: Buffer, maxFrameBytes = Number.POSITIVE_INFINITY): Frame[] {
  const frames: Frame[] = [];
  const startsWithBom = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
  let at = startsWithBom ? 3 : 0;
  while (at < bytes.length) at = readLine(bytes, at, maxFrameBytes, frames);
  return frames;
}

/** Reads from a line's start to behind its last line end (an object may span several); returns where it stopped. */
function readLine(bytes: Buffer, lineStart: number, max: number, frames: Frame[]): number {
  let textStart = lineStart;
  let besideObject = false;
  let at = lineStart;
  for (;;) {
    if (at - textStart > max) return oversized(bytes, textStart, at, frames);
    if (at === bytes.length) {
      if (textStart < at && !(besideObject && isBlank(bytes, textStart, at)))
        pushText(bytes, textStart, at, frames);
      return at;
    }
    if (bytes[at] === 0x0a) {
      if (!(besideObject && isBlank(bytes, textStart, at))) pushText(bytes, textStart, at, frames);
      return at + 1;
    }
    if (bytes[at] !== 0x7b) {
      at++;
      continue;
    }
    const object = readObject(bytes.subarray(0, Math.min(bytes.length, at + max)), at);
    if (object.status === 'closed' || (object.status === 'open' && object.at < bytes.length)) {
      if (!isBlank(bytes, textStart, at)) frames.push(text(bytes, textStart, at));
      if (object.status === 'open') return oversized(bytes, at, object.at, frames);
      frames.push(json(bytes, at, object.at));
      textStart = object.at;
      besideObject = true;
    } else {
      for (let lf = bytes.indexOf(10, at); lf >= 0 && lf < object.at; lf = bytes.indexOf(10, textStart)) {
        if (textStart < at && lf - textStart > max) oversized(bytes, textStart, lf, frames);
        else if (textStart > at) pushTextOrObject(bytes, textStart, lf, frames);
        else pushText(bytes, textStart, lf, frames);
        textStart = lf + 1;
        besideObject = false;
      }
      if (object.status === 'open' && textStart > at && textStart < bytes.length) {
        pushTextOrObject(bytes, textStart, bytes.length, frames);
        return bytes.length;
      }
    }
    at = object.at;
  }
}

function oversized(bytes: Buffer, start: number, at: number, frames: Frame[]): number {
  const lf = bytes.indexOf(10, at);
  const end = lf < 0 ? bytes.length : contentEnd(bytes, lf);
  frames.push({kind: 'oversized', offset: start, length: end - start});
  return lf < 0 ? bytes.length : lf + 1;
}

function pushTextOrObject(bytes: Buffer, start: number, end: number, frames: Frame[]): void {
  const source = bytes.toString('utf8', start, end).replace(/[ \t\r]+$/, '');
  const trimmed = source.replace(/^[ \t\r]+/, '');
  if (trimmed.startsWith('{') && parses(trimmed)) {
    const from = start + Buffer.byteLength(source) - Buffer.byteLength(trimmed);
    frames.push(json(bytes, from, from + readObject(bytes, from).at - from));
  } else {
    pushText(bytes, start, end, frames);
  }
}

/** The text up to `end`, with the line end that may follow there. */
function pushText(bytes: Buffer, start: number, end: number, frames: Frame[]): void {
  if (bytes[end] === 0x0a) {
    frames.push({...text(bytes, start, contentEnd(bytes, end)), lineEnd: true, length: end + 1 - start});
  } else {
    frames.push(text(bytes, start, end));
  }
}

function text(bytes: Buffer, start: number, end: number): Extract<Frame, {kind: 'text'}> {
  const decoded = new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes.subarray(start, end));
  return {kind: 'text', text: decoded, lineEnd: false, offset: start, length: end - start};
}

function json(bytes: Buffer, start: number, end: number): Frame {
  const source = bytes.toString('utf8', start, end);
  return {kind: 'json', value: JSON.parse(source), source, offset: start, length: end - start};
}

function contentEnd(bytes: Buffer, lf: number): number {
  return bytes[lf - 1] === 0x0d ? lf - 1 : lf;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  return /^[ \t\r]*$/.test(bytes.toString('latin1', start, end));
}

export function parses(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

interface ObjectEnd {
  /** `open`: the bytes end inside. `closed`: `at` is behind it. `rejected`: `at` is the offending byte. */
  status: 'open' | 'closed' | 'rejected';
  at: number;
}

class Offence extends Error {
  readonly at: number;
  constructor(at: number) {
    super();
    this.at = at;
  }
}

/** The object whose `{` is at `start`. */
export function readObject(bytes: Uint8Array, start: number): ObjectEnd {
  try {
    return {status: 'closed', at: value(bytes, start, 1)};
  } catch (error) {
    if (!(error instanceof Offence)) throw error;
    return {status: error.at >= bytes.length ? 'open' : 'rejected', at: Math.min(error.at, bytes.length)};
  }
}

function value(bytes: Uint8Array, at: number, depth: number): number {
  const first = char(bytes, at);
  if (first === '{' || first === '[') return container(bytes, at, depth);
  if (first === '"') return string(bytes, at);
  for (const literal of ['true', 'false', 'null']) {
    if (first === literal[0]) return [...literal].reduce((next, letter) => expect(bytes, next, letter), at);
  }
  return number(bytes, at);
}

function container(bytes: Uint8Array, start: number, depth: number): number {
  if (depth > REFERENCE_MAX_DEPTH) throw new Offence(start);
  const isObject = char(bytes, start) === '{';
  const closer = isObject ? '}' : ']';
  let at = blanks(bytes, start + 1);
  if (char(bytes, at) === closer) return at + 1;
  for (;;) {
    if (isObject) at = expect(bytes, blanks(bytes, string(bytes, blanks(bytes, at))), ':');
    at = blanks(bytes, value(bytes, blanks(bytes, at), depth + 1));
    if (char(bytes, at) === closer) return at + 1;
    at = expect(bytes, at, ',');
  }
}

function string(bytes: Uint8Array, start: number): number {
  let at = expect(bytes, start, '"');
  for (;;) {
    const next = char(bytes, at);
    if (next === '"') return at + 1;
    if (next < ' ') throw new Offence(at);
    at++;
    if (next !== '\\') continue;
    if (char(bytes, at) === 'u') for (let digit = 1; digit <= 4; digit++) expect(bytes, at + digit, HEX);
    at = char(bytes, at) === 'u' ? at + 5 : expect(bytes, at, '"\\/bfnrt');
  }
}

const DIGIT = '0123456789';
const HEX = '0123456789abcdefABCDEF';

function number(bytes: Uint8Array, start: number): number {
  let at = char(bytes, start) === '-' ? start + 1 : start;
  at = char(bytes, at) === '0' ? at + 1 : digits(bytes, at);
  if (char(bytes, at) === '.') at = digits(bytes, at + 1);
  if (!'eE'.includes(char(bytes, at))) return at;
  at++;
  return digits(bytes, '+-'.includes(char(bytes, at)) ? at + 1 : at);
}

function digits(bytes: Uint8Array, start: number): number {
  let at = expect(bytes, start, DIGIT);
  while (DIGIT.includes(char(bytes, at))) at++;
  return at;
}

function blanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (' \t\r\n'.includes(char(bytes, at))) at++;
  return at;
}

function expect(bytes: Uint8Array, at: number, allowed: string): number {
  if (!allowed.includes(char(bytes, at))) throw new Offence(at);
  return at + 1;
}

/** The byte at `at` as a character; running out of bytes is an offence at the end. */
function char(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) throw new Offence(bytes.length);
  return String.fromCharCode(bytes[at]!);
}
