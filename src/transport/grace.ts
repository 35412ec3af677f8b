/** Silence that ends the reading. */
const QUIET_MS = 100;
/** Longest time after the exit, silent or not. */
const LIMIT_MS = 1000;
/**
 * Chunks and rounds that the limit leaves in any case. What a kernel holds of a stream comes in fewer, so that neither a
 * blocked event loop nor a reader that pauses all the time costs what the child itself had written.
 */
const MIN_STEPS = 32;

/**
 * Decides how long streams are read after their process has exited, when something else (a grandchild) holds them open:
 * 100 ms of quiet, and about 1 s at most. Time in which the reader has paused is not quiet.
 */
export class Grace {
  readonly #exitedMs: number;
  #quietMs = 0;
  #steps = 0;
  #heard = false;

  /** @param exitedMs monotonic time of the exit */
  constructor(exitedMs: number) {
    this.#exitedMs = exitedMs;
  }

  /** A chunk has arrived. */
  chunk(): void {
    this.#heard = true;
    this.#steps += 1;
  }

  /** For `ms` the streams could be read. */
  round(ms: number): void {
    this.#quietMs = this.#heard ? 0 : this.#quietMs + ms;
    this.#heard = false;
    this.#steps += 1;
  }

  isOver(nowMs: number): boolean {
    const quiet = this.#quietMs >= QUIET_MS && !this.#heard;
    return quiet || (nowMs - this.#exitedMs >= LIMIT_MS && this.#steps >= MIN_STEPS);
  }
}
