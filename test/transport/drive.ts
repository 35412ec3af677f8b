import type {ManualClock} from './manual-clock.ts';

/** Lets time pass on a manual clock, `stepMs` at a time, until the promise settles. */
export async function drive<T>(clock: ManualClock, promise: Promise<T>, stepMs = 10): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!settled) clock.advance(stepMs);
  }
  return promise;
}
