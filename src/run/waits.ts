/** Waiting for the log, and for somebody who wants to stop. */
import type {RunContext} from './context.ts';

/** How long a disk may take to accept the end of the log once the user wants to stop. */
const FLUSH_LIMIT_MS = 5_000;

/** Waits for the log; once a stop is asked for, no longer than `FLUSH_LIMIT_MS`. */
export async function flushed({log, stop, clock}: RunContext): Promise<void> {
  let cancelTimer = () => {};
  const error = new Error(`the disk did not take the log within ${FLUSH_LIMIT_MS / 1000} s`);
  const giveUpLater = () => {
    cancelTimer = clock.after(FLUSH_LIMIT_MS, () => log.abandon(error));
  };
  const release = onAbort(stop, giveUpLater);
  await log.flush();
  release();
  cancelTimer();
}

/** A step is over: it shall outlive the machine. Not waited for once a stop is asked for; the end of the session syncs again. */
export async function synced({log, stop}: RunContext): Promise<void> {
  if (stop.aborted) return;
  await new Promise<void>((settle) => {
    const release = onAbort(stop, settle);
    void log.sync().then(release).then(settle);
  });
}

/** Calls back when `signal` is aborted, at once if it is already. Returns the function that takes this back. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  else signal.addEventListener('abort', callback, {once: true});
  return () => signal.removeEventListener('abort', callback);
}
