/** Peers that read lines from a pipe and parse them. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {load} from './install.ts';
import type {Peer, Sink} from './peer.ts';

/** A child on pipes, read by readline; `wrap` puts a program in front of it. */
export function linePeer(wrap: (argv: readonly string[]) => readonly string[]): Peer {
  return async ({argv, env}, sink) => {
    const [file = '', ...args] = wrap(argv);
    const child = spawn(file, args, {env, stdio: ['ignore', 'pipe', 'inherit']});
    const lines = createInterface({input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY});
    lines.on('line', (line) => takeLine(line, sink));
    return {
      kill: () => void child.kill(),
      ended: Promise.all([once(child, 'exit'), once(lines, 'close')]).then(() => {}),
    };
  };
}

/** What is used of execa. */
interface Execa {
  execa(
    file: string,
    args: readonly string[],
    options: {env: NodeJS.ProcessEnv; extendEnv: false; buffer: false; reject: false; stdin: 'ignore'},
  ): AsyncIterable<string> & PromiseLike<unknown> & {kill(): boolean};
}

export async function execaLines(folder: string): Promise<Peer> {
  const {execa} = await load<Execa>(folder, 'execa');
  return async ({argv: [file, ...args], env}, sink) => {
    const child = execa(file, args, {env, extendEnv: false, buffer: false, reject: false, stdin: 'ignore'});
    const ended = (async () => {
      for await (const line of child) takeLine(line, sink);
      await child;
    })().catch(() => {});
    return {kill: () => void child.kill(), ended};
  };
}

/** A line that is not JSON counts by its bytes alone. */
export function takeLine(line: string, sink: Sink): void {
  const bytes = Buffer.byteLength(line) + 1;
  try {
    sink.object(JSON.parse(line), bytes);
  } catch {
    sink.object({}, bytes);
  }
}
