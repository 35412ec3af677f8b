/** How a run ended: from the agent's own end, exit code or signal, our own signals and reported errors, never one alone. */
import type {Outcome, RunFinished} from '../event.ts';
import {oneLine} from '../text.ts';
import type {AgentFacts, EndFacts} from './executor.ts';

const MAX_REASON_CHARS = 300;

export interface OutcomeOptions {
  /** Whether an agent like this says itself when it is at its end (false for plain text). */
  hasTerminalEvent: boolean;
}

export interface Decision {
  outcome: Outcome;
  /** One line for a person. */
  reason: string;
}

/** The last event of a run. */
export function runFinished(facts: AgentFacts, end: EndFacts, options: OutcomeOptions): RunFinished {
  const {text, agentSession, usage, permissionDenials} = facts;
  const {exitCode, signal} = end;
  const {outcome, reason} = decideOutcome(facts, end, options);
  return {
    type: 'run_finished',
    outcome,
    reason,
    text,
    agentSession,
    exitCode,
    signal,
    usage,
    permissionDenials,
  };
}

export function decideOutcome(facts: AgentFacts, end: EndFacts, options: OutcomeOptions): Decision {
  const {outcome, reason} = decide(facts, end, options);
  return {outcome, reason: oneLine(reason, MAX_REASON_CHARS)};
}

function decide(
  {terminal, errors, lastLine}: AgentFacts,
  end: EndFacts,
  {hasTerminalEvent}: OutcomeOptions,
): Decision {
  const error = errors.at(-1);
  // The work was done before we stopped it, or in spite of that.
  if (terminal?.ok) return {outcome: 'completed', reason: terminal.reason};
  if (end.stopped) return {outcome: end.stopOutcome, reason: end.stopReason ?? 'stopped by oneshot'};
  if (terminal) return {outcome: 'failed', reason: terminal.reason};
  if (end.signal) return {outcome: 'failed', reason: withError(`ended by ${end.signal}`, error ?? lastLine)};
  if (end.exitCode) {
    return {outcome: 'failed', reason: error ?? withError(`exit code ${end.exitCode}`, lastLine)};
  }
  if (end.exitCode === 0 && !hasTerminalEvent) return {outcome: 'completed', reason: 'exit code 0'};
  if (error !== undefined) return {outcome: 'failed', reason: error};
  const how = end.exitCode === 0 ? 'exit code 0' : 'exit unknown';
  return {outcome: 'truncated', reason: `${how}, but the output breaks off before the agent's own end`};
}

function withError(how: string, error: string | null): string {
  return error === null ? how : `${how}: ${error}`;
}
