/**
 * From a program's write to the handler of what it wrote, against a C reader; both at the same time. Neither has parsed
 * anything by then; how long it is to the handler of the frame is in the note.
 */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {createDecoder} from '../../src/frame/decoder.ts';
import {spawnChild} from '../../src/transport/spawn.ts';
import {withTempFolder} from '../process.ts';
import {median} from '../stats.ts';
import {compiledInto, NO_COMPILER, parseReading} from './c-reader.ts';
import {defineFigures} from './figure.ts';
import {medianRatio} from './pairs.ts';

const INTERVAL_US = 10_000;
const OBJECT_BYTES = 340;

interface Counts {
  rounds: number;
  events: number;
}

export const latency = defineFigures({
  full: {rounds: 15, events: 400} as Counts,
  reduced: {rounds: 5, events: 200},
  targets: {'latency, PTY': {atMost: 2}},
  method:
    'p50 from the write of a C program to the handler of the chunk on a PTY ÷ to the read of a C reader; a pair of programs at the same time',
  measure: ({rounds, events}, progress) =>
    withTempFolder(async (folder) => {
      const reader = compiledInto(folder, 'read');
      const writer = compiledInto(folder, 'lines');
      if (!reader || !writer) return {'latency, PTY': {value: null, runs: 0, note: NO_COMPILER}};
      const program = [writer, `${events}`, `${INTERVAL_US}`, `${OBJECT_BYTES}`, 'nl', 'write'] as const;
      const chunks: [number, number][] = [];
      const frames: [number, number][] = [];
      for (let round = 0; round < rounds; round++) {
        const [ours, bareMs] = await Promise.all([handled(program, folder), read(reader, program)]);
        chunks.push([median(ours.chunkMs), median(bareMs)]);
        frames.push([median(ours.frameMs), median(bareMs)]);
        progress(
          `latency: ${chunks
            .at(-1)!
            .map((ms) => ms.toFixed(3))
            .join(' ms, C ')} ms`,
        );
      }
      const note = `to the handler of the frame ${medianRatio(frames).value}`;
      return {'latency, PTY': {...medianRatio(chunks), note}};
    }),
});

async function read(reader: string, program: readonly string[]): Promise<number[]> {
  const {stdout} = await promisify(execFile)(reader, ['pty', ...program]);
  return parseReading(stdout).latenciesMs;
}

interface Handled {
  chunkMs: number[];
  frameMs: number[];
}

async function handled(program: readonly [string, ...string[]], folder: string): Promise<Handled> {
  const handled: Handled = {chunkMs: [], frameMs: []};
  const decoder = createDecoder();
  const child = await spawnChild(
    {argv: program, cwd: folder, env: process.env, stdin: null, transport: 'pty', spoolDir: folder},
    (_stream, chunk) => {
      const chunkAt = process.hrtime.bigint();
      for (const frame of decoder.feed(chunk)) {
        const frameAt = process.hrtime.bigint();
        if (frame.kind !== 'json') continue;
        const sentAt = BigInt(String(frame.value.at));
        handled.chunkMs.push(Number(chunkAt - sentAt) / 1e6);
        handled.frameMs.push(Number(frameAt - sentAt) / 1e6);
      }
    },
  );
  await child.exit;
  return handled;
}
