import {describe, expect, test} from 'vitest';
import {MAX_DEPTH, ObjectScanner, type ScanStatus} from '../../src/frame/scanner.ts';
import {parses, REFERENCE_MAX_DEPTH, readObject} from './reference.ts';

function scan(source: string): {status: ScanStatus; at: number} {
  const scanner = new ObjectScanner();
  const bytes = Buffer.from(source);
  scanner.start();
  const at = scanner.scan(bytes, 1, bytes.length);
  return {status: scanner.status, at};
}

/** All words of up to `length` letters. */
function* words(alphabet: string[], length: number): Generator<string> {
  yield '';
  if (length === 0) return;
  for (const word of words(alphabet, length - 1)) for (const letter of alphabet) yield letter + word;
}

describe('the scanner agrees with JSON.parse and the reference about', () => {
  test.each([
    ['structure', ['{', '}', '[', ']', ',', ':', '""', '\n'], 5, '{', ['}']],
    ['numbers', ['-', '+', '.', '0', '7', 'e', 'E'], 5, '{"":', ['}']],
    ['literals', ['true', 'false', 'null', 'tru', 'e', 'nul', ' ', 'x'], 3, '{"":', ['}']],
    [
      'strings',
      ['"', '\\', 'u', '0', 'aF', 'n', '/', 'x', '\n', '\x7f', 'é'],
      3,
      '{"":"',
      ['"}', '\\u12aF"}'],
    ],
    ['keys', ['"', '\\', 'u', '0', 'aF', 'n', ':', '\t', '1'], 3, '{"', ['":0}', '\\u12aF":0}']],
  ])('%s', (_name, alphabet, length, start, ends) => {
    let objects = 0;
    for (const word of words(alphabet, length)) {
      for (const end of ends) {
        const source = `${start}${word}${end}`;
        const found = scan(source);
        const bytes = Buffer.from(source);
        const expected = readObject(bytes, 0);
        const isWhole = found.status === 'closed' && found.at === bytes.length;
        if (found.status !== expected.status || found.at !== expected.at || isWhole !== parses(source)) {
          expect.fail(
            `${JSON.stringify(source)}: ${JSON.stringify(found)}, reference ${JSON.stringify(expected)}`,
          );
        }
        if (isWhole) objects++;
      }
    }
    expect(objects).toBeGreaterThan(2);
  });
});

test('the reference knows the same depth', () => {
  expect(REFERENCE_MAX_DEPTH).toBe(MAX_DEPTH);
});

test('the bracket that is one too deep is the offending byte', () => {
  const fits = `{"":${'['.repeat(MAX_DEPTH - 1)}`;
  expect(scan(fits)).toEqual({status: 'open', at: fits.length});
  expect(scan(`${fits}[`)).toEqual({status: 'rejected', at: fits.length});
  expect(scan(`${fits}{`)).toEqual({status: 'rejected', at: fits.length});
});

test('a scan stopped anywhere goes on where it stopped', () => {
  const bytes = Buffer.from('{"a":[1.5e3,"x\\u00e9\\n",{"b":null}]} rest');
  for (let cut = 1; cut < bytes.length; cut++) {
    const scanner = new ObjectScanner();
    scanner.start();
    const first = scanner.scan(bytes, 1, cut);
    const at = scanner.status === 'closed' ? first : scanner.scan(bytes, first, bytes.length);
    expect({cut, status: scanner.status, at}).toEqual({cut, status: 'closed', at: bytes.length - 5});
  }
});

test('a scanner starts anew after any end', () => {
  const scanner = new ObjectScanner();
  const bytes = Buffer.from('{[[');
  scanner.start();
  scanner.scan(bytes, 1, 3);
  expect(scanner.status).toBe('rejected');
  scanner.start();
  expect(scanner.scan(Buffer.from('{}'), 1, 2)).toBe(2);
  expect(scanner.status).toBe('closed');
});
