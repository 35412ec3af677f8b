/** Which way of getting JSON objects out of a stream is fast, small and right? */
import {join} from 'node:path';
import {MIB} from '../../shapes.ts';
import {measureApart} from '../apart.ts';
import {defineExperiment, type Result, type Tools} from '../experiment.ts';
import {type Accuracy, accuracy} from './accuracy.ts';
import {CASES} from './cases.ts';
import type {EndToEnd, EndToEndInput} from './end-to-end.worker.ts';
import type {MemoryInput} from './memory.worker.ts';
import {plots} from './plot.ts';
import {READERS, type ReaderName} from './readers.ts';
import {report} from './report.ts';
import type {ShapeName, Throughput, ThroughputInput} from './throughput.worker.ts';

export interface JsonCounts {
  rounds: number;
  /** Of a stream that is cut into large chunks. */
  bytes: number;
  /** Whether the object of 64 MB is read, too, and how often. */
  longLineRounds: number;
  memoryMB: number[];
  memoryRounds: number;
  endToEndRounds: number;
}

export interface JsonData {
  throughput: (Throughput & {shape: ShapeName; cutBytes: number | null})[];
  memory: {reader: string; objectMB: number; rssBytes: number[]}[];
  accuracy: Accuracy[];
  endToEnd: EndToEnd;
}
export type JsonResult = Result<JsonData>;

export const json = defineExperiment<JsonCounts, JsonData>({
  name: 'json',
  title: 'Which way of getting JSON objects out of a stream is fast, small and right?',
  question:
    'How fast are the ways to read JSON objects from chunks, however they are cut? How much memory does a large object take? What becomes of malformed and incomplete input?',
  method: [
    `Streams of several shapes are fed to each reader in chunks, in turn, in a process of its own for each shape. The ceiling is
\`JSON.parse(buffer.toString())\` on objects that have been cut out already. 4,095 bytes is what a PTY hands over at most; "whole" is
a chunk a line. Speed is per second of CPU time, all threads of the process counted, which other work on the machine disturbs
less than it does wall time. A reader that finds other objects than there are is marked with how many it found.`,
    `Memory: by how much a process grows at most while it reads one object in chunks of 4,095 bytes and keeps what came of it; each in
a process of its own.`,
    `Accuracy: ${CASES.length} short streams as terminals, crashes and people make them, each cut into single bytes, into 7 bytes and not
at all. Right is who finds the objects that are there, in order, and no others. End to end: the recorded output of Claude Code,
repeated, from chunks of 4,095 bytes to events in the session's log on disk.`,
  ],
  counts: {
    full: {
      rounds: 5,
      bytes: 8 * MIB,
      longLineRounds: 3,
      memoryMB: [1, 16, 64],
      memoryRounds: 3,
      endToEndRounds: 9,
    },
    quick: {
      rounds: 2,
      bytes: 2 * MIB,
      longLineRounds: 1,
      memoryMB: [1, 16],
      memoryRounds: 1,
      endToEndRounds: 3,
    },
  },
  measure,
  report,
  plots,
});

const SHAPES: readonly ShapeName[] = [
  '340 B lines',
  '4 KB lines',
  'one 64 MB line',
  'pretty-printed',
  'concatenated',
  'lines + noise',
  'pretty-printed + noise',
];
/** The shapes that are cut in every way. */
const CUT_SHAPES: readonly ShapeName[] = ['340 B lines', '4 KB lines', 'pretty-printed + noise'];

async function measure(counts: JsonCounts, tools: Tools): Promise<JsonData> {
  const inputs = throughputInputs(counts);
  const memoryInputs = memoryCases(counts);
  const total = inputs.length + memoryInputs.length + 1;
  let done = 0;
  const throughput: JsonData['throughput'] = [];
  for (const input of inputs) {
    const measured = await measureApart<Throughput>(worker('throughput'), input, {limitMs: 1_800_000});
    throughput.push({shape: input.shape, cutBytes: input.cutBytes, ...measured});
    tools.progress(++done, total, `${input.shape}, cut ${input.cutBytes ?? 'at line ends'}`);
  }
  const memory: JsonData['memory'] = [];
  for (const input of memoryInputs) {
    memory.push(await memoryOf(input, counts.memoryRounds));
    tools.progress(++done, total, `${input.reader}, ${input.objectBytes / 1e6} MB`);
  }
  const input: EndToEndInput = {bytes: counts.bytes, rounds: counts.endToEndRounds};
  const endToEnd = await measureApart<EndToEnd>(worker('end-to-end'), input);
  tools.progress(++done, total, 'end to end');
  return {throughput, memory, accuracy: await accuracy(), endToEnd};
}

function throughputInputs({rounds, bytes, longLineRounds}: JsonCounts): ThroughputInput[] {
  const whole = SHAPES.map((shape) => {
    const isLong = shape === 'one 64 MB line';
    return {shape, cutBytes: 4095, bytes, rounds: isLong ? longLineRounds : rounds};
  });
  // Shorter streams where the work a byte is a multiple.
  const cuts = [
    {cutBytes: 1, part: 1 / 16},
    {cutBytes: 64, part: 1 / 4},
    {cutBytes: 65_536, part: 1},
    {cutBytes: null, part: 1},
  ];
  const cut = CUT_SHAPES.flatMap((shape) =>
    cuts.map(({cutBytes, part}) => ({shape, cutBytes, bytes: bytes * part, rounds})),
  );
  return [...whole, ...cut];
}

function memoryCases({memoryMB}: JsonCounts): MemoryInput[] {
  const readers = ['JSON.parse alone', ...(Object.keys(READERS) as ReaderName[])] as const;
  return memoryMB.flatMap((mb) => readers.map((reader) => ({reader, objectBytes: mb * 1e6})));
}

async function memoryOf(input: MemoryInput, rounds: number): Promise<JsonData['memory'][number]> {
  const rssBytes: number[] = [];
  for (let round = 0; round < rounds; round++)
    rssBytes.push((await measureApart<{rssBytes: number}>(worker('memory'), input)).rssBytes);
  return {reader: input.reader, objectMB: input.objectBytes / 1e6, rssBytes};
}

function worker(name: string): string {
  return join(import.meta.dirname, `${name}.worker.ts`);
}
