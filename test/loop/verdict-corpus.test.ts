import {describe, expect, it} from 'vitest';
import {readVerdict} from '../../src/loop/verdict.ts';
import {readTheUsualWay, scoreOf, verdictCases} from './verdict-corpus.ts';

const cases = verdictCases();

describe('the corpus of auditor answers', () => {
  it('has each answer once, under a name of its own', () => {
    expect(new Set(cases.map(({id}) => id)).size).toBe(cases.length);
    expect(new Set(cases.map(({answer}) => answer)).size).toBe(cases.length);
  });

  it('has answers of every kind', () => {
    const count = (kind: string) => cases.filter((one) => one.kind === kind).length;
    for (const kind of ['clear', 'unclear', 'adversarial']) expect(count(kind), kind).toBeGreaterThan(50);
    for (const {kind, expected, id} of cases) {
      if (kind === 'clear') expect(expected, id).not.toBeNull();
      else if (kind === 'unclear') expect(expected, id).toBeNull();
    }
  });

  const score = scoreOf(cases, (answer) => readVerdict(answer).verdict);

  it('is never taken for DONE where it is not', () => expect(score.falseDone).toEqual([]));

  it('is read as a person reads it', () => {
    const {right, wrong} = score;
    expect(right.clear, wrong.join()).toBeGreaterThanOrEqual(0.97);
    expect(right.unclear, wrong.join()).toBeGreaterThanOrEqual(0.97);
    expect(right.adversarial, wrong.join()).toBeGreaterThanOrEqual(0.97);
  });

  it('is taken for DONE by the usual way of reading', () => {
    expect(scoreOf(cases, readTheUsualWay).falseDone.length).toBeGreaterThan(100);
  });
});
