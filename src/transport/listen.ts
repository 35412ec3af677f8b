import {type Clock, systemClock} from '../clock.ts';
import type {StreamName} from '../event.ts';
import {spawnChild} from './spawn.ts';
import type {SpawnRequest} from './transport.ts';

export interface ListenOptions
  extends Pick<SpawnRequest, 'env' | 'cwd' | 'stdin' | 'transport' | 'spoolDir'> {
  /** SIGKILL to the whole group after this time. */
  timeoutMs: number;
  /** Aborted: SIGKILL to the whole group. */
  stop?: AbortSignal;
  clock?: Clock;
}

/** Why a helper ended: by itself, or killed by us since it took too long, `stop` was aborted or enough was heard. */
export type HelperEnd = 'itself' | 'timed-out' | 'stopped' | 'enough';

export interface Heard {
  /** null when it died of a signal. */
  exitCode: number | null;
  signal: string | null;
  endedBy: HelperEnd;
}

/** Bytes are valid during the call only. False: enough was heard, and the helper is killed if it still runs. */
export type Listener = (stream: StreamName, bytes: Buffer) => boolean;

/**
 * Runs a short helper to its end and hands on what it says. After `false` the listener is not called any more.
 * @throws OneshotError as `spawnChild`
 */
export async function listen(
  argv: SpawnRequest['argv'],
  {timeoutMs, stop, clock = systemClock, ...request}: ListenOptions,
  listener: Listener,
): Promise<Heard> {
  let endedBy: HelperEnd = 'itself';
  const end = (why: HelperEnd) => {
    if (endedBy === 'itself' && child.kill('SIGKILL')) endedBy = why;
  };
  let isHeard = true;
  const child = await spawnChild({argv, ...request}, (stream, bytes) => {
    if (!isHeard || listener(stream, bytes)) return;
    isHeard = false;
    end('enough');
  });
  const cancelTimer = clock.after(timeoutMs, () => end('timed-out'));
  const onStop = () => end('stopped');
  stop?.addEventListener('abort', onStop);
  if (stop?.aborted) onStop();
  const {exitCode, signal} = await child.exit;
  cancelTimer();
  stop?.removeEventListener('abort', onStop);
  return {exitCode, signal, endedBy};
}
