/** A program's stream as oneshot reads it: its transport and its decoder, and nothing above. */
import {tmpdir} from 'node:os';
import {spawnChild} from '../../src/transport/spawn.ts';
import type {Child, TransportChoice} from '../../src/transport/transport.ts';
import {plainEnvironment} from '../plain-environment.ts';
import {type Stream, TickReader} from './ticks.ts';

export interface StreamOptions {
  transport: TransportChoice;
  /** @default `plainEnvironment()` */
  env?: NodeJS.ProcessEnv;
  /** Called when the program has been started. */
  started?(child: Child): void;
  /** Called with each chunk of stdout before it is decoded. */
  chunk?(bytes: Buffer): void;
}

/** @throws unless the program ended with 0 */
export async function oneshotStream(argv: readonly string[], options: StreamOptions): Promise<Stream> {
  const reader = new TickReader();
  const child = await oneshotChild(argv, options, (bytes) => {
    options.chunk?.(bytes);
    reader.feed(bytes);
  });
  options.started?.(child);
  const {exitCode, signal} = await child.exit;
  if (exitCode !== 0) throw new Error(`${argv[0]} ended with ${exitCode ?? signal}`);
  return reader.end();
}

/** Without input; `onStdout` gets what it says. */
export function oneshotChild(
  argv: readonly string[],
  {transport, env = plainEnvironment()}: Pick<StreamOptions, 'transport' | 'env'>,
  onStdout: (bytes: Buffer) => void,
): Promise<Child> {
  return spawnChild(
    {argv: argv as [string, ...string[]], cwd: tmpdir(), env, stdin: null, transport, spoolDir: tmpdir()},
    (stream, bytes) => {
      if (stream === 'stdout') onStdout(bytes);
    },
  );
}
