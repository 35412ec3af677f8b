import {describe, expect, test} from 'vitest';
import {createDecoder} from '../../src/frame/decoder.ts';

const CHUNK_BYTES = [1, 4095, Number.POSITIVE_INFINITY];
const BYTES = 64 * 1024;
/** Passes over a byte: looked at, copied and moved, searched for its line end, tried once more, parsed. */
const MOST_WORK_PER_BYTE = 6;

const repeated = (part: string) => (bytes: number) => part.repeat(Math.ceil(bytes / part.length));

/** Streams of a given size that make a careless decoder look at bytes again and again. */
const streams: Record<string, (bytes: number) => string> = {
  'lines of one object': repeated('{"a":"some text","b":[1,2,3]}\n'),
  'objects without line ends': repeated('{}'),
  'many objects on each line': repeated(`${'{}'.repeat(900)}\n`),
  'objects and text on one line': repeated('{"a":1} x '),
  'objects over several lines': repeated('{\n  "a": 1\n}\n'),
  'one long object': (bytes) => `{"a":"${'x'.repeat(bytes)}"}\n`,
  'one long line of text': repeated('x'),
  'empty lines': repeated('\n'),
  'blanks behind an object': (bytes) => `{}${' '.repeat(bytes)}\n`,
  'opening braces': repeated('{'),
  'opening braces on lines of their own': repeated('{\n'),
  'nested objects': repeated('{"a":'),
  'nested objects on lines of their own': repeated('{"a":\n'),
  'nested arrays': repeated('{"a":[[[[[[[['),
  'lines that only look like objects': repeated('{a}\n'),
  'objects that are rejected late': repeated('{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",'),
  'an object rejected after many good lines': (bytes) =>
    `{"a":[${repeated('\n{"b":1},\n{"c":2}\n,')(bytes)}x`,
  'an object never finished': (bytes) => `{"a":[${repeated('1,\n')(bytes)}`,
  'a string never finished': (bytes) => `{"a":"${'\\n'.repeat(bytes / 2)}`,
  'text never finished before objects never finished': (bytes) =>
    `${'x'.repeat(bytes / 2)}${repeated('{"a"')(bytes / 2)}`,
};

function workBytes(stream: string, chunkBytes: number, maxFrameBytes: number): number {
  const bytes = Buffer.from(stream);
  const decoder = createDecoder({maxFrameBytes});
  for (let at = 0; at < bytes.length; at += chunkBytes) decoder.feed(bytes.subarray(at, at + chunkBytes));
  decoder.end();
  return decoder.workBytes();
}

describe.each(Object.entries(streams))('%s', (_name, stream) => {
  test.each(CHUNK_BYTES)('take a constant amount of work per byte in chunks of %d', (chunkBytes) => {
    for (const maxFrameBytes of [Number.POSITIVE_INFINITY, 1000]) {
      const small = workBytes(stream(BYTES / 4), chunkBytes, maxFrameBytes) / (BYTES / 4);
      const large = workBytes(stream(BYTES), chunkBytes, maxFrameBytes) / BYTES;
      expect(large).toBeGreaterThanOrEqual(1);
      expect(large).toBeLessThan(MOST_WORK_PER_BYTE);
      expect(large / small).toBeLessThan(2);
    }
  });
});
