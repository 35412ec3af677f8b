import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createDecoder} from '../../src/frame/decoder.ts';
import type {Frame} from '../../src/frame/frame.ts';
import {referenceFrames} from './reference.ts';

const jsonObject = fc.dictionary(fc.string({unit: 'grapheme', maxLength: 6}), fc.jsonValue({maxDepth: 3}), {
  maxKeys: 4,
});
const compact = jsonObject.map((value) => JSON.stringify(value));
const pretty = fc
  .tuple(jsonObject, fc.constantFrom('\n', '\r\n'))
  .map(([value, lineEnd]) => JSON.stringify(value, null, 2).replaceAll('\n', lineEnd));
const truncated = fc
  .tuple(fc.oneof(compact, pretty), fc.double({min: 0, max: 1, noNaN: true}))
  .map(([source, share]) => source.slice(0, Math.ceil(source.length * share)));
const noise = fc.constantFrom(
  ...[
    '^C',
    '\x1b[2K\x1b[1G',
    '\x1b]0;title\x07',
    ' ',
    '\t',
    '\r',
    '  \r',
    'é–⠋😀',
    '\ufeff',
    '{',
    '}',
    '{{',
    '[',
    ']',
    '"',
  ],
  ...['{"a":', '{"a":[', ',', ':', '\\', 'plain text', '{"a":"', '{"a":1,', '\0'],
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n', '\r\r\n');
const stream = fc
  .array(fc.oneof(compact, pretty, truncated, noise, lineEnd, lineEnd), {maxLength: 20})
  .map((parts) => Buffer.from(parts.join('')));
/** Few kinds of bytes, so that every rule meets every other. */
const soup = fc
  .array(fc.constantFrom(...'{{}}[]"",::a1\n\n\r \\', '{"":', '{"":1}', '\ufeff', '\x01'), {maxLength: 40})
  .map((parts) => Buffer.from(parts.join('')));
const damaged = fc
  .tuple(stream, fc.array(fc.tuple(fc.nat(), fc.nat(255)), {maxLength: 6}))
  .map(([bytes, changes]) => {
    const result = Buffer.from(bytes);
    for (const [index, byte] of changes) if (result.length > 0) result[index % result.length] = byte;
    return result;
  });
const anyStream = fc.oneof(stream, soup, damaged);
const bound = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({min: 3, max: 60}));

/** Frames of the stream cut at `cuts`, each chunk overwritten once it has been fed. */
function decodeCut(bytes: Buffer, cuts: number[], maxFrameBytes: number): Frame[] {
  const decoder = createDecoder({maxFrameBytes});
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const frames = places.slice(1).flatMap((to, index) => {
    const chunk = Uint8Array.from(bytes.subarray(places[index], to));
    const found = decoder.feed(chunk);
    chunk.fill(0x7b);
    return found;
  });
  return [...frames, ...decoder.end()];
}

function everyPlace(bytes: Buffer): number[] {
  return bytes.length === 0 ? [] : [...bytes.keys()];
}

describe('for any stream', () => {
  test('a stream in one chunk gives the frames of the reference', () => {
    fc.assert(
      fc.property(anyStream, bound, (bytes, max) => {
        expect(decodeCut(bytes, [], max)).toEqual(referenceFrames(bytes, max));
      }),
      {numRuns: 1500},
    );
  });

  test('single bytes give the frames of the whole', () => {
    fc.assert(
      fc.property(anyStream, bound, (bytes, max) => {
        expect(decodeCut(bytes, everyPlace(bytes), max)).toEqual(decodeCut(bytes, [], max));
      }),
      {numRuns: 600},
    );
  });

  test('random cuts give the frames of the whole', () => {
    fc.assert(
      fc.property(anyStream, fc.array(fc.nat(), {maxLength: 8}), bound, (bytes, cuts, max) => {
        expect(decodeCut(bytes, cuts, max)).toEqual(decodeCut(bytes, [], max));
      }),
      {numRuns: 600},
    );
  });

  test('random bytes are frames too', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), bound, (array, max) => {
        const bytes = Buffer.from(array);
        expect(decodeCut(bytes, everyPlace(bytes), max)).toEqual(referenceFrames(bytes, max));
      }),
      {numRuns: 300},
    );
  });

  test('frames are in order, apart, and leave out nothing but line ends, blanks beside objects and the BOM', () => {
    fc.assert(
      fc.property(anyStream, bound, (bytes, max) => {
        let at = bytes.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
        for (const frame of decodeCut(bytes, [], max)) {
          expect(frame.offset).toBeGreaterThanOrEqual(at);
          expect(bytes.toString('latin1', at, frame.offset)).toMatch(/^[ \t\r\n]*$/);
          if (frame.kind === 'json')
            expect(bytes.toString('utf8', frame.offset, frame.offset + frame.length)).toBe(frame.source);
          at = frame.offset + frame.length;
        }
        expect(bytes.toString('latin1', at)).toMatch(/^[ \t\r\n]*$/);
      }),
      {numRuns: 300},
    );
  });

  test('no more is held than a text and an object of the bound', () => {
    fc.assert(
      fc.property(anyStream, fc.integer({min: 3, max: 60}), (bytes, max) => {
        const decoder = createDecoder({maxFrameBytes: max});
        let most = 0;
        for (const byte of bytes) {
          decoder.feed(Uint8Array.of(byte));
          most = Math.max(most, decoder.pendingBytes());
        }
        expect(most).toBeLessThanOrEqual(2 * max);
        decoder.end();
        expect(decoder.pendingBytes()).toBe(0);
      }),
      {numRuns: 300},
    );
  });
});
