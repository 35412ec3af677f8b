import {expect, it} from 'vitest';
import {failureOf} from '../../src/loop/failure.ts';

it.each([
  // As Claude Code 2.1.197 ends with `--max-turns 2`.
  ['error_max_turns: Reached maximum number of turns (2)', 'never'],
  ['error_max_budget_usd', 'never'],
  ['Prompt is too long', 'never'],
  ['API Error: 401 this key is not known', 'elsewhere'],
  ['API Error: 529 Overloaded', 'again'],
  ['API Error: 500 scripted 500', 'again'],
  ['ended by SIGKILL', 'again'],
])('what can be done about "%s" is: %s', (reason, remedy) => {
  expect(failureOf({outcome: 'failed', reason}, null).remedy).toBe(remedy);
});
