import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {maskPieces, type Piece} from '../../src/session/redact-pieces.ts';

const folder = mkdtempSync(join(tmpdir(), 'oneshot-pieces-'));
const path = join(folder, 'worker.stdout');
afterAll(() => rmSync(folder, {recursive: true}));

const BEFORE = 'a line before\n';

/** The frame after `pieces` of it were masked, and what is told of that, as the bytes it speaks of. */
function masked(frame: string, ...pieces: Pick<Piece, 'text' | 'from' | 'to'>[]): [string, string[]] {
  writeFileSync(path, `${BEFORE}${frame}\nand one behind`);
  const raw = {stream: 'stdout', offset: BEFORE.length, length: Buffer.byteLength(frame)} as const;
  const told = maskPieces(
    path,
    pieces.map((piece) => ({...piece, raw, name: 'A'})),
  );
  const after = readFileSync(path);
  expect(after.toString()).toMatch(/^a line before\n.*\nand one behind$/s);
  const spans = told.map(({offset, length}) => after.subarray(offset, offset + length).toString());
  return [after.subarray(raw.offset, raw.offset + raw.length).toString(), spans];
}

describe('a piece of a secret', () => {
  it('is masked in the string it is part of, and nowhere else', () => {
    expect(masked('{"s":"s","t":"ass"}', {text: 's', from: 0, to: 1})).toEqual([
      '{"*":"*","t":"ass"}',
      ['*', '*'],
    ]);
    expect(masked('{"text":"key: abc"}', {text: 'key: abc', from: 5, to: 8})).toEqual([
      '{"text":"key: ***"}',
      ['***'],
    ]);
  });

  it('is found with escapes, and in JSON within JSON', () => {
    const text = 'say "ü"\n: ab';
    const piece = {text, from: 10, to: 13};
    const once = JSON.stringify({text});
    expect(masked(once, piece)[0]).toBe(once.replace(': ab', ':***'));
    const twice = JSON.stringify({said: JSON.stringify({text})});
    expect(masked(twice, piece)[0]).toBe(twice.replace(': ab', ':***'));
    const quoted = JSON.stringify({text: 'a"b'});
    expect(masked(quoted, {text: 'a"b', from: 0, to: 3})).toEqual(['{"text":"****"}', ['****']]);
  });

  it('is found where only a part of the string, or a line end more, was passed on', () => {
    expect(masked('{"text":"before abcdefgh"}', {text: 'abcdefgh', from: 4, to: 8})[0]).toBe(
      '{"text":"before abcd****"}',
    );
    expect(masked('{"text":"abc"}', {text: 'abc\n', from: 1, to: 4})[0]).toBe('{"text":"a**"}');
  });

  it('that is not there changes nothing', () => {
    expect(masked('{"text":"other"}', {text: 'ab', from: 0, to: 2})).toEqual(['{"text":"other"}', []]);
  });
});
