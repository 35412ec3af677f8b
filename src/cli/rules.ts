/** The rules of a loop, made of what was asked for and of what held before. */
import {OneshotError} from '../error.ts';
import type {LoopRules} from '../event.ts';
import {DEFAULT_RULES} from '../loop/options.ts';
import {rulesWith} from '../loop/rules.ts';
import type {Limit} from './option-values.ts';
import {readText} from './prompt.ts';
import type {RulesOptions} from './rules-options.ts';

/** @throws OneshotError UNREADABLE_FILE, EMPTY_CRITERIA */
export async function readRules(
  {criteriaPath, ...options}: RulesOptions,
  before: LoopRules = DEFAULT_RULES,
): Promise<LoopRules> {
  return rulesWith(before, {
    checks: options.checks ?? undefined,
    checkTimeoutMs: options.checkTimeoutMs ?? undefined,
    criteria: criteriaPath === null ? undefined : await readCriteria(criteriaPath),
    budget: {
      maxCostUsd: limitOf(options.maxCostUsd),
      maxTokens: limitOf(options.maxTokens),
      maxTurns: limitOf(options.maxTurns),
    },
    agentRetries: options.agentRetries ?? undefined,
  });
}

function limitOf(given: Limit | null): number | null | undefined {
  return given === 'off' ? null : (given ?? undefined);
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
