/** Options about how the work is judged and what it may use. */
import {resolve} from 'node:path';
import {type Command, Option} from 'commander';
import {DEFAULT_RULES} from '../loop/options.ts';
import * as value from './option-values.ts';
import {read} from './read-option.ts';

/** By their names in commander; absent where nothing was given. Times in ms. */
export interface RulesFlags {
  check?: string[];
  checkTimeout?: number;
  criteria?: string;
  maxCost?: value.Limit;
  maxTokens?: value.Limit;
  maxTurns?: value.Limit;
  agentRetries?: number;
}

/** What was asked for; null: nothing, what held before holds. */
export interface RulesOptions {
  checks: readonly string[] | null;
  checkTimeoutMs: number | null;
  /** Absolute path of a file with acceptance criteria. */
  criteriaPath: string | null;
  maxCostUsd: value.Limit | null;
  maxTokens: value.Limit | null;
  maxTurns: value.Limit | null;
  agentRetries: number | null;
}

/** `isResumed`: what is not given is as before. */
export function addRulesOptions(command: Command, {isResumed}: {isResumed: boolean}): void {
  const normally = (text: string) => `; default: ${isResumed ? 'as before' : text}`;
  command
    .addOption(
      new Option('--check <command>', 'a shell command that must succeed (repeatable)').argParser(
        (given: string, before: string[] | undefined) => [
          ...(before ?? []),
          value.checkCommand('--check', given),
        ],
      ),
    )
    .addOption(
      read(
        '--check-timeout <time>',
        `for each check${normally(value.durationText(DEFAULT_RULES.checkTimeoutMs))}`,
        value.durationMs,
      ),
    )
    .addOption(read('--criteria <file>', 'acceptance criteria for the auditor', value.plainValue))
    .addOption(read('--max-cost <usd>', `stop when it has cost more${normally('off')}`, value.moneyOrOff))
    .addOption(
      read('--max-tokens <n>', `the same in tokens, such as 200k${normally('off')}`, value.tokensOrOff),
    )
    .addOption(read('--max-turns <n>', `the same in requests to models${normally('off')}`, value.countOrOff))
    .addOption(
      read(
        '--agent-retries <n>',
        `more tries when an agent itself fails${normally(String(DEFAULT_RULES.agentRetries))}`,
        value.wholeNumber,
      ),
    );
}

export function rulesOptionsOf(flags: RulesFlags, cwd: string): RulesOptions {
  return {
    checks: flags.check ?? null,
    checkTimeoutMs: flags.checkTimeout ?? null,
    criteriaPath: flags.criteria === undefined ? null : resolve(cwd, flags.criteria),
    maxCostUsd: flags.maxCost ?? null,
    maxTokens: flags.maxTokens ?? null,
    maxTurns: flags.maxTurns ?? null,
    agentRetries: flags.agentRetries ?? null,
  };
}
