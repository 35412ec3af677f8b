import type {Clock} from '../clock.ts';
import type {Child} from './transport.ts';

export interface StopOptions {
  clock: Clock;
  /** Patience after SIGINT and again after SIGTERM. @default 3000 */
  stepMs?: number;
  /** Called after each signal that was sent. */
  onSignal: (signal: NodeJS.Signals) => void;
  /** Aborted: SIGKILL at once. */
  killNow: AbortSignal;
}

/**
 * Ends a child: SIGINT, a step, SIGTERM, a step, SIGKILL. Its output is drained from the first signal on, since a child
 * that is blocked in a write does not see signals. Settles once the child has ended.
 */
export async function stopChild(child: Child, options: StopOptions): Promise<void> {
  child.drain();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (options.killNow.aborted) break;
    send(child, signal, options);
    await stepOver(child, options);
  }
  send(child, 'SIGKILL', options);
  await child.exit;
}

/** A child that is gone gets no signal, so that the steps left over do nothing. */
function send(child: Child, signal: NodeJS.Signals, {onSignal}: StopOptions): void {
  if (child.kill(signal)) onSignal(signal);
}

/** Waits until the child has ended, the step is over or patience is. */
function stepOver(child: Child, {clock, stepMs = 3000, killNow}: StopOptions): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      cancelTimer();
      killNow.removeEventListener('abort', over);
      resolve();
    };
    const cancelTimer = clock.after(stepMs, over);
    killNow.addEventListener('abort', over);
    void child.exit.then(over);
  });
}
