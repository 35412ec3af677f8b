/** How fast a stream is read: oneshot's transport, chunk by chunk, against a C reader. */
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {spawnChild} from '../../src/transport/spawn.ts';
import {withTempFolder} from '../process.ts';
import {lines, MIB} from '../shapes.ts';
import {compiledInto, NO_COMPILER, parseReading} from './c-reader.ts';
import {defineFigures, type Measured} from './figure.ts';
import {inTurn, medianRatio, wallMs} from './pairs.ts';

type Kind = 'pty' | 'pipe';

interface Counts {
  pairs: number;
  streamMB: number;
}

export const throughput = defineFigures({
  full: {pairs: 25, streamMB: 128} as Counts,
  reduced: {pairs: 15, streamMB: 64},
  targets: {'throughput, PTY': {atLeast: 0.75}, 'throughput, pipe': {atLeast: 0.35}},
  method:
    'bytes a second of `cat` on a file, from its start to its end, through the transport ÷ a C reader; in turn',
  measure: (counts, progress) =>
    withTempFolder(async (folder) => {
      const reader = compiledInto(folder, 'read');
      const none: Measured = {value: null, runs: 0, note: NO_COMPILER};
      if (reader === null) return {'throughput, PTY': none, 'throughput, pipe': none};
      const file = join(folder, 'stream');
      writeFileSync(file, lines('', counts.streamMB * MIB, 1).bytes);
      const ratioOf = async (kind: Kind) => {
        progress(`throughput: ${kind}`);
        const bare = () => parseReading(output(reader, [kind, 'cat', file])).ms;
        const ours = () => wallMs(() => readAll(kind, file, folder));
        await inTurn(1, bare, ours);
        return medianRatio(await inTurn(counts.pairs, bare, ours));
      };
      return {'throughput, PTY': await ratioOf('pty'), 'throughput, pipe': await ratioOf('pipe')};
    }),
});

const output = (program: string, args: readonly string[]) => execFileSync(program, args, {encoding: 'utf8'});

async function readAll(transport: Kind, file: string, folder: string): Promise<void> {
  let bytes = 0;
  const child = await spawnChild(
    {argv: ['cat', file], cwd: folder, env: process.env, stdin: null, transport, spoolDir: folder},
    (_stream, chunk) => {
      bytes += chunk.length;
    },
  );
  const {exitCode} = await child.exit;
  if (exitCode !== 0 || bytes < MIB || child.transport !== transport)
    throw new Error(`${bytes} bytes read on ${child.transport}, exit code ${exitCode}`);
}
