import {describe, expect, it} from 'vitest';
import {readVerdict} from '../../src/loop/verdict.ts';

describe('a clear verdict', () => {
  it('is read from plain JSON', () => {
    const answer = '{"verdict":"DONE","reason":"tests pass","feedback":null}';
    expect(readVerdict(answer)).toEqual({
      verdict: 'DONE',
      reason: 'tests pass',
      feedback: null,
      criteria: [],
      how: 'json',
    });
  });

  it('is read from a fenced block after prose with braces of its own', () => {
    const answer =
      'I saw `if (x) { y }` and a lone { here.\n```json\n{"verdict": "RETRY", "reason": "a {b} c", "feedback": "fix \\"it\\""}\n```';
    expect(readVerdict(answer)).toEqual({
      verdict: 'RETRY',
      reason: 'a {b} c',
      feedback: 'fix "it"',
      criteria: [],
      how: 'json',
    });
  });

  it('is read from JSON that needs mending', () => {
    const answer = "{verdict: 'impossible', reason: 'no network', /* so */ feedback: ['a', {b: 1}],}";
    expect(readVerdict(answer)).toEqual({
      verdict: 'IMPOSSIBLE',
      reason: 'no network',
      feedback: 'a\n{"b":1}',
      criteria: [],
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

describe('a DONE', () => {
  const DONE = '{"verdict":"DONE","reason":"ok"}';
  const objection = (answer: string) => {
    const {verdict, how, reason} = readVerdict(answer);
    expect({verdict, how}).toEqual({verdict: null, how: 'unclear'});
    return reason;
  };

  it('must be the end of the answer, but for what it is wrapped in', () => {
    for (const end of ['', '\n```\n', '`', '\n\n---\n', ' </answer>', '**'])
      expect(readVerdict(`ok\n${DONE}${end}`).verdict, end).toBe('DONE');
    expect(objection(`${DONE}\nor not`)).toBe('Something comes after the JSON object with the verdict DONE.');
  });

  it('may be no quotation, no example and no part of a sentence', () => {
    const mentioned = 'The JSON object with the verdict is a quotation, an example or part of a sentence.';
    for (const before of ['The worker wrote:\n', 'For example:\n', 'I cannot say ', '+', '"', '"claim": '])
      expect(objection(`${before}${DONE}`), before).toBe(mentioned);
  });

  it('may not be denied elsewhere in the answer, nor by its own object', () => {
    const contradiction = 'The answer holds verdicts that contradict each other.';
    expect(objection(`Verdict: RETRY\n${DONE}`)).toBe(contradiction);
    expect(objection(`This is not DONE.\n${DONE}`)).toBe(contradiction);
    const itself = 'The JSON object with the verdict DONE contradicts itself.';
    for (const field of ['"passed":false', '"missing":["docs"]', '"source":"worker"', '"reason":"not done"'])
      expect(objection(`{"verdict":"DONE",${field}}`), field).toBe(itself);
  });

  it('is unclear beside a criterion that is not met, which is told', () => {
    const criteria = [
      {criterion: 'docs', met: false, evidence: 'none'},
      {criterion: 'flag', met: true, evidence: null},
    ];
    expect(readVerdict(JSON.stringify({verdict: 'DONE', reason: 'ok', criteria}))).toEqual({
      verdict: null,
      reason: 'The verdict is DONE, but a criterion is not met: docs',
      feedback: null,
      criteria,
      how: 'unclear',
    });
  });
});

it('a RETRY may have words after it, but none that say DONE', () => {
  const retry = '{"verdict":"RETRY","criteria":[{"criterion":"docs","met":false}]}';
  expect(readVerdict(`${retry}\nI would look again.`)).toMatchObject({
    verdict: 'RETRY',
    criteria: [{criterion: 'docs', met: false, evidence: null}],
  });
  expect(readVerdict(`${retry}\nNo: DONE.`).verdict).toBeNull();
});

it('the verdict of an answer of any length is at its end', () => {
  const line = 'Another line of the log.\n';
  expect(readVerdict(`${line.repeat(200_000)}{"verdict":"RETRY"}`).verdict).toBe('RETRY');
  expect(readVerdict(`{"verdict":"RETRY"}${line.repeat(200_000)}`).verdict).toBeNull();
});

it.each([
  ['{"a":', 200_000],
  ['{', 1_000_000],
  ['```\n', 250_000],
  ['"\n{"a":"b\n', 100_000],
  ['<', 1_000_000],
  ['<aaaa', 200_000],
  [' ', 1_000_000],
  ['{"verdict":"DONE"}{"verdict":1}', 30_000],
  ['not DONE ', 100_000],
  ["{'verdict':", 90_000],
  ['> ', 500_000],
])('a hostile answer, %j over and over, is read in one pass', (piece, times) => {
  const hostile = piece.repeat(times);
  expect(readVerdict(hostile).verdict).toBeNull();
  expect(readVerdict(`{"verdict":"DONE${' '.repeat(500_000)}x"}`).verdict).toBeNull();
  expect(readVerdict(`${hostile}\n{verdict:${' '.repeat(60_000)}DONE}`).verdict).not.toBe('DONE');
});
