import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createRedactor} from '../../src/session/redact.ts';
import type {Redaction} from '../../src/session/redact-stream.ts';

const SECRETS = {
  PLAIN_TOKEN: 'hunter2-hunter2',
  QUOTED_SECRET: 'a"b\\c/d\ne\tf',
  FOREIGN_PASSWORD: 'pässwört-😀-geheim',
  LONG_KEY: 'hunter2-hunter3-and-some-more',
  REPEATING_KEY: 'ababababac',
  PIN_TOKEN: '4711081512',
};
const redactor = createRedactor({environments: [SECRETS]});

interface Result {
  text: string;
  redactions: Redaction[];
}

/** Feeds `bytes` in pieces of the given lengths, over and over. */
function through(bytes: Buffer, lengths: readonly number[], by = redactor): Result {
  const stream = by.stream();
  const out: Buffer[] = [];
  const redactions: Redaction[] = [];
  const keep = (released: {bytes: Buffer; redactions: Redaction[]}) => {
    out.push(Buffer.from(released.bytes));
    redactions.push(...released.redactions);
  };
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const piece = Buffer.from(bytes.subarray(at, at + lengths[turn % lengths.length]!));
    keep(stream.feed(piece));
    at += piece.length;
    // What was fed belongs to the caller again.
    piece.fill(0);
  }
  keep(stream.end());
  return {text: Buffer.concat(out).toString('latin1'), redactions};
}

const whole = (text: string | Buffer) => {
  const {text: out, redactions} = through(Buffer.from(text as string), [1 << 30]);
  return {text: Buffer.from(out, 'latin1').toString(), redactions};
};
const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
const asUnicode = (text: string) =>
  text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const secret = fc.constantFrom(...Object.values(SECRETS));
const writings: ((text: string) => string)[] = [
  (text) => text,
  inJson,
  asUnicode,
  (text) => inJson(inJson(text)),
  (text) => inJson(asUnicode(text)),
  (text) => asUnicode(inJson(text)),
  (text) => inJson(text).replaceAll('/', '\\/'),
  (text) => text.replace(/^[\s\S]/, asUnicode).replace(/[^\x20-\x7e]|["\\]/g, asUnicode),
];
const written = fc.tuple(secret, fc.constantFrom(...writings)).map(([text, write]) => write(text));
const key = fc.constantFrom(
  'sk-ant-api03-AbCdEf012345',
  'ghp_abcdefghijklmnopqrst',
  'AKIAABCDEFGHIJKLMNOP',
  'eyJhbGciOiJI.eyJzdWIiOiIx.abcdefgh',
  'Bearer abcdefgh12345678',
);
/** Beginnings of secrets, escapes and keys, and what may stand around them. */
const debris = fc.constantFrom(
  'hunter2',
  'hunter2-hunter',
  'abababab',
  'a',
  's',
  'sk-',
  '\\',
  '\\\\',
  '\\u00',
  '\\ud83d',
  '\\n',
  '"',
  '{"a":"b"}\n',
  'eyJ',
  '-----BEGIN ',
  'ü',
  ' ',
  '\n',
);
const part = fc.oneof(
  {weight: 3, arbitrary: debris},
  {weight: 2, arbitrary: written},
  {weight: 1, arbitrary: key},
  {weight: 2, arbitrary: fc.string({maxLength: 6})},
);
const streams = fc.array(part, {maxLength: 12}).map((parts) => Buffer.from(parts.join('')));
const lengths = fc.array(fc.integer({min: 1, max: 9}), {minLength: 1, maxLength: 4});

/** `text` and what it stands for as a JSON string, twice; read as loosely as anyone might. */
function readings(text: string): string[] {
  const once = unescaped(text);
  return [text, once, unescaped(once)];
}

function unescaped(text: string): string {
  const escaped =
    /\\(["\\/bfnrt]|u(?![dD][89abAB])[\da-fA-F]{4}|u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})/g;
  return text.replace(escaped, (found) => JSON.parse(`"${found}"`));
}

describe('a redacting stream', () => {
  it('gives the same however the bytes are cut', () => {
    fc.assert(
      fc.property(streams, lengths, (bytes, cuts) => {
        expect(through(bytes, cuts)).toEqual(through(bytes, [1 << 30]));
      }),
      {numRuns: 2000},
    );
  });

  it('lets no secret through, plain or escaped', () => {
    fc.assert(
      fc.property(streams, lengths, (bytes, cuts) => {
        const out = Buffer.from(through(bytes, cuts).text, 'latin1').toString();
        for (const reading of readings(out)) {
          for (const value of Object.values(SECRETS)) expect(reading).not.toContain(value);
        }
      }),
      {numRuns: 2000},
    );
  });

  it('changes the spans it tells of, and no other byte', () => {
    fc.assert(
      fc.property(streams, lengths, (bytes, cuts) => {
        const {text, redactions} = through(bytes, cuts);
        const expected = Buffer.from(bytes);
        const out = Buffer.from(text, 'latin1');
        expect(out).toHaveLength(bytes.length);
        let before = 0;
        for (const {offset, length} of redactions) {
          expect(offset).toBeGreaterThanOrEqual(before);
          before = offset + length;
          out.copy(expected, offset, offset, before);
        }
        expect(out).toEqual(expected);
      }),
      {numRuns: 1000},
    );
  });

  it('leaves bytes without a secret alone, and whole lines are not held back', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), lengths, (bytes, cuts) => {
        expect(through(Buffer.from(bytes), cuts)).toEqual({
          text: Buffer.from(bytes).toString('latin1'),
          redactions: [],
        });
        const line = Buffer.concat([Buffer.from(bytes), Buffer.from('.\n')]);
        expect(redactor.stream().feed(line).bytes).toEqual(line);
      }),
    );
  });

  it('keeps JSON valid, keys and values, once and twice', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        {depthSize: 'small'},
        part,
        fc.constant(4711081512),
        fc.constant(-0.4711081512),
        fc.array(tie('value'), {maxLength: 3}),
        fc.dictionary(part, tie('value'), {maxKeys: 3}),
      ),
    })).value;
    const safe = createRedactor({
      environments: [{A_TOKEN: 'hunter2-hunter2', B_TOKEN: 'u0041\\nab\\', PIN_TOKEN: '4711081512'}],
    });
    const parses = (text: string) => expect(() => JSON.parse(text)).not.toThrow();
    fc.assert(
      fc.property(json, lengths, (value, cuts) => {
        const once = JSON.stringify(value);
        const {text} = through(Buffer.from(once), cuts, safe);
        parses(Buffer.from(text, 'latin1').toString());
        const twice = through(Buffer.from(JSON.stringify({once})), cuts, safe);
        const read = JSON.parse(Buffer.from(twice.text, 'latin1').toString());
        for (const inner of Object.values(read)) parses(inner as string);
      }),
      {numRuns: 2000},
    );
  });
});

describe('a mask', () => {
  it('is as long as the secret and names the variable where there is room', () => {
    expect(whole('x hunter2-hunter3-and-some-more y')).toEqual({
      text: 'x [redacted:LONG_KEY]********** y',
      redactions: [{offset: 2, length: 29, name: 'LONG_KEY'}],
    });
    expect(whole('x hunter2-hunter2 y').text).toBe('x [redacted]***** y');
  });

  it('of a number is a number', () => {
    expect(JSON.parse(whole('{"pin":4711081512}').text)).toEqual({pin: 1111111111});
  });

  it('of a number with a point is one too', () => {
    const by = createRedactor({environments: [{PIN_TOKEN: '47.11081512'}]});
    expect(through(Buffer.from('[-47.11081512]'), [4], by).text).toBe('[-11.11111111]');
  });

  it('of a JSON value is a string', () => {
    const value = '{"type":"service","id":1}';
    const by = createRedactor({environments: [{ACCOUNT_CREDENTIALS: value}]});
    const {text} = through(Buffer.from(`{"account":${value}}`), [3], by);
    expect(JSON.parse(text)).toEqual({account: expect.stringMatching(/^\[redacted\]\*+$/)});
    const half = createRedactor({environments: [{HALF_TOKEN: '{"half"]'}]});
    expect(through(Buffer.from('{"half"]'), [3], half).text).toBe('********');
    const nested = through(Buffer.from(JSON.stringify({account: value})), [3], by);
    expect(JSON.parse(nested.text)).toEqual({account: '[redacted:ACCOUNT_CREDENTIALS]*'});
  });

  it('covers a secret that begins with a backslash, wherever that stands', () => {
    const value = '\\begins-so';
    const by = createRedactor({environments: [{A_TOKEN: value, B_TOKEN: 'nnnnnnnn\\x'}]});
    for (const written of [
      value,
      inJson(value),
      inJson(inJson(value)),
      `a\\\\ ${value}`,
      'nnnnnnnn\\x',
      'nn\\nnnnnnnnn\\\\x',
    ])
      expect(through(Buffer.from(`${written} `), [99], by).redactions).toHaveLength(1);
    expect(through(Buffer.from('\\\\ and \\\\x '), [99], by).redactions).toEqual([]);
  });

  it('covers a secret within a secret', () => {
    const secrets = {A_TOKEN: 'efghijkl', B_TOKEN: 'abcdefghijkl', C_TOKEN: 'bcdefghijklmnop'};
    const by = createRedactor({environments: [secrets]});
    expect(through(Buffer.from('abcdefghijkl efghijkl bcdefghijklm.'), [5], by).redactions).toEqual([
      {offset: 0, length: 12, name: 'B_TOKEN'},
      {offset: 13, length: 8, name: 'A_TOKEN'},
      {offset: 25, length: 8, name: 'A_TOKEN'},
    ]);
  });

  it('covers secrets that overlap, and prefers the name of a variable to that of a pattern', () => {
    const by = createRedactor({
      environments: [{A_TOKEN: 'abcdefgh', B_TOKEN: 'efghijkl', C_TOKEN: 'sk-ant-api03-xyzxyz'}],
    });
    expect(through(Buffer.from('abcdefghijkl'), [5], by).redactions).toEqual([
      {offset: 0, length: 12, name: 'A_TOKEN'},
    ]);
    expect(through(Buffer.from('.sk-ant-api03-xyzxyz123.'), [5], by).redactions).toEqual([
      {offset: 1, length: 22, name: 'C_TOKEN'},
    ]);
  });
});
