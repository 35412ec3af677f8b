/** Claude's `result` frame: how the run ended, in its own words. */
import type {PermissionDenial, Usage} from '../event.ts';
import {isJson, type Json, number, object, objects, sum, text} from '../fields.ts';
import {inputTokensOf} from './claude-streaming.ts';
import type {AgentFacts} from './executor.ts';

/** An API failure has the subtype "success" and `is_error`; what it then says is no answer. */
export function terminalOf(result: Json): NonNullable<AgentFacts['terminal']> {
  const ok = result.subtype === 'success' && result.is_error !== true;
  if (ok) return {ok, reason: 'the agent finished'};
  const subtype = text(result.subtype) ?? 'a result without a subtype';
  const errors = Array.isArray(result.errors)
    ? result.errors.filter((error) => typeof error === 'string')
    : [];
  const told = errors.length === 0 ? subtype : `${subtype}: ${errors.join('; ')}`;
  return {ok, reason: text(result.result) || told};
}

/** Final words; under `--json-schema` what the model gave as its answer, as JSON. */
export function answerOf({result, structured_output: structured}: Json): string | null {
  return isJson(structured) ? JSON.stringify(structured) : text(result);
}

/** Totals over all models where the result breaks them down: those include sub-agents and retried requests. */
export function usageOf(result: Json): Omit<Usage, 'turns'> {
  const costUsd = number(result.total_cost_usd);
  const models = Object.values(object(result.modelUsage)).filter(isJson);
  if (models.length === 0) {
    const usage = object(result.usage);
    return {inputTokens: inputTokensOf(usage), outputTokens: number(usage.output_tokens), costUsd};
  }
  const total = (...names: string[]) =>
    sum(...models.flatMap((model) => names.map((name) => number(model[name]))));
  return {
    inputTokens: total('inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens'),
    outputTokens: total('outputTokens'),
    costUsd,
  };
}

export function denialsOf(result: Json): PermissionDenial[] {
  return objects(result.permission_denials).map((denial) => ({
    toolName: text(denial.tool_name) ?? 'A tool',
    toolCallId: text(denial.tool_use_id),
  }));
}
