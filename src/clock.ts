/** Time, passed in, so that a test of an hour takes no time. */
export interface Clock {
  /** ms since the epoch, for stamps. */
  now(): number;
  /** Monotonic ms, for durations: a suspended laptop does not move it. */
  monotonicMs(): number;
  /** Calls `fire` once after `ms` monotonic ms. The returned function cancels it. */
  after(ms: number, fire: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, fire) {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};
