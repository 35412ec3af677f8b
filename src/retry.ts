/** Which failures are worth another request, and when it is made. */

const RETRIABLE: ReadonlySet<number> = new Set([408, 409, 429]);

export function isRetriable(status: number): boolean {
  return RETRIABLE.has(status) || status >= 500;
}

/** A server that asks for more is not waited for. */
export const MAX_WAIT_MS = 300_000;

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Before retry `attempt` (from 1): what the server asks for, else 1 s, 2 s, 4 s … with up to a quarter more.
 * @param random from 0 to 1
 */
export function waitMs(attempt: number, askedMs: number | null, random: () => number): number {
  if (askedMs !== null) return askedMs;
  const ms = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return Math.round(ms * (1 + random() / 4));
}

/** `retry-after-ms`, or `retry-after` as seconds or as a date; null where the server asks for nothing. */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const ms = amount(headers.get('retry-after-ms'));
  if (ms !== null) return Math.ceil(ms);
  const given = headers.get('retry-after');
  const seconds = amount(given);
  if (seconds !== null) return Math.ceil(seconds * 1000);
  // HTTP dates begin with a day; Date.parse takes more for a date than there is.
  const date = /^[a-z]/i.test(given ?? '') ? Date.parse(given!) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

function amount(given: string | null): number | null {
  return given !== null && /^\d{1,9}(\.\d{1,9})?$/.test(given.trim()) ? Number(given) : null;
}
