import type {Clock} from '../clock.ts';

/** Aborts `signal` when nobody pushes the limit further in time. */
export class Watch {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #cancel = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** In place of the limit before. `why` is the message of the error that `signal` is aborted with. */
  allow(ms: number, why: string): void {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, () => this.#controller.abort(new Error(why)));
  }

  release(): void {
    this.#cancel();
  }
}
