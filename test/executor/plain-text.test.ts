import {describe, expect, it} from 'vitest';
import {PlainTextNormalizer} from '../../src/executor/plain-text.ts';
import {createDecoder} from '../../src/frame/decoder.ts';
import {say, wordsOf} from './say.ts';

describe('plain text', () => {
  it('is the words of the program, line ends and blank lines included', () => {
    const {bodies, facts} = say(new PlainTextNormalizer(), ['one', '', 'two']);
    expect(bodies.map(({type}) => type)).toEqual([
      'agent_message_chunk',
      'agent_message_chunk',
      'agent_message_chunk',
    ]);
    expect(wordsOf(bodies, 'agent_message_chunk')).toBe('one\n\ntwo\n');
    expect(facts).toMatchObject({text: 'one\n\ntwo\n', terminal: null, errors: []});
  });

  it('keeps JSON as data, and in the final text as it stood', () => {
    const {bodies, facts} = say(new PlainTextNormalizer(), ['before', {a: 1}, 'after {"b":2} and {"c":3}']);
    expect(bodies.filter(({type}) => type === 'unparsed')).toEqual([
      {type: 'unparsed', reason: 'unknown', value: {a: 1}},
      {type: 'unparsed', reason: 'unknown', value: {b: 2}},
      {type: 'unparsed', reason: 'unknown', value: {c: 3}},
    ]);
    expect(facts.text).toBe('before\n{"a":1}\nafter {"b":2} and {"c":3}');
  });

  it('of nothing but terminal control is no event, but stays in the final text', () => {
    const {bodies, facts} = say(new PlainTextNormalizer(), ['\x1b[?25h']);
    expect(bodies).toEqual([]);
    expect(facts.text).toBe('\x1b[?25h\n');
  });

  it('of a program that says nothing is null', () => {
    expect(say(new PlainTextNormalizer(), []).facts.text).toBeNull();
  });

  it('keeps its last MiB as the final text', () => {
    const line = `${'x'.repeat(1023)}`;
    const {facts} = say(new PlainTextNormalizer(), [
      'first',
      ...Array.from({length: 3000}, () => line),
      'last',
    ]);
    expect(facts.text).toHaveLength(1024 * 1024);
    expect(facts.text?.endsWith('x\nlast\n')).toBe(true);
  });

  it('that is too large for a frame is told as such', () => {
    const normalizer = new PlainTextNormalizer();
    const decoder = createDecoder({maxFrameBytes: 4});
    const frames = [...decoder.feed(Buffer.from('123456789\n')), ...decoder.end()];
    expect(frames.flatMap((frame) => normalizer.stdout(frame))).toEqual([
      {type: 'unparsed', reason: 'oversized'},
    ]);
    expect(frames.flatMap((frame) => normalizer.stderr(frame))).toEqual([
      {type: 'unparsed', reason: 'oversized'},
    ]);
  });

  it('on stderr is not the words of the program', () => {
    const {bodies, facts} = say(new PlainTextNormalizer(), [], ['oops', {level: 'error'}]);
    expect(bodies).toEqual([
      {type: 'unparsed', reason: 'text', text: 'oops'},
      {type: 'unparsed', reason: 'unknown', value: {level: 'error'}},
    ]);
    expect(facts.text).toBeNull();
  });
});

describe('the last line that may say why', () => {
  const lastLine = (stdout: string[], stderr: string[] = []) =>
    say(new PlainTextNormalizer(), stdout, stderr).facts.lastLine;

  it('is looked for on both streams', () => {
    expect(lastLine(['one', 'two'])).toBe('two');
    expect(lastLine(['one'], ['two', ''])).toBe('two');
  });

  it('is no stack trace, no warning and no punctuation', () => {
    expect(
      lastLine(
        [],
        [
          'Error: broken',
          '    at run (/x.js:1:2)',
          'DeprecationWarning: old',
          '\x1b[33mwarning\x1b[0m: x',
          '}',
        ],
      ),
    ).toBe('Error: broken');
  });

  it('is a line that calls itself an error, rather than the advice behind it', () => {
    expect(
      lastLine(['fatal: early'], ['\x1b[31mError:\x1b[0m not installed', 'Run the installer.']),
    ).toContain('not installed');
  });

  it('is none when nothing was said, or nothing in the last lines, or only a payload', () => {
    expect(lastLine([])).toBeNull();
    expect(lastLine(['early', ...Array.from({length: 32}, () => '-')])).toBeNull();
    expect(lastLine(['x'.repeat(5000)])).toBeNull();
  });
});
