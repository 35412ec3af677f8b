import type {Clock} from '../../src/clock.ts';

/** A clock that only `advance` moves. */
export class ManualClock implements Clock {
  #ms = 0;
  #timers = new Set<{due: number; fire: () => void}>();

  now(): number {
    return 1_000_000 + this.#ms;
  }

  monotonicMs(): number {
    return this.#ms;
  }

  after(ms: number, fire: () => void): () => void {
    const timer = {due: this.#ms + ms, fire};
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Delays of the timers that are set, ms from now, shortest first. */
  pendingMs(): number[] {
    return [...this.#timers].map(({due}) => due - this.#ms).toSorted((a, b) => a - b);
  }

  /** Time passes and no timer fires, as in a process that is stopped; those that are due fire with the next `advance`. */
  standStill(ms: number): void {
    this.#ms += ms;
  }

  advance(ms: number): void {
    const end = this.#ms + ms;
    for (;;) {
      const next = [...this.#timers].filter(({due}) => due <= end).toSorted((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.due);
      next.fire();
    }
    this.#ms = end;
  }
}
