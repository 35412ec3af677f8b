/** When the events of a recorded session are shown again. */
import type {Clock} from '../clock.ts';
import type {OneshotEvent} from '../event.ts';
import type {StatusTimes} from './terminal.ts';

export interface RhythmOptions {
  clock: Clock;
  /** Times as fast as it went. */
  speed: number;
  /** Nothing is waited for once this is aborted. */
  signal: AbortSignal;
}

/** Longest time between two events that is played, ms of the session. */
export const MAX_GAP_MS = 2000;

/** Delays up to this are made up for; what is longer is a screen that was held. */
const MAX_LATE_MS = 250;

/** Plays events in the rhythm in which they were recorded. */
export class Rhythm {
  readonly #options: RhythmOptions;
  /** Of the last event, ms since the epoch; null before the first. */
  #at: number | null = null;
  /** When it was due, monotonic ms. */
  #dueMs = 0;

  constructor(options: RhythmOptions) {
    this.#options = options;
  }

  /** Waits until it is time for `event`. */
  async wait({at}: OneshotEvent): Promise<void> {
    const {clock, speed} = this.#options;
    const gapMs = this.#at === null ? 0 : Math.min(MAX_GAP_MS, Math.max(0, at - this.#at));
    this.#dueMs = Math.max(this.#dueMs + gapMs / speed, clock.monotonicMs() - MAX_LATE_MS);
    await this.#pause(this.#dueMs - clock.monotonicMs());
    this.#at = at;
  }

  #pause(ms: number): Promise<void> {
    const {clock, signal} = this.#options;
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((settle) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        settle();
      };
      const cancel = clock.after(ms, end);
      signal.addEventListener('abort', end);
    });
  }

  /** For a status line: the session's own time, which moves on as fast as it is played. */
  readonly times: StatusTimes = {
    of: ({at}) => at,
    now: () => (this.#at ?? 0) + (this.#options.clock.monotonicMs() - this.#dueMs) * this.#options.speed,
  };
}
