/** The ending of a session, posted to a URL. The URL may be a secret in itself: only its host is ever told. */
import type {Clock} from '../clock.ts';
import {messageOf, systemCode} from '../error.ts';
import {isRetriable, retryAfterMs, waitMs} from '../retry.ts';
import {pause} from '../transport/within.ts';

export interface PostContext {
  clock: Clock;
  /** Aborted: no more is tried. */
  stop: AbortSignal;
  /** For all attempts together. @default 20_000 */
  postLimitMs?: number;
  /** From 0 to 1. @default Math.random */
  random?: () => number;
}

const DEFAULT_LIMIT_MS = 20_000;

/** Posts `body` as JSON until the server takes it. What went wrong, or null. Never rejects. */
export async function post(
  url: string,
  body: unknown,
  {clock, stop, postLimitMs = DEFAULT_LIMIT_MS, random = Math.random}: PostContext,
): Promise<string | null> {
  const endMs = clock.monotonicMs() + postLimitMs;
  const limit = new AbortController();
  const cancelTimer = clock.after(postLimitMs, () => limit.abort());
  const signal = AbortSignal.any([stop, limit.signal]);
  try {
    for (let attempt = 1; ; attempt++) {
      const failure = await postOnce(url, body, clock, signal);
      if (failure === null) return null;
      if (stop.aborted) return 'was ended, as asked';
      if (limit.signal.aborted) return `had no answer within ${postLimitMs / 1000} s`;
      const ms = waitMs(attempt, failure.askedMs, random);
      if (!failure.again || clock.monotonicMs() + ms >= endMs) return failure.problem;
      await pause(ms, {clock, signal});
    }
  } finally {
    cancelTimer();
  }
}

interface Failure {
  problem: string;
  /** Worth another attempt. */
  again: boolean;
  /** How long the server asks to wait, or null. */
  askedMs: number | null;
}

async function postOnce(
  url: string,
  body: unknown,
  clock: Clock,
  signal: AbortSignal,
): Promise<Failure | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {'content-type': 'application/json', 'user-agent': 'oneshot'},
      body: JSON.stringify(body),
      // What is told may be no other host's business.
      redirect: 'manual',
      signal,
    });
    await answer.body?.cancel();
    if (answer.ok) return null;
    const {status, headers} = answer;
    const problem =
      status >= 300 && status < 400
        ? 'was redirected, which is not followed'
        : `was answered with HTTP ${status}`;
    return {problem, again: isRetriable(status), askedMs: retryAfterMs(headers, clock.now())};
  } catch (error) {
    const cause = (error as {cause?: unknown}).cause;
    const code = systemCode(cause);
    const problem = `did not arrive: ${code ?? messageOf(cause ?? error)}`;
    return {problem, again: code !== undefined, askedMs: null};
  }
}
