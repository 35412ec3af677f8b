import type {BudgetLimits, LoopRules} from '../event.ts';

/** What shall differ; absent: nothing. */
export interface RuleChanges extends Partial<Omit<LoopRules, 'checks' | 'budget'>> {
  checks?: readonly string[];
  budget?: Partial<BudgetLimits>;
}

/** The rules of a loop, made of what is asked for and of what held before. */
export function rulesWith(before: LoopRules, changes: RuleChanges = {}): LoopRules {
  const {checks = before.checks, checkTimeoutMs = before.checkTimeoutMs} = changes;
  const {criteria = before.criteria, agentRetries = before.agentRetries} = changes;
  const {maxCostUsd = before.budget.maxCostUsd, maxTokens = before.budget.maxTokens} = changes.budget ?? {};
  const {maxTurns = before.budget.maxTurns} = changes.budget ?? {};
  const budget = {maxCostUsd, maxTokens, maxTurns};
  return {checks: [...checks], checkTimeoutMs, criteria, budget, agentRetries};
}
