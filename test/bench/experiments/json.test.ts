import {describe, expect, it} from 'vitest';
import {accuracy} from '../../../bench/experiments/json/accuracy.ts';
import {CASES} from '../../../bench/experiments/json/cases.ts';
import {READERS, type ReaderName} from '../../../bench/experiments/json/readers.ts';
import {cutAtLineEnds, cutInto, readChunks} from '../../../bench/experiments/json/reading.ts';
import {
  concatenated,
  lines,
  noisyLines,
  oneLongLine,
  pretty,
  prettyWithNoise,
} from '../../../bench/shapes.ts';

const names = Object.keys(READERS) as ReaderName[];

describe('bytes', () => {
  it('are cut into chunks of one size, or at line ends', () => {
    const bytes = Buffer.from('ab\ncde\nf');
    const texts = (chunks: Iterable<Buffer>) => [...chunks].map(String);
    expect(texts(cutInto(bytes, 3))).toEqual(['ab\n', 'cde', '\nf']);
    expect(texts(cutAtLineEnds(bytes))).toEqual(['ab\n', 'cde\n', 'f']);
  });
});

describe('every reader', () => {
  it.each(names)('reads plain lines, however they are cut: %s', async (name) => {
    const shape = lines('', 20_000, 1);
    const expected = shape.sources.map((source) => JSON.parse(source));
    for (const cut of [1, 64, 4095])
      expect((await readChunks(name, cutInto(shape.bytes, cut))).objects).toEqual(expected);
  });

  it('of ours reads every shape', async () => {
    const shapes = [concatenated, noisyLines, pretty, prettyWithNoise].map((make) => make(20_000));
    for (const {name, bytes, sources} of [...shapes, oneLongLine(100_000)]) {
      const {objects} = await readChunks('oneshot', cutInto(bytes, 100));
      expect([name, objects]).toEqual([name, sources.map((source) => JSON.parse(source))]);
    }
  });

  it('that breaks off says why', async () => {
    const {brokeOff} = await readChunks('@streamparser/json', cutInto(Buffer.from('no JSON\n'), 4));
    expect(brokeOff).toMatch(/Unexpected/);
  });
});

describe('accuracy', () => {
  it('counts each case as right or wrong, for every reader', async () => {
    for (const {reader, right, wrong} of await accuracy()) {
      expect([reader, [...right, ...wrong].toSorted()]).toEqual([
        reader,
        CASES.map(({name}) => name).toSorted(),
      ]);
      expect(right).toContain('two lines');
    }
  });
});
