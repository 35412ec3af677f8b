/** How many bytes should be read at a time? */
import {join} from 'node:path';
import {measureApart} from '../apart.ts';
import {defineExperiment, type Result, type Tools} from '../experiment.ts';
import {roundRobin} from '../round-robin.ts';
import {available, compiled} from '../toolchain.ts';
import {plots} from './plot.ts';
import type {BufferInput, BufferSample} from './reader.worker.ts';
import {report} from './report.ts';

export interface BufferCounts {
  rounds: number;
  starts: number;
  paced: number;
  flood: number;
  /** Where a buffer holds a single byte. */
  floodOfBytes: number;
}

/** Samples of each round by the size of the buffer; `default` is oneshot's own transport. */
export type BufferData = Record<string, BufferSample[]>;
export type BufferResult = Result<BufferData>;

const SIZES = [1, 1024, 4096, 8192, 65_536];

export const buffer = defineExperiment<BufferCounts, BufferData>({
  name: 'buffer',
  title: 'How many bytes should be read at a time?',
  question:
    'Does the size of the read buffer change how soon a line is seen, or what a line costs? 1 byte is what "unbuffered" means.',
  method: [
    `A C program writes JSON lines of 340 bytes to a PTY, one \`write\` each. They are read with a buffer of each size, decoded,
and handed to a function; "default" is oneshot's own transport with its buffer of 64 KiB. Each size runs in a process of its
own. First output: from right before the start of the program to the function. Latency: from right before the write to the
function, one line each 2 ms. CPU time is that of the reading process a line; memory by how much it grew while lines came as
fast as they could.`,
  ],
  counts: {
    full: {rounds: 9, starts: 7, paced: 1000, flood: 60_000, floodOfBytes: 3000},
    quick: {rounds: 3, starts: 3, paced: 200, flood: 10_000, floodOfBytes: 500},
  },
  measure,
  report,
  plots,
});

async function measure(counts: BufferCounts, tools: Tools): Promise<BufferData> {
  if (!available('cc', tools)) return {};
  const {rounds, starts, paced, flood, floodOfBytes} = counts;
  const program = compiled('lines.c');
  const variant = (bufferBytes: number | null) => {
    const input: BufferInput = {
      program,
      bufferBytes,
      starts,
      paced,
      flood: bufferBytes === 1 ? floodOfBytes : flood,
    };
    return () => measureApart<BufferSample>(join(import.meta.dirname, 'reader.worker.ts'), input);
  };
  const variants = Object.fromEntries(SIZES.map((size) => [String(size), variant(size)]));
  return roundRobin(rounds, {...variants, default: variant(null)}, tools.progress);
}
