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
  let withUsage = true;
  for (let attempt = 1; ; ) {
    const request = requestOf(completion, withUsage);
    const asked = await ask({options, key, request, clock}, tell);
    const {end, answer, afterMs} = asked;
    if (answer.hasBegun || answer.isFinished || answer.usage) {
      spent = addUsage(spent, {...(answer.usage ?? NO_USAGE), turns: 1});
      tell({type: 'usage', ...spent});
    }
    if (withUsage && wantsNoStreamOptions(asked)) {
      withUsage = false;
      tell({type: 'note', text: 'The server does not know stream_options: it is asked again without them.'});
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

/** What the user adds never changes what we rely on. */
function requestOf({options: {model, body}, prompt}: Completion, withUsage: boolean): Json {
  return {
    ...body,
    model,
    messages: [{role: 'user', content: prompt}],
    stream: true,
    ...(withUsage && {stream_options: {include_usage: true}}),
  };
}

function wantsNoStreamOptions({end}: Asked): boolean {
  return !end.ok && (end.status === 400 || end.status === 422) && end.reason.includes('stream_options');
}

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
