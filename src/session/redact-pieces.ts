/**
 * A secret that an agent has sent in pieces stands in its raw file piece by piece, each in a JSON string of its own. They
 * are masked there once the last piece is known.
 */
import {closeSync, openSync, readSync, writeSync} from 'node:fs';
import type {RawSpan, Redacted} from '../event.ts';
import {maskOf} from './redact-mask.ts';
import {Unescaper} from './redact-unescape.ts';

/** Part of a secret: the UTF-8 bytes `[from, to)` of `text`, which was read from the bytes at `raw`. */
export interface Piece {
  raw: RawSpan;
  text: string;
  from: number;
  to: number;
  name: string;
}

/** A text this long is found inside of a string too; a shorter one only where it is all of it. */
const MIN_INNER_BYTES = 8;

/** Masks `pieces` in the raw file at `path`. Returns what was masked. Throws the system error. */
export function maskPieces(path: string, pieces: readonly Piece[]): Redacted[] {
  const fd = openSync(path, 'r+');
  try {
    return pieces.flatMap((piece) => maskPiece(fd, piece));
  } finally {
    closeSync(fd);
  }
}

function maskPiece(fd: number, piece: Piece): Redacted[] {
  const {raw, name} = piece;
  const frame = Buffer.alloc(raw.length);
  readSync(fd, frame, 0, raw.length, raw.offset);
  return placesOf(frame, piece).map(([start, end]) => {
    maskOf(frame.subarray(start, end), name, false);
    writeSync(fd, frame, start, end - start, raw.offset + start);
    return {type: 'redacted', stream: raw.stream, offset: raw.offset + start, length: end - start, name};
  });
}

type Place = [start: number, end: number];

/** Where a piece stands in its frame: in a string, or in the string of JSON in a string. A line end may have been added. */
function placesOf(frame: Buffer, {text, from, to}: Piece): Place[] {
  const once = unescaped(identity(frame));
  const readings = [once, unescaped(once)];
  for (const reading of readings) {
    for (const wanted of [text, text.replace(/\n$/, '')]) {
      const places = placesIn(reading, Buffer.from(wanted), from, to);
      if (places.length > 0) return places;
    }
  }
  return [];
}

/** Bytes, and where each of them begins and ends in the frame. */
interface Reading {
  bytes: Buffer;
  starts: readonly number[];
  ends: readonly number[];
}

function identity(frame: Buffer): Reading {
  const starts = [...frame.keys()];
  return {bytes: frame, starts, ends: starts.map((start) => start + 1)};
}

function unescaped(reading: Reading): Reading {
  const bytes: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const unescaper = new Unescaper((byte, start, end) => {
    bytes.push(byte);
    starts.push(start);
    ends.push(end);
  });
  for (const [index, byte] of reading.bytes.entries())
    unescaper.feed(byte, reading.starts[index]!, reading.ends[index]!);
  unescaper.end();
  return {bytes: Buffer.from(bytes), starts, ends};
}

function placesIn({bytes, starts, ends}: Reading, wanted: Buffer, from: number, to: number): Place[] {
  const places: Place[] = [];
  const end = Math.min(to, wanted.length);
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) {
    const isString = bytes[at - 1] === QUOTE && bytes[at + wanted.length] === QUOTE;
    if (isString || wanted.length >= MIN_INNER_BYTES) places.push([starts[at + from]!, ends[at + end - 1]!]);
  }
  return places;
}

const QUOTE = 0x22;
