import {describe, expect, it} from 'vitest';
import {readVerdict} from '../../src/loop/verdict.ts';

describe('a clear verdict', () => {
  it('is read from plain JSON', () => {
    const answer = '{"verdict":"DONE","reason":"tests pass","feedback":null}';
    expect(readVerdict(answer)).toEqual({verdict: 'DONE', reason: 'tests pass', feedback: null, how: 'json'});
  });

  it('is read from a fenced block after prose with braces of its own', () => {
    const answer =
      'I saw `if (x) { y }` and a lone { here.\n```json\n{"verdict": "RETRY", "reason": "a {b} c", "feedback": "fix \\"it\\""}\n```';
    expect(readVerdict(answer)).toEqual({
      verdict: 'RETRY',
      reason: 'a {b} c',
      feedback: 'fix "it"',
      how: 'json',
    });
  });

  it('is read from JSON that needs mending', () => {
    const answer = "{verdict: 'impossible', reason: 'no network', /* so */ feedback: ['a', {b: 1}],}";
    expect(readVerdict(answer)).toEqual({
      verdict: 'IMPOSSIBLE',
      reason: 'no network',
      feedback: 'a\n{"b":1}',
      how: 'repaired',
    });
  });

  it('may be said twice', () => {
    const answer = '{"verdict":"DONE","reason":"first"} … {"verdict":" done ","reason":"second"}';
    expect(readVerdict(answer)).toMatchObject({verdict: 'DONE', reason: 'second'});
  });

  it('is not disturbed by an object that cannot be mended or a string left open', () => {
    const answer = '{"a" "b: }\n}\n{"verdict":"DONE","reason":""}';
    expect(readVerdict(answer)).toMatchObject({verdict: 'DONE', reason: '', feedback: null});
    expect(readVerdict('{"a":"b" c}{"verdict":"DONE"}').verdict).toBe('DONE');
  });
});

describe('no verdict', () => {
  const none = (answer: string) => expect(readVerdict(answer)).toMatchObject({verdict: null, how: 'none'});
  const unclear = (answer: string) =>
    expect(readVerdict(answer)).toMatchObject({verdict: null, how: 'unclear'});

  it('is in words, however cheerful', () => {
    none('DONE. Everything is done, all done! Verdict: DONE');
    none('');
    none('{}');
    none('[1, 2]');
  });

  it('is an object that was cut off', () => {
    none('{"verdict":"DONE","reason":"the wor');
    none('{"verdict":"DONE","reason":"x"');
    none('{"verdict":"RETRY","inner":{"verdict":"DONE"}');
    none('{"verdict":"DONE\\');
  });

  it('is a verdict inside another object', () =>
    none('{"criteria":[{"verdict":"DONE"}],"result":{"verdict":"DONE"}}'));

  it('is an unknown word or another type', () => {
    for (const word of ['"NOT DONE"', '"DONE|RETRY|IMPOSSIBLE"', 'true', 'null', '["DONE"]', '1'])
      unclear(`{"verdict":${word}}`);
  });

  it('is two verdicts that differ, or one beside an unknown word', () => {
    unclear('{"verdict":"DONE"} {"verdict":"RETRY"}');
    unclear('{"verdict":"MAYBE"} {"verdict":"DONE"}');
  });

  it('keeps a feedback that is no text out', () => {
    expect(readVerdict('{"verdict":"RETRY","feedback":{},"reason":[]}')).toMatchObject({
      feedback: null,
      reason: '',
    });
  });
});

it('a huge hostile answer is read in one pass', () => {
  expect(readVerdict('{"a":'.repeat(200_000)).verdict).toBeNull();
});
