/** Looking at many things in the same rhythm, with one timer for all of them. */
import type {Clock} from '../clock.ts';

export type Look = () => Promise<void>;

/** The pollers in use, by clock and interval. */
const pollers = new WeakMap<Clock, Map<number, Poller>>();

/**
 * Calls `look` every `everyMs` until the returned function is called. All calls of one clock and interval share a timer,
 * so the first one may come sooner. A look that takes long delays no other one: see `neverTwice`.
 */
export function poll(clock: Clock, everyMs: number, look: Look): () => void {
  const ofClock = pollers.get(clock) ?? new Map<number, Poller>();
  pollers.set(clock, ofClock);
  const poller = ofClock.get(everyMs) ?? new Poller(clock, everyMs, () => ofClock.delete(everyMs));
  ofClock.set(everyMs, poller);
  return poller.add(look);
}

/** The same work, never done twice at once: who asks while it is under way waits for its end. */
export function neverTwice(work: Look): Look {
  let underWay: Promise<void> | null = null;
  return () => {
    underWay ??= work().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

/** One timer, set while there is something to look at. */
class Poller {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #onIdle: () => void;
  readonly #members = new Set<{look: Look}>();
  #cancel: () => void;

  constructor(clock: Clock, everyMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#onIdle = onIdle;
    this.#cancel = this.#arm();
  }

  add(look: Look): () => void {
    const member = {look};
    this.#members.add(member);
    return () => {
      if (this.#members.delete(member) && this.#members.size === 0) this.#end();
    };
  }

  #arm(): () => void {
    return this.#clock.after(this.#everyMs, () => {
      this.#cancel = this.#arm();
      for (const {look} of this.#members) void look();
    });
  }

  #end(): void {
    this.#cancel();
    this.#onIdle();
  }
}
