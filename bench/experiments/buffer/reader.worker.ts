/** One reader with one size of buffer, in a process of its own. */

import {median, percentile} from '../../stats.ts';
import {answer, inputOf} from '../apart.ts';
import {memoryGrowth} from '../memory.ts';
import {oneshotStream} from '../oneshot-stream.ts';
import {LINE_BYTES, type Lines, lineArguments, type Stream} from '../ticks.ts';
import {sizedStream} from './sized-reader.ts';

export interface BufferInput {
  /** The program `lines`, compiled. */
  program: string;
  /** null: oneshot's own transport. */
  bufferBytes: number | null;
  starts: number;
  paced: number;
  flood: number;
}

export interface BufferSample {
  firstMs: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU time of the reader a line, µs: one line each 2 ms, and as fast as they come. */
  pacedCpuUs: number;
  floodCpuUs: number;
  /** Of the flood. */
  megabytesPerSecond: number;
  /** By how much the memory of the process grew at most, bytes. */
  rssBytes: number;
}

const {program, bufferBytes, starts, paced, flood} = inputOf<BufferInput>();

async function stream(lines: Omit<Lines, 'bytes'>): Promise<Stream> {
  const argv = [program, ...lineArguments({...lines, bytes: LINE_BYTES}), 'write'];
  const read = await (bufferBytes === null
    ? oneshotStream(argv, {transport: 'pty'})
    : sizedStream(argv, bufferBytes));
  if (read.objects !== lines.count) throw new Error(`${read.objects} of ${lines.count} lines`);
  return read;
}

async function withCpu(work: () => Promise<Stream>): Promise<{stream: Stream; cpuUs: number}> {
  const before = process.cpuUsage();
  const measured = await work();
  const {user, system} = process.cpuUsage(before);
  return {stream: measured, cpuUs: user + system};
}

// Loads what is loaded once.
await stream({count: 200, intervalUs: 0});
const firstMs: number[] = [];
for (let start = 0; start < starts; start++) firstMs.push((await stream({count: 1, intervalUs: 0})).firstMs);
const slow = await withCpu(() => stream({count: paced, intervalUs: 2000}));
const rssBytes = memoryGrowth();
const fast = await withCpu(() => stream({count: flood, intervalUs: 0}));
answer({
  firstMs: median(firstMs),
  p50Ms: percentile(slow.stream.latenciesMs, 0.5),
  p99Ms: percentile(slow.stream.latenciesMs, 0.99),
  pacedCpuUs: slow.cpuUs / paced,
  floodCpuUs: fast.cpuUs / flood,
  megabytesPerSecond: fast.stream.bytes / 1e3 / fast.stream.ms,
  rssBytes: rssBytes(),
} satisfies BufferSample);
