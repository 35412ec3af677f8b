import type {Clock} from '../clock.ts';
import {type Family, LOOK_LIMIT_MS} from './family.ts';
import type {Child} from './transport.ts';
import {within} from './within.ts';

export interface StopOptions {
  clock: Clock;
  /** Looked at before the first signal, so that those who lose their parents by it stay known. @default null: nothing */
  family?: Family | null;
  /** Patience after SIGINT and again after SIGTERM. @default 3000 */
  stepMs?: number;
  /** Called after each signal that was sent. */
  onSignal: (signal: NodeJS.Signals) => void;
  /** Aborted: SIGKILL at once. */
  killNow: AbortSignal;
}

/**
 * Ends a child: SIGINT, a step, SIGTERM, a step, SIGKILL. Its output is drained from the first signal on, since a child
 * that is blocked in a write does not see signals. Settles once the child has ended; what it leaves behind is for `sweep`.
 */
export async function stopChild(child: Child, options: StopOptions): Promise<void> {
  child.drain();
  if (options.family) await lookAt(options.family, options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (options.killNow.aborted) break;
    send(child, signal, options);
    await stepOver(child, options);
  }
  send(child, 'SIGKILL', options);
  await child.exit;
}

/** A system that does not tell, or not in time, does not hold up the signals; the sweep reports it. */
async function lookAt(family: Family, {clock, killNow}: StopOptions): Promise<void> {
  await within(family.lookFully(), LOOK_LIMIT_MS, {clock, signal: killNow}).catch(() => {});
}

/** A child that is gone gets no signal, so that the steps left over do nothing. */
function send(child: Child, signal: NodeJS.Signals, {onSignal}: StopOptions): void {
  if (child.kill(signal)) onSignal(signal);
}

/** Waits until the child has ended, the step is over or patience is. */
async function stepOver(child: Child, {clock, stepMs = 3000, killNow}: StopOptions): Promise<void> {
  await within(child.exit, stepMs, {clock, signal: killNow});
}
