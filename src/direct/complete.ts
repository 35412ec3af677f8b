/** A prompt to its answer, over as many requests as that takes. */
import type {Clock} from '../clock.ts';
import {addUsage, NO_USAGE} from '../event.ts';
import type {Json} from '../fields.ts';
import {isRetriable, MAX_WAIT_MS, waitMs} from '../retry.ts';
import {type Asked, ask} from './ask.ts';
import type {EndLine, Tell} from './line.ts';
import type {DirectOptions} from './options.ts';

export interface Completion {
  options: DirectOptions & {model: string};
  key: string | null;
  prompt: string;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
}

/** Tells everything, `end` last. */
export async function complete(completion: Completion, tell: Tell): Promise<EndLine> {
  const {options, key, clock, random} = completion;
  const {model, url, maxRetries} = options;
  tell({type: 'start', model, endpoint: url.origin});
  let spent = NO_USAGE;
  const without = new Set<OptionalField>();
  for (let attempt = 1; ; ) {
    const request = requestOf(completion, without);
    const asked = await ask({options, key, request, clock}, tell);
    const {end, answer, afterMs} = asked;
    if (answer.hasBegun || answer.isFinished || answer.usage) {
      spent = addUsage(spent, {...(answer.usage ?? NO_USAGE), turns: 1});
      tell({type: 'usage', ...spent});
    }
    const refused = refusedField(asked, completion, without);
    if (refused !== null) {
      without.add(refused);
      tell({type: 'note', text: NOTES[refused]});
      continue;
    }
    const delayMs = waitMs(attempt, afterMs, random);
    if (end.ok || !isWorthRetry(asked) || attempt > maxRetries || delayMs > MAX_WAIT_MS) {
      return told(endLine(asked, delayMs), tell);
    }
    const {status, reason: error} = end;
    tell({type: 'retry', attempt, maxAttempts: maxRetries, delayMs, status, error});
    await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    attempt++;
  }
}

/** What not every server takes. */
type OptionalField = 'stream_options' | 'response_format';

const NOTES: Readonly<Record<OptionalField, string>> = {
  stream_options: 'The server does not know stream_options: it is asked again without them.',
  response_format:
    'The server refuses the schema of the answer, or the request: it is asked again without it.',
};

/** What the user adds never changes what we rely on. */
function requestOf(
  {options: {model, body, answerSchema}, prompt}: Completion,
  without: ReadonlySet<OptionalField>,
): Json {
  const withSchema = answerSchema !== null && !without.has('response_format');
  return {
    ...(withSchema && {response_format: responseFormatOf(answerSchema)}),
    ...body,
    model,
    messages: [{role: 'user', content: prompt}],
    stream: true,
    ...(!without.has('stream_options') && {stream_options: {include_usage: true}}),
  };
}

function responseFormatOf(schema: Json): Json {
  return {type: 'json_schema', json_schema: {name: 'answer', strict: true, schema}};
}

/** What the server does not take of what we have added, or null. */
function refusedField(
  {end}: Asked,
  {options: {body, answerSchema}}: Completion,
  without: ReadonlySet<OptionalField>,
): OptionalField | null {
  if (end.ok || end.status === null) return null;
  const isRefusal = end.status === 400 || end.status === 422;
  if (isRefusal && !without.has('stream_options') && end.reason.includes('stream_options'))
    return 'stream_options';
  const hasSchema = answerSchema !== null && !('response_format' in body) && !without.has('response_format');
  // Of a schema that they do not take, some say no more than that the request is wrong.
  return hasSchema && (isRefusal || SPEAKS_OF_SCHEMA.test(end.reason)) ? 'response_format' : null;
}

const SPEAKS_OF_SCHEMA = /response_format|json_schema|grammar/i;

function isWorthRetry({end}: Asked): boolean {
  return !end.ok && end.canRetry && (end.status === null || isRetriable(end.status));
}

function endLine({end}: Asked, delayMs: number): EndLine {
  const {finishReason, text} = end;
  if (end.ok) return {type: 'end', ok: true, reason: 'answered', finishReason, text};
  const isTooLong = end.canRetry && delayMs > MAX_WAIT_MS;
  const wait = isTooLong ? `; the server asks to wait ${Math.round(delayMs / 1000)} s` : '';
  return {type: 'end', ok: false, reason: `${end.reason}${wait}`, finishReason, text};
}

function told(line: EndLine, tell: Tell): EndLine {
  tell(line);
  return line;
}
