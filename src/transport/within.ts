import type {Clock} from '../clock.ts';

/** Is never aborted. */
export const NEVER = new AbortController().signal;

/** The value of a promise, or undefined once `ms` have passed or `signal` is aborted. Rejects as the promise does. */
export function within<T>(
  promise: Promise<T>,
  ms: number,
  {clock, signal}: {clock: Clock; signal: AbortSignal},
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      cancelTimer();
      signal.removeEventListener('abort', giveUp);
    };
    const giveUp = () => {
      leave();
      resolve(undefined);
    };
    const cancelTimer = clock.after(ms, giveUp);
    signal.addEventListener('abort', giveUp);
    promise.finally(leave).then(resolve, reject);
    if (signal.aborted) giveUp();
  });
}

/** Settles once `ms` have passed or `signal` is aborted. */
export async function pause(ms: number, limits: {clock: Clock; signal: AbortSignal}): Promise<void> {
  await within(new Promise<never>(() => {}), ms, limits);
}
