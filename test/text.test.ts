import {describe, expect, it} from 'vitest';
import {oneLine, sentence, stripControl} from '../src/text.ts';

describe('text for a terminal', () => {
  it('loses what Claude Code writes to a terminal behind its last line', () => {
    const reset =
      '\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b(B\x0f\x1b[>4m\x1b[<u\x1b[?1004l\x1b[?2031l\x1b[?2004l\x1b[?25h\x1b7\x1b[r\x1b8\x1b]0;\x07';
    expect(stripControl(`${reset}{"type":"user"}${reset}`)).toBe('{"type":"user"}');
  });

  it.each([
    ['a colour', '\x1b[1;38:2::255:0:0mred\x1b[0m', 'red'],
    ['a title, ended by BEL or by ST', '\x1b]0;title\x07a\x1b]2;title\x1b\\b', 'ab'],
    ['a link', '\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\', 'link'],
    ['control strings of other kinds', '\x1bPq#1\x1b\\a\x1bXsos\x1b\\b\x1b^pm\x1b\\c\x1b_apc\x1b\\d', 'abcd'],
    ['a control string without an end, up to the line end', 'a\x1b]0;never\nb', 'a\nb'],
    ['8-bit controls', 'a\u009b31mb\u009d0;t\u009cc\u0085d', 'abcd'],
    ['a sequence cut short', 'a\x1b[31', 'a'],
    ['lone controls and DEL', 'a\x00\x08\x0b\x7f\rb\x1b', 'ab'],
    ['cursor moves', '\x1b[2J\x1b[Ha\x1b[1Ab', 'ab'],
  ])('loses %s', (_what, text, shown) => {
    expect(stripControl(text)).toBe(shown);
  });

  it('keeps line ends, tabs, an echoed ^C and all scripts', () => {
    const text = 'a\tb\n^C é ✓ 日本 🙂';
    expect(stripControl(text)).toBe(text);
  });

  it('of any length is stripped in time proportional to it', () => {
    const hostile = '\x1b]'.repeat(200_000);
    expect(stripControl(hostile)).toBe('');
    expect(stripControl('\x1b['.repeat(200_000))).toBe('');
  });
});

describe('one line', () => {
  it('joins lines and blanks and drops controls', () => {
    expect(oneLine('  a\r\n\t\x1b[31mb\x1b[0m \n', 10)).toBe('a b');
  });

  it('is cut at its limit', () => {
    expect(oneLine('abcdef', 6)).toBe('abcdef');
    expect(oneLine('abcdefg', 6)).toBe('abcde…');
  });
});

describe('a sentence', () => {
  it.each([
    ['a log in page', 'a log in page.'],
    ['It is done.', 'It is done.'],
    ['Is it?', 'Is it?'],
    ['', ''],
  ])('%j ends as %j', (text, ended) => {
    expect(sentence(text)).toBe(ended);
  });
});
