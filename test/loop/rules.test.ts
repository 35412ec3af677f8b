import {describe, expect, it} from 'vitest';
import {DEFAULT_RULES} from '../../src/loop/options.ts';
import {type RuleChanges, rulesWith} from '../../src/loop/rules.ts';

describe('rules', () => {
  const before = rulesWith(DEFAULT_RULES, {
    checks: ['a'],
    checkTimeoutMs: 5,
    criteria: 'red',
    budget: {maxCostUsd: 1, maxTurns: 2},
    agentRetries: 0,
  });

  it('that are not given hold as before', () => {
    expect(before.budget).toEqual({maxCostUsd: 1, maxTokens: null, maxTurns: 2});
    expect(rulesWith(before)).toEqual(before);
    expect(rulesWith(before, {checks: undefined, budget: {maxCostUsd: undefined}})).toEqual(before);
  });

  it('can be taken back', () => {
    const changes = {checks: [], criteria: null, budget: {maxCostUsd: null, maxTurns: null}};
    expect(rulesWith(before, {...changes, checkTimeoutMs: 600_000, agentRetries: 2})).toEqual(DEFAULT_RULES);
  });

  it('name each check once, so that none hides what another has found', () => {
    expect(rulesWith(DEFAULT_RULES, {checks: ['a', 'b', 'a']}).checks).toEqual(['a', 'b']);
  });

  it.each<[RuleChanges, string]>([
    [{checks: ['npm test', ' ']}, 'INVALID_OPTION'],
    [{checkTimeoutMs: 0}, 'INVALID_OPTION'],
    [{checkTimeoutMs: Number.NaN}, 'INVALID_OPTION'],
    [{checkTimeoutMs: Number.POSITIVE_INFINITY}, 'INVALID_OPTION'],
    [{agentRetries: -1}, 'INVALID_OPTION'],
    [{agentRetries: 0.5}, 'INVALID_OPTION'],
    [{budget: {maxTokens: 0}}, 'INVALID_OPTION'],
    [{budget: {maxCostUsd: Number.NaN}}, 'INVALID_OPTION'],
    [{criteria: ' \n'}, 'EMPTY_CRITERIA'],
  ])('%j are refused', (changes, code) => {
    expect(() => rulesWith(DEFAULT_RULES, changes)).toThrow(expect.objectContaining({code}));
  });
});
