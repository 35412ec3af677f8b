/** The rules of a loop, made of what was asked for and of what held before. */
import {OneshotError} from '../error.ts';
import type {LoopRules} from '../event.ts';
import {DEFAULT_RULES} from '../loop/options.ts';
import type {Limit} from './option-values.ts';
import {readText} from './prompt.ts';
import type {RulesOptions} from './rules-options.ts';

/** @throws OneshotError UNREADABLE_FILE, EMPTY_CRITERIA */
export async function readRules(
  options: RulesOptions,
  before: LoopRules = DEFAULT_RULES,
): Promise<LoopRules> {
  const {checks, checkTimeoutMs, criteriaPath, maxCostUsd, maxTokens, maxTurns, agentRetries} = options;
  const {budget} = before;
  return {
    checks: [...new Set(checks ?? before.checks)],
    checkTimeoutMs: checkTimeoutMs ?? before.checkTimeoutMs,
    criteria: criteriaPath === null ? before.criteria : await readCriteria(criteriaPath),
    budget: {
      maxCostUsd: limitOf(maxCostUsd, budget.maxCostUsd),
      maxTokens: limitOf(maxTokens, budget.maxTokens),
      maxTurns: limitOf(maxTurns, budget.maxTurns),
    },
    agentRetries: agentRetries ?? before.agentRetries,
  };
}

function limitOf(given: Limit | null, before: number | null): number | null {
  if (given === null) return before;
  return given === 'off' ? null : given;
}

async function readCriteria(path: string): Promise<string> {
  const text = await readText({from: 'file', path});
  if (text.trim() !== '') return text;
  throw new OneshotError(
    'EMPTY_CRITERIA',
    `the criteria in ${path} are empty`,
    'Write down what must hold, or leave --criteria out: the auditor then draws them from the task.',
  );
}
