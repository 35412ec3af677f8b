/** Malformed and incomplete streams, and the objects that are in them for somebody who reads them. */

export interface JsonCase {
  name: string;
  bytes: Buffer;
  expected: unknown[];
}

const A = {a: 1, text: 'päivää 🙂 "x" {y}'};
const B = {b: [1, {c: '}'}], n: null};
const a = JSON.stringify(A);
const b = JSON.stringify(B);

const text = (name: string, stream: string, ...expected: unknown[]): JsonCase => ({
  name,
  bytes: Buffer.from(stream),
  expected,
});

export const CASES: readonly JsonCase[] = [
  text('two lines', `${a}\n${b}\n`, A, B),
  text('no line end at the end', `${a}\n${b}`, A, B),
  text('CR LF', `${a}\r\n${b}\r\n`, A, B),
  text('blank lines', `\n${a}\n\n \n${b}\n`, A, B),
  text('a byte order mark', `\ufeff${a}\n${b}\n`, A, B),
  text('two objects on a line', `${a}${b}\n`, A, B),
  text('two objects with a space between', `${a} ${b}\n`, A, B),
  text('an object over several lines', `${JSON.stringify(A, null, 2)}\n${b}\n`, A, B),
  text(
    'an object over several lines, CR LF',
    `${JSON.stringify(B, null, 2).replaceAll('\n', '\r\n')}\r\n`,
    B,
  ),
  text('escaped characters', `{"t":"\\u00e4\\ud83d\\ude42\\\\\\""}\n${b}\n`, {t: 'ä🙂\\"'}, B),
  text('a line of text before', `Starting …\n${a}\n${b}\n`, A, B),
  text('a line of text between', `${a}\nNot authenticated\n${b}\n`, A, B),
  text('text before an object on its line', `log: ${a}\n${b}\n`, A, B),
  text('text behind an object on its line', `${a} done\n${b}\n`, A, B),
  text('text with braces', `use {name} or {}x\n${a}\n`, {}, A),
  text('a terminal escape before', `\x1b[2K\x1b[1G${a}\n${b}\n`, A, B),
  text('terminal resets behind, without a line end', `${a}\n\x1b[?1006l\x1b[?25h`, A),
  text('^C before', `^C${a}\n${b}\n`, A, B),
  text('an object cut off by the next line', `{"cut": "of\n${a}\n${b}\n`, A, B),
  text('an object cut off in a key', `{"cu\n${a}\n`, A),
  text('an object cut off at the end', `${a}\n{"cut": [1, 2`, A),
  text('an object cut off at the end, in a string', `${a}\n{"cut": "of`, A),
  text('a trailing comma', `{"a": 1,}\n${b}\n`, B),
  text('single quotes', `{'a': 1}\n${b}\n`, B),
  text('NaN', `{"a": NaN}\n${b}\n`, B),
  text('a bad escape', `{"a": "\\x"}\n${b}\n`, B),
  text('a closing brace too many', `${a}}\n${b}\n`, A, B),
  text('an array of numbers between', `${a}\n[1, 2]\n${b}\n`, A, B),
  text('two writers mixed on a line', `{"x": ${a}\n${b}\n`, A, B),
  {
    name: 'invalid UTF-8 between',
    bytes: Buffer.concat([Buffer.from(`${a}\n`), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(`${b}\n`)]),
    expected: [A, B],
  },
];
