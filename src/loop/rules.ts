import {OneshotError} from '../error.ts';
import type {BudgetLimits, LoopRules} from '../event.ts';

type Changes<T> = {[K in keyof T]?: T[K] | undefined};

/** What shall differ; absent or undefined: nothing. */
export interface RuleChanges extends Changes<Omit<LoopRules, 'checks' | 'budget'>> {
  /** Shell commands; one that stands there twice is run once. */
  checks?: readonly string[] | undefined;
  /** null: no limit. */
  budget?: Changes<BudgetLimits> | undefined;
}

/**
 * The rules of a loop, made of what is asked for and of what held before.
 * @throws OneshotError INVALID_OPTION, EMPTY_CRITERIA
 */
export function rulesWith(before: LoopRules, changes: RuleChanges = {}): LoopRules {
  const {checks = before.checks, checkTimeoutMs = before.checkTimeoutMs} = changes;
  const {criteria = before.criteria, agentRetries = before.agentRetries} = changes;
  const {maxCostUsd = before.budget.maxCostUsd, maxTokens = before.budget.maxTokens} = changes.budget ?? {};
  const {maxTurns = before.budget.maxTurns} = changes.budget ?? {};
  const budget = {maxCostUsd, maxTokens, maxTurns};
  const rules = {checks: [...new Set(checks)], checkTimeoutMs, criteria, budget, agentRetries};
  requireUsable(rules);
  return rules;
}

/** A timer that is set for longer goes off at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A check of nothing would always be green, and a limit of nothing would never hold. */
function requireUsable({checks, checkTimeoutMs, criteria, budget, agentRetries}: LoopRules): void {
  if (checks.some((check) => check.trim() === '')) throw invalid('checks', 'a shell command each');
  if (!(checkTimeoutMs > 0 && checkTimeoutMs <= LONGEST_MS))
    throw invalid('checkTimeoutMs', `a number greater than 0, at most ${LONGEST_MS}`);
  if (!(Number.isInteger(agentRetries) && agentRetries >= 0))
    throw invalid('agentRetries', 'a whole number from 0 on');
  for (const [name, limit] of Object.entries(budget))
    if (limit !== null && !(limit > 0)) throw invalid(name, 'a number greater than 0, or null');
  if (criteria?.trim() === '')
    throw new OneshotError(
      'EMPTY_CRITERIA',
      'the criteria are empty',
      'Say what must hold, or leave them out.',
    );
}

function invalid(name: string, wanted: string): OneshotError {
  return new OneshotError('INVALID_OPTION', `${name} is not valid`, `It takes ${wanted}.`);
}
