/**
 * Throughput of the frame decoder in 4,095-byte chunks (what a PTY hands over at most), beside `JSON.parse` alone on the same
 * objects in the same run: the ceiling. Run with `npx tsx bench/frame.ts [rounds]`; the last line is JSON.
 */
import {createDecoder} from '../src/frame/decoder.ts';
import {lines, MIB, oneLongLine, prettyWithNoise, type Shape} from './shapes.ts';

const CHUNK_BYTES = 4095;

interface Row {
  shape: string;
  megabytes: number;
  decoderMBps: number;
  parseMBps: number;
  ratio: number;
}

/** Decodes all of it, and makes sure that no object is missing. */
function decode(shape: Shape): void {
  const decoder = createDecoder();
  let objects = 0;
  const count = (frames: ReturnType<typeof decoder.feed>) => {
    for (const frame of frames) if (frame.kind === 'json') objects++;
  };
  for (let at = 0; at < shape.bytes.length; at += CHUNK_BYTES)
    count(decoder.feed(shape.bytes.subarray(at, at + CHUNK_BYTES)));
  count(decoder.end());
  if (objects !== shape.sources.length)
    throw new Error(`${shape.name}: ${objects} of ${shape.sources.length} objects`);
}

function parseAlone(shape: Shape): void {
  for (const source of shape.sources) JSON.parse(source);
}

function megabytesPerSecond(shape: Shape, work: (shape: Shape) => void): number {
  const startedMs = performance.now();
  work(shape);
  return shape.bytes.length / 1e3 / (performance.now() - startedMs);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function measure(shape: Shape, rounds: number): Row {
  decode(shape);
  parseAlone(shape);
  const decoder: number[] = [];
  const parser: number[] = [];
  for (let round = 0; round < rounds; round++) {
    decoder.push(megabytesPerSecond(shape, decode));
    parser.push(megabytesPerSecond(shape, parseAlone));
  }
  const [decoderMBps, parseMBps] = [median(decoder), median(parser)];
  const ratio = median(decoder.map((value, round) => value / parser[round]!));
  return {shape: shape.name, megabytes: shape.bytes.length / 1e6, decoderMBps, parseMBps, ratio};
}

const rounds = Number(process.argv[2] ?? 7);
const shapes = [
  () => lines('340 B lines', 32 * MIB, 1),
  () => lines('4 KB lines', 32 * MIB, 3600),
  () => oneLongLine(63 * MIB),
  () => prettyWithNoise(32 * MIB),
];
const rows = shapes.map((shape) => measure(shape(), rounds));

console.log('| shape | MB | decoder MB/s | JSON.parse alone MB/s | ratio |\n|---|---|---|---|---|');
for (const row of rows) {
  const figures = [row.megabytes, row.decoderMBps, row.parseMBps].map((value) => value.toFixed(0));
  console.log(`| ${row.shape} | ${figures.join(' | ')} | ${row.ratio.toFixed(2)} |`);
}
console.log(JSON.stringify({name: 'frame', runs: rounds, rows}));
