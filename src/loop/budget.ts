/** What a session may use of money, tokens and turns: over all its runs of agents, those before a resume included. */
import {addUsage, type BudgetLimits, type Usage} from '../event.ts';

/** A limit that has been reached. */
export interface Overrun {
  /** One line for a person. */
  reason: string;
}

/** Whether `used` leaves room for another run. */
export function usedUp(limits: BudgetLimits, used: Readonly<Usage>): Overrun | null {
  return overrun(limits, used, (amount, limit) => amount >= limit);
}

/** Whether a run that has used `running` so far is over the limits, after all that was used `before`. */
export function exceeded(
  limits: BudgetLimits,
  before: Readonly<Usage>,
  running: Readonly<Usage>,
): Overrun | null {
  return overrun(limits, addUsage(before, running), (amount, limit) => amount > limit);
}

/** Limits that cannot be held, since a run did not tell what it used: their names for a person. */
export function uncounted({maxCostUsd, maxTokens, maxTurns}: BudgetLimits, usage: Readonly<Usage>): string[] {
  return [
    ...(maxCostUsd !== null && usage.costUsd === null ? ['its cost'] : []),
    ...(maxTokens !== null && tokensOf(usage) === null ? ['its tokens'] : []),
    ...(maxTurns !== null && usage.turns === null ? ['its turns'] : []),
  ];
}

function overrun(
  {maxCostUsd, maxTokens, maxTurns}: BudgetLimits,
  used: Readonly<Usage>,
  isOver: (amount: number, limit: number) => boolean,
): Overrun | null {
  const over = (amount: number | null, limit: number | null) =>
    amount !== null && limit !== null && isOver(amount, limit);
  if (over(used.costUsd, maxCostUsd))
    return {reason: `the session has cost $${used.costUsd!.toFixed(4)} of $${maxCostUsd} (--max-cost)`};
  const tokens = tokensOf(used);
  if (over(tokens, maxTokens))
    return {reason: `the session has used ${tokens} of ${maxTokens} tokens (--max-tokens)`};
  if (over(used.turns, maxTurns))
    return {reason: `the session has made ${used.turns} of ${maxTurns} requests to models (--max-turns)`};
  return null;
}

function tokensOf({inputTokens, outputTokens}: Readonly<Usage>): number | null {
  return inputTokens === null ? outputTokens : inputTokens + (outputTokens ?? 0);
}
