import {describe, expect, it} from 'vitest';
import {boundedCriteria, criteriaOf, metOf} from '../../src/loop/verdict-criteria.ts';

const met = (criterion: string, evidence: string | null = null) => ({criterion, met: true, evidence});
const unmet = (criterion: string, evidence: string | null = null) => ({criterion, met: false, evidence});
const unsaid = (criterion: string, evidence: string | null = null) => ({criterion, met: null, evidence});

describe('the criteria of an answer', () => {
  it('are read as the prompt asks for them', () => {
    const criteria = [
      {criterion: 'the flag', met: true, evidence: 'tried it'},
      {criterion: 'the docs', met: false, evidence: null},
      {criterion: 'Windows', met: null},
    ];
    expect(criteriaOf({criteria})).toEqual([
      met('the flag', 'tried it'),
      unmet('the docs'),
      unsaid('Windows'),
    ]);
  });

  it('are read under other names', () => {
    const list = [
      {name: 'a', status: 'passed', note: 'seen'},
      {Requirement: 'b', 'Is-Met': 'no', proof: ['one', {two: 2}]},
      {title: 'c', result: 'not checked'},
      {id: 'd', met: true, status: 'not met'},
      {met: true},
    ];
    const expected = [met('a', 'seen'), unmet('b', 'one\n{"two":2}'), unsaid('c'), unmet('d'), met('')];
    for (const name of ['criteria', 'acceptance_criteria', 'acceptanceCriteria', 'checklist', 'requirements'])
      expect(criteriaOf({[name]: list}), name).toEqual(expected);
  });

  it('are read from a map by name', () => {
    const criteria = {a: true, b: 'failed', c: {met: false, evidence: 'x'}, d: 7};
    expect(criteriaOf({criteria})).toEqual([met('a'), unmet('b'), unmet('c', 'x'), unsaid('d')]);
  });

  it('are read from lines with boxes and signs', () => {
    const criteria = ['[x] a', '- [ ] b', '✅ c', '❌ d', 'e', '✔️ f'];
    const expected = [met('a'), unmet('b'), met('c'), unmet('d'), unsaid('e'), met('f')];
    expect(criteriaOf({criteria})).toEqual(expected);
  });

  it('are none where there is nothing of the kind', () => {
    expect(criteriaOf({})).toEqual([]);
    expect(criteriaOf({criteria: null})).toEqual([]);
    expect(criteriaOf({criteria: 'all of them'})).toEqual([]);
    expect(criteriaOf({criteria: [1, null, ['a']]})).toEqual([]);
  });

  it('are bounded in number and length', () => {
    const long = 'x'.repeat(3_000);
    const bounded = boundedCriteria(Array.from({length: 300}, () => met(long, long)));
    expect(bounded).toHaveLength(100);
    expect(bounded[0]).toEqual(met('x'.repeat(1_000), 'x'.repeat(1_000)));
    expect(boundedCriteria([unmet('a')])).toEqual([unmet('a')]);
  });
});

describe('a mark', () => {
  it.each([true, 'met', 'Yes', 'PASSED', 'ok.', '✅', 'satisfied'])('%j says yes', (word) =>
    expect(metOf(word)).toBe(true),
  );
  it.each([false, 'unmet', 'No', 'FAILED', 'not_met', 'not yet done', 'partially met', '❌', 'partial'])(
    '%j says no',
    (word) => expect(metOf(word)).toBe(false),
  );
  it.each([null, undefined, 1, '', 'unknown', 'n/a', 'not applicable', 'not checked', {}, ['met']])(
    '%j says neither',
    (word) => expect(metOf(word)).toBeNull(),
  );
});
