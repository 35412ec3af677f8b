import {expect, it} from 'vitest';
import {WriteBlock} from '../../src/session/write-block.ts';

const MIB = 1024 * 1024;

it('holds what was added, in order and as it was then', () => {
  const block = new WriteBlock();
  const fed = Buffer.from('bytes');
  block.add(fed);
  fed.fill(0);
  block.addText(' – text\n');
  expect(String(block.bytes)).toBe('bytes – text\n');
  expect(block.length).toBe(block.bytes.length);
});

it('begins anew once it is cleared', () => {
  const block = new WriteBlock();
  block.addText('first');
  block.clear();
  expect(block.length).toBe(0);
  block.addText('second');
  expect(String(block.bytes)).toBe('second');
});

it('grows to what does not fit, be it one text or many pieces', () => {
  const block = new WriteBlock();
  const long = 'é'.repeat(2 * MIB);
  block.addText(long);
  for (let piece = 0; piece < 100; piece++) block.add(Buffer.alloc(1000, 'x'));
  expect(block.length).toBe(4 * MIB + 100_000);
  expect(block.bytes.equals(Buffer.from(long + 'x'.repeat(100_000)))).toBe(true);
});

it('gives a large memory back once it is cleared', () => {
  const block = new WriteBlock();
  block.add(Buffer.alloc(2 * MIB));
  expect(block.bytes.buffer.byteLength).toBeGreaterThanOrEqual(2 * MIB);
  block.clear();
  expect(block.bytes.buffer.byteLength).toBeLessThan(MIB);
});
