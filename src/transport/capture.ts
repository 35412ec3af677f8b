import {tmpdir} from 'node:os';
import type {Clock} from '../clock.ts';
import {Kept} from './kept.ts';
import {type Heard, listen} from './listen.ts';
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

export interface Captured extends Pick<Heard, 'exitCode' | 'signal'> {
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/**
 * Runs a short helper such as `claude --version` without input and keeps what it says. It goes through files, on which no
 * program loses output.
 * @throws OneshotError as `spawnChild`
 */
export async function capture(
  argv: SpawnRequest['argv'],
  {cwd = process.cwd(), maxBytes, ...options}: CaptureOptions,
): Promise<Captured> {
  const kept = {stdout: new Kept(maxBytes), stderr: new Kept(maxBytes)};
  const how = {...options, cwd, stdin: null, transport: 'buffered', spoolDir: tmpdir()} as const;
  const {exitCode, signal, endedBy} = await listen(argv, how, (stream, bytes) => {
    kept[stream].add(bytes);
    return true;
  });
  return {
    stdout: kept.stdout.bytes().toString(),
    stderr: kept.stderr.bytes().toString(),
    exitCode,
    signal,
    timedOut: endedBy === 'timed-out',
  };
}
