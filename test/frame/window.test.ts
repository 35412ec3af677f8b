import {expect, test} from 'vitest';
import {ByteWindow} from '../../src/frame/window.ts';

/** Feeds `chunks`, keeping the last `keep` bytes after each, and returns what was in view each time. */
function views(window: ByteWindow, chunks: Uint8Array[], keep: number): string[] {
  return chunks.map((chunk) => {
    window.add(chunk);
    const seen = window.bytes.toString('latin1');
    window.keepFrom(Math.max(0, window.bytes.length - keep));
    return seen;
  });
}

const chunk = (text: string) => Buffer.from(text, 'latin1');

test('with nothing kept, the view is the memory of the chunk', () => {
  const window = new ByteWindow(0);
  const bytes = chunk('abc');
  window.add(bytes);
  expect(window.bytes.buffer).toBe(bytes.buffer);
  expect(window.copiedBytes).toBe(0);
});

test('what is kept stands in front of the next chunk, and the offset moves with it', () => {
  const window = new ByteWindow(100);
  expect(views(window, [chunk('abc'), chunk('def'), chunk('g')], 2)).toEqual(['abc', 'bcdef', 'efg']);
  expect(window.offset).toBe(105);
  expect(window.keptBytes).toBe(2);
});

test('a long stream in small chunks is right at every step, though little of it is ever kept', () => {
  const window = new ByteWindow(0);
  const chunks = Array.from({length: 20_000}, (_, index) => chunk(`${index},`));
  const text = chunks.join('');
  let end = 0;
  const expected = chunks.map(({length}) => {
    const kept = Math.min(end, 7);
    end += length;
    return text.slice(end - length - kept, end);
  });
  expect(views(window, chunks, 7)).toEqual(expected);
  expect(window.copiedBytes).toBeLessThan(2 * text.length);
});

test('the same store serves a stream of which little is kept', () => {
  const window = new ByteWindow(0);
  views(window, [chunk('abc')], 3);
  const stores = new Set<ArrayBufferLike>();
  for (let count = 0; count < 100; count++) {
    window.add(Buffer.alloc(1000));
    stores.add(window.bytes.buffer);
    window.keepFrom(window.bytes.length - 3);
  }
  expect(stores.size).toBe(1);
});

test('what grows large is right too, and its store is given back when little of it is left', () => {
  const window = new ByteWindow(0);
  const part = chunk('0123456789abcdef'.repeat(4096));
  for (let count = 0; count < 64; count++) {
    window.add(part);
    window.keepFrom(0);
  }
  expect(window.keptBytes).toBe(64 * part.length);
  window.add(chunk('tail'));
  const large = window.bytes.buffer.byteLength;
  window.keepFrom(window.bytes.length - 5);
  window.add(chunk('!'));
  expect(window.bytes.toString('latin1')).toBe('ftail!');
  expect(window.bytes.buffer.byteLength).toBeLessThan(large / 16);
  expect(window.copiedBytes).toBeLessThan(4 * 64 * part.length);
});
