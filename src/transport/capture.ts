import {tmpdir} from 'node:os';
import {type Clock, systemClock} from '../clock.ts';
import {spawnChild} from './spawn.ts';
import type {SpawnRequest} from './transport.ts';

export interface CaptureOptions {
  env: SpawnRequest['env'];
  /** @default the folder oneshot itself is in */
  cwd?: string;
  /** SIGKILL to the whole group after this time. */
  timeoutMs: number;
  /** Bytes kept of each stream; the rest is dropped. */
  maxBytes: number;
  clock?: Clock;
}

export interface Captured {
  stdout: string;
  stderr: string;
  /** null when it died of a signal. */
  exitCode: number | null;
  signal: string | null;
  timedOut: boolean;
}

/**
 * Runs a short helper such as `claude --version` without input and keeps what it says. It goes through files, on which no
 * program loses output.
 * @throws OneshotError as `spawnChild`
 */
export async function capture(
  argv: SpawnRequest['argv'],
  {env, cwd = process.cwd(), timeoutMs, maxBytes, clock = systemClock}: CaptureOptions,
): Promise<Captured> {
  const request: SpawnRequest = {argv, cwd, env, stdin: null, transport: 'buffered', spoolDir: tmpdir()};
  const kept = {stdout: Buffer.alloc(0), stderr: Buffer.alloc(0)};
  const child = await spawnChild(request, (stream, bytes) => {
    const room = maxBytes - kept[stream].length;
    if (room > 0) kept[stream] = Buffer.concat([kept[stream], bytes.subarray(0, room)]);
  });
  let timedOut = false;
  const cancelTimer = clock.after(timeoutMs, () => {
    timedOut = child.kill('SIGKILL');
  });
  const {exitCode, signal} = await child.exit;
  cancelTimer();
  return {stdout: kept.stdout.toString(), stderr: kept.stderr.toString(), exitCode, signal, timedOut};
}
