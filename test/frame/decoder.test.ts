import {describe, expect, test, vi} from 'vitest';
import {createDecoder, type FrameDecoderOptions} from '../../src/frame/decoder.ts';
import type {Frame} from '../../src/frame/frame.ts';
import {MAX_DEPTH} from '../../src/frame/scanner.ts';

const BOM = '\ufeff';

/** Frames in short: the source of an object, `text⏎` or `text…` for text with and without its line end, `oversized 3+10`. */
function brief(frames: Frame[]): string[] {
  return frames.map((frame) => {
    if (frame.kind === 'json') return frame.source;
    if (frame.kind === 'oversized') return `oversized ${frame.offset}+${frame.length}`;
    return frame.lineEnd ? `${frame.text}⏎` : `${frame.text}…`;
  });
}

function decode(input: string | Buffer, options: FrameDecoderOptions = {}): Frame[] {
  const decoder = createDecoder(options);
  return [...decoder.feed(Buffer.from(input)), ...decoder.end()];
}

/** What each chunk completes, and at last what the end does. */
function decodeChunks(chunks: (string | Buffer)[], options: FrameDecoderOptions = {}): string[][] {
  const decoder = createDecoder(options);
  return [...chunks.map((chunk) => brief(decoder.feed(Buffer.from(chunk)))), brief(decoder.end())];
}

describe('objects', () => {
  test('a line that is an object is a frame with its value, source and range', () => {
    expect(decode('{"a":"é"}\n{"b":[2]}\n')).toEqual([
      {kind: 'json', value: {a: 'é'}, source: '{"a":"é"}', offset: 0, length: 10},
      {kind: 'json', value: {b: [2]}, source: '{"b":[2]}', offset: 11, length: 9},
    ]);
  });

  test('an object is there as soon as its closing brace is, without a line end', () => {
    expect(decodeChunks(['{"a":{"b":1', '}', '}', '\n'])).toEqual([[], [], ['{"a":{"b":1}}'], [], []]);
  });

  test('several objects on one line are several frames', () => {
    expect(brief(decode('{"a":1}{"b":2} {"c":3}\n'))).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  test('an object over several lines is one frame', () => {
    const source = '{\r\n  "a": [\n    1\n  ]\n}';
    expect(decode(`${source}\r\nx`)).toMatchObject([
      {kind: 'json', value: {a: [1]}, source, length: 23},
      {kind: 'text', text: 'x', offset: 25},
    ]);
  });

  test('arrays and scalars are text, and the objects in an array are frames', () => {
    expect(brief(decode('[1]\n"a"\n12\nnull\n[{"a":1},{}]\n'))).toEqual([
      ...['[1]⏎', '"a"⏎', '12⏎', 'null⏎'],
      ...['[…', '{"a":1}', ',…', '{}', ']⏎'],
    ]);
  });

  test('a BOM at the start is in no frame, and one elsewhere is text', () => {
    expect(decode(`${BOM}{"a":1}\n${BOM}{}`)).toMatchObject([
      {source: '{"a":1}', offset: 3},
      {text: BOM, offset: 11},
      {source: '{}', offset: 14},
    ]);
  });

  test('a BOM is known however it is cut, and its first bytes alone are text', () => {
    const bytes = Buffer.from(`${BOM}{}`);
    const single = [...bytes].map((byte) => Buffer.of(byte));
    expect(decodeChunks(single).flat()).toEqual(['{}']);
    expect(decode(bytes.subarray(0, 2))).toMatchObject([{kind: 'text', offset: 0, length: 2}]);
    expect(decodeChunks([Buffer.of(0xef), 'x\n'])).toEqual([[], ['\ufffdx⏎'], []]);
  });

  test('offsets count from the base offset', () => {
    expect(decode('ab\n{}', {baseOffset: 1e12})).toMatchObject([{offset: 1e12}, {offset: 1e12 + 3}]);
  });

  test('the chunk may be overwritten once it has been fed', () => {
    const decoder = createDecoder();
    const chunk = Buffer.from('{"a":');
    decoder.feed(chunk);
    chunk.fill('x');
    expect(brief(decoder.feed(Buffer.from('1}')))).toEqual(['{"a":1}']);
  });

  test('an object may be as deep as the bound, and deeper it is text', () => {
    const nested = (depth: number) => `{"":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(brief(decode(nested(MAX_DEPTH)))).toEqual([nested(MAX_DEPTH)]);
    expect(brief(decode(`${nested(MAX_DEPTH)}\n`))).toEqual([nested(MAX_DEPTH)]);
    expect(brief(decode(`${nested(MAX_DEPTH + 1)}\n`))).toEqual([`${nested(MAX_DEPTH + 1)}⏎`]);
  });

  test('a million levels neither throw nor give a value that cannot be written again', () => {
    const levels = 1e6;
    const frames = decode(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}\n`);
    expect(() => JSON.stringify(frames)).not.toThrow();
    expect(frames.at(-1)).toMatchObject({kind: 'text', lineEnd: true});
  });
});

describe('text', () => {
  test('a line of text comes with its line end, and an empty line is text too', () => {
    expect(decode('ab\n\n\r\n c\r\n')).toEqual([
      {kind: 'text', text: 'ab', lineEnd: true, offset: 0, length: 3},
      {kind: 'text', text: '', lineEnd: true, offset: 3, length: 1},
      {kind: 'text', text: '', lineEnd: true, offset: 4, length: 2},
      {kind: 'text', text: ' c', lineEnd: true, offset: 6, length: 4},
    ]);
  });

  test('an unterminated tail is text without a line end, its CR included', () => {
    expect(decode('a\nb\r')).toMatchObject([
      {text: 'a', lineEnd: true},
      {text: 'b\r', lineEnd: false, length: 2},
    ]);
    expect(brief(decode('  '))).toEqual(['  …']);
    expect(decode('')).toEqual([]);
  });

  test('text beside objects is a frame of its own', () => {
    expect(decode('^C {"a":1} and {"b":2}!\r\n')).toMatchObject([
      {text: '^C ', lineEnd: false, offset: 0, length: 3},
      {source: '{"a":1}', offset: 3},
      {text: ' and ', lineEnd: false, offset: 10, length: 5},
      {source: '{"b":2}', offset: 15},
      {text: '!', lineEnd: true, offset: 22, length: 3},
    ]);
  });

  test('blanks beside objects are in no frame', () => {
    expect(brief(decode(' \t{"a":1} \r{"b":2}\t \r\n{}  '))).toEqual(['{"a":1}', '{"b":2}', '{}']);
  });

  test('escapes and control characters stay in the text', () => {
    expect(brief(decode('\x1b[2K\x1b]0;t\x07\0{}\n'))).toEqual(['\x1b[2K\x1b]0;t\x07\0…', '{}']);
  });

  test('a character cut between chunks is whole, and invalid UTF-8 is replaced', () => {
    const [first, second] = [Buffer.from('😀\n').subarray(0, 2), Buffer.from('😀\n').subarray(2)];
    expect(decodeChunks([first, second])).toEqual([[], ['😀⏎'], []]);
    expect(brief(decode(Buffer.of(0x61, 0xff, 0x0a)))).toEqual(['a\ufffd⏎']);
    expect(decode(Buffer.from('{"a":"\xff"}', 'latin1'))).toMatchObject([{value: {a: '\ufffd'}, length: 9}]);
  });
});

describe('what only begins like an object', () => {
  test('it is text up to the offending byte, where decoding goes on', () => {
    expect(brief(decode('{foo {"a":1}\n'))).toEqual(['{foo …', '{"a":1}']);
    expect(brief(decode('{{{"a":1}}\n'))).toEqual(['{{…', '{"a":1}', '}⏎']);
    expect(brief(decode('{"a":1,{"b":2}'))).toEqual(['{"a":1,…', '{"b":2}']);
  });

  test('a line end inside a string ends it', () => {
    expect(decodeChunks(['{"a":"b', '\n', '{"c":1}\n'])).toEqual([[], ['{"a":"b⏎'], ['{"c":1}'], []]);
  });

  test('a line that looks like an object on the fast path and is none is text, and so are its like', () => {
    expect(brief(decode('{ a: 1 }\n{ b: 2 }\n {"c":3}\n{"d":4}\n'))).toEqual([
      '{ a: 1 }⏎',
      '{ b: 2 }⏎',
      '{"c":3}',
      '{"d":4}',
    ]);
  });

  test('lines that only look like objects are parsed once, and again when an object came between', () => {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      decode('{ a: 1 }\n{ b: 2 }\n {"c":3}\n{ d: 4 }\n{ e: 5 }\n');
      expect(parse.mock.calls).toEqual([['{ a: 1 }'], ['{"c":3}'], ['{ d: 4 }']]);
    } finally {
      parse.mockRestore();
    }
  });

  test('a truncated object followed by good lines loses nothing but itself', () => {
    expect(brief(decode('{"a":\n{"b":2}\n  {"c":3} \r\n{"d":4}\n'))).toEqual([
      '{"a":⏎',
      '{"b":2}',
      '{"c":3}',
      '{"d":4}',
    ]);
  });

  test('of its later lines those that are no whole object are text', () => {
    expect(brief(decode('x {"a":[\r\n1,\n{"b":2},\n{"c":3}\n\n{\n{"d":4}'))).toEqual([
      'x {"a":[⏎',
      '1,⏎',
      '{"b":2},⏎',
      '{"c":3}',
      '⏎',
      '{⏎',
      '{"d":4}',
    ]);
  });

  test('the line of the offending byte is text up to it', () => {
    expect(brief(decode('{"a":\n {"b":2} {"c":3}\n'))).toEqual(['{"a":⏎', ' {"b":2} …', '{"c":3}']);
  });

  test('at the end an incomplete object is the text of its lines, or the object that a later line is', () => {
    expect(brief(decode('x {"a":1'))).toEqual(['x {"a":1…']);
    expect(brief(decode('{"a":[\n1,\n2'))).toEqual(['{"a":[⏎', '1,⏎', '2…']);
    expect(brief(decode('{"a":\n{"b":2}\n'))).toEqual(['{"a":⏎', '{"b":2}']);
    expect(brief(decode('{"a":\n{"b":2}'))).toEqual(['{"a":⏎', '{"b":2}']);
    expect(brief(decode('{}{"a":\n{"b":2} x'))).toEqual(['{}', '{"a":⏎', '{"b":2} x…']);
  });
});

describe('the bound', () => {
  const maxFrameBytes = 10;

  test('a line or an object of exactly the bound is whole', () => {
    const input = 'abcdefghij\n{"a":"bc"}\n{"a":"bc"} {"a":"bc"}\n';
    expect(brief(decode(input, {maxFrameBytes}))).toEqual(['abcdefghij⏎', ...Array(3).fill('{"a":"bc"}')]);
  });

  test('a longer line is one oversized frame up to its line end, and decoding goes on at the next line', () => {
    expect(brief(decode('abcdefghijk\r\n{}\n', {maxFrameBytes}))).toEqual(['oversized 0+11', '{}']);
    expect(brief(decode('abcdefghij\r\n{}\n', {maxFrameBytes}))).toEqual(['oversized 0+10', '{}']);
  });

  test('a longer object is one too, though it lies whole in a chunk', () => {
    const input = '  {"a":"bcd"} {}\r\n{}\n';
    expect(brief(decode(input, {maxFrameBytes}))).toEqual(['oversized 2+14', '{}']);
    expect(brief(decode('{"a":"bcd"}\n{}\n', {maxFrameBytes}))).toEqual(['oversized 0+11', '{}']);
  });

  test('text in front of an oversized object is text', () => {
    expect(brief(decode('abcdefghij{"a":"bcd"}', {maxFrameBytes}))).toEqual([
      'abcdefghij…',
      'oversized 10+11',
    ]);
  });

  test('an object over several lines ends with the line in which it becomes too large', () => {
    expect(brief(decode('{\n"a":1,\n"b":2}\n{}', {maxFrameBytes}))).toEqual(['oversized 0+15', '{}']);
    expect(brief(decode('{\n"a":123,\n"b":2}\n', {maxFrameBytes}))).toEqual(['oversized 0+10', '"b":2}⏎']);
  });

  test('text that a rejected object makes too long is oversized, on its own line alone', () => {
    expect(brief(decode('abcdef{"a":x\n{}', {maxFrameBytes}))).toEqual(['oversized 0+12', '{}']);
    expect(brief(decode('abcdefgh{"a"\r\n:x\n', {maxFrameBytes}))).toEqual(['oversized 0+12', ':x⏎']);
  });

  test('blanks without end beside an object are oversized', () => {
    expect(brief(decode(`{}${' '.repeat(11)}\n`, {maxFrameBytes}))).toEqual(['{}', 'oversized 2+11']);
  });

  test('an oversized tail reaches to the end of the stream', () => {
    expect(decodeChunks(['abcdefghijk', 'l\r'], {maxFrameBytes})).toEqual([[], [], ['oversized 0+13']]);
    expect(decodeChunks(['abcdef{"a":"'], {maxFrameBytes})).toEqual([[], ['oversized 0+12']]);
  });

  test('a line end cut in two is still no part of an oversized frame', () => {
    expect(decodeChunks(['abcdefghijk\r', '\n{}'], {maxFrameBytes})).toEqual([
      [],
      ['oversized 0+11', '{}'],
      [],
    ]);
    expect(decodeChunks(['abcdefghijk\r', 'l\n'], {maxFrameBytes})).toEqual([[], ['oversized 0+13'], []]);
  });

  test('the bytes of an oversized frame are not kept', () => {
    const decoder = createDecoder({maxFrameBytes});
    decoder.feed(Buffer.from('abcdefghij'));
    expect(decoder.pendingBytes()).toBe(10);
    decoder.feed(Buffer.from('klmnopqrst'));
    expect(decoder.pendingBytes()).toBe(0);
  });

  test('a long line of many small objects is not oversized', () => {
    expect(decode(`${'{"a":1} '.repeat(100)}\n`, {maxFrameBytes})).toHaveLength(100);
  });

  test('a bound that is no usable number of bytes is brought into range', () => {
    expect(brief(decode('a\nbc\n', {maxFrameBytes: 0}))).toEqual(['a⏎', 'oversized 2+2']);
    expect(brief(decode('{"a":1}\n{"a":12}\n', {maxFrameBytes: 7.5}))).toEqual(['{"a":1}', 'oversized 8+8']);
    expect(brief(decode('{"a":1}\n', {maxFrameBytes: Number.POSITIVE_INFINITY}))).toEqual(['{"a":1}']);
  });
});

describe('large chunks and frames', () => {
  const line = `{"text":"${'x'.repeat(3000)}"}`;

  test('a chunk of several megabytes is the same as its parts', () => {
    const bytes = Buffer.from(`${line}\n`.repeat(1500));
    const frames = decode(bytes);
    expect(frames).toHaveLength(1500);
    expect(frames.at(-1)).toMatchObject({source: line, offset: 1499 * (line.length + 1)});
  });

  test('an object of several megabytes is one frame, and small ones go on behind it', () => {
    const source = `{"items":[${Array(1500).fill(line).join(',')}]}`;
    const bytes = Buffer.from(`${source}\n{"a":1}\n{"b":`);
    const decoder = createDecoder();
    const frames: Frame[] = [];
    for (let at = 0; at < bytes.length; at += 4095)
      frames.push(...decoder.feed(bytes.subarray(at, at + 4095)));
    expect(frames.map((frame) => frame.length)).toEqual([source.length, 7]);
    expect(decoder.pendingBytes()).toBe(5);
    expect(brief(decoder.feed(Buffer.from('2}\n')))).toEqual(['{"b":2}']);
  });
});
