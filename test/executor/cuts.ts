/**
 * However the bytes of a recording are cut into chunks, its events are the same. Used by two test files, since each cut of
 * each recording is a lot of work and there may be two cores.
 */
import {describe, expect, it} from 'vitest';
import {createDecoder} from '../../src/frame/decoder.ts';
import type {Frame} from '../../src/frame/frame.ts';
import {eventsOf, type RecordedCase} from './recordings.ts';

/** Up to this size every cut is tried. */
export const SMALL_BYTES = 16 * 1024;
const NEAR_BYTES = 64;
const RANDOM_PLACES = 1000;

export function testCuts(cases: RecordedCase[]): void {
  describe('one byte at a time', () => {
    it.each(cases)('$name has the same events', async (recorded) => {
      const {stdout, stderr} = recorded;
      const cut = await eventsOf(recorded, {stdout: singleBytes(stdout), stderr: singleBytes(stderr)});
      expect(cut).toEqual(await eventsOf(recorded));
    });
  });

  // A normalizer sees nothing but frames, so equal frames are equal events; a few places are tried all the way.
  describe('cut in two', () => {
    it.each(cases)('$name has the same frames at every place, and the same events', async (recorded) => {
      for (const bytes of [recorded.stdout, recorded.stderr]) expectSameFrames(bytes);
      const whole = await eventsOf(recorded);
      for (const place of randomPlaces(recorded.stdout.length, 5)) {
        expect(await eventsOf(recorded, {stdout: halves(recorded.stdout, place)})).toEqual(whole);
      }
    });
  });
}

/** Every cut of a small recording; those near a frame's ends, and some others, of a larger one. */
export function expectSameFrames(bytes: Buffer): void {
  const whole = framesOf([bytes]);
  const broken = placesToCut(bytes, whole).find((place) => !areEqual(framesOf(halves(bytes, place)), whole));
  if (broken !== undefined) expect(framesOf(halves(bytes, broken)), `cut at ${broken}`).toEqual(whole);
}

function placesToCut(bytes: Buffer, frames: Frame[]): number[] {
  if (bytes.length <= SMALL_BYTES)
    return Array.from({length: Math.max(0, bytes.length - 1)}, (_, index) => index + 1);
  const boundaries = frames.flatMap(({offset, length}) => [offset, offset + length]);
  const near = boundaries.flatMap((boundary) =>
    Array.from({length: 2 * NEAR_BYTES + 1}, (_, index) => boundary - NEAR_BYTES + index),
  );
  const inside = near.filter((place) => place > 0 && place < bytes.length);
  return [...new Set([...inside, ...randomPlaces(bytes.length, RANDOM_PLACES)])];
}

function framesOf(chunks: Iterable<Uint8Array>): Frame[] {
  const decoder = createDecoder();
  const frames: Frame[] = [];
  for (const chunk of chunks) frames.push(...decoder.feed(chunk));
  frames.push(...decoder.end());
  return frames;
}

/** The value of a JSON frame follows from its source. */
function areEqual(some: Frame[], others: Frame[]): boolean {
  return some.length === others.length && some.every((frame, index) => isEqual(frame, others[index]!));
}

function isEqual(one: Frame, other: Frame): boolean {
  if (one.offset !== other.offset || one.length !== other.length) return false;
  if (one.kind === 'json') return other.kind === 'json' && one.source === other.source;
  if (one.kind === 'text')
    return other.kind === 'text' && one.text === other.text && one.lineEnd === other.lineEnd;
  return other.kind === 'oversized';
}

function halves(bytes: Buffer, place: number): Buffer[] {
  return [bytes.subarray(0, place), bytes.subarray(place)];
}

function* singleBytes(bytes: Buffer): Generator<Buffer> {
  for (let index = 0; index < bytes.length; index++) yield bytes.subarray(index, index + 1);
}

/** The same places in each run (mulberry32). */
function randomPlaces(length: number, count: number): number[] {
  let state = 0x5eed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({length: count}, () => Math.floor(next() * length));
}
