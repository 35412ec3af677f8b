/** Whether output may be handed on. Opening for good (`drain`) outlasts every later `pause`. */
export class Gate {
  readonly #onSwitch: () => void;
  #paused = false;
  #draining = false;

  constructor(onSwitch: () => void) {
    this.#onSwitch = onSwitch;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#set(!this.#draining);
  }

  resume(): void {
    this.#set(false);
  }

  drain(): void {
    this.#draining = true;
    this.#set(false);
  }

  #set(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#onSwitch();
  }
}
