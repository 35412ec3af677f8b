/** Ctrl-C and its kin: the first asks the agent to stop, the second kills it. */
import {type EventEmitter, setMaxListeners} from 'node:events';
import type {Clock} from '../clock.ts';
import type {StopReason} from '../run.ts';

export interface CaughtSignals {
  /** Aborted with a `StopReason` by the first signal. */
  readonly stop: AbortSignal;
  /** Aborted by the second. */
  readonly kill: AbortSignal;
  /** The first signal, or null. */
  received(): NodeJS.Signals | null;
  /** From now on a signal ends oneshot itself, as it would by default. */
  release(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * One wish can arrive twice: timeout(1) signals the process and then its group, and of a closed terminal both the kernel
 * and the shell tell. The same signal again within this time is no second one.
 */
const REPEAT_MS = 50;

/** Catches the signals that `source`, the process, receives. */
export function catchSignals(source: EventEmitter, clock: Clock): CaughtSignals {
  const stop = new AbortController();
  const kill = new AbortController();
  // As many as there are sessions in this process.
  setMaxListeners(0, stop.signal, kill.signal);
  let first: NodeJS.Signals | null = null;
  let firstAtMs = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    const nowMs = clock.monotonicMs();
    if (first === null) {
      first = signal;
      firstAtMs = nowMs;
      stop.abort({outcome: 'canceled', reason: `oneshot received ${signal}`} satisfies StopReason);
    } else if (signal !== first || nowMs - firstAtMs >= REPEAT_MS) kill.abort();
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return {
    stop: stop.signal,
    kill: kill.signal,
    received: () => first,
    release() {
      for (const signal of SIGNALS) source.off(signal, onSignal);
    },
  };
}
