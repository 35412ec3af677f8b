/** How fast each reader is on one shape of stream, in turn, in a process of its own. */
import {
  concatenated,
  lines,
  MIB,
  noisyLines,
  oneLongLine,
  pretty,
  prettyWithNoise,
  type Shape,
} from '../../shapes.ts';
import {answer, inputOf} from '../apart.ts';
import {roundRobin} from '../round-robin.ts';
import {READERS, type ReaderName} from './readers.ts';
import {cutAtLineEnds, cutInto, readChunks} from './reading.ts';

export const SHAPES = {
  '340 B lines': (bytes) => lines('340 B lines', bytes, 1),
  '4 KB lines': (bytes) => lines('4 KB lines', bytes, 3600),
  'one 64 MB line': () => oneLongLine(63 * MIB),
  'pretty-printed': pretty,
  concatenated,
  'lines + noise': noisyLines,
  'pretty-printed + noise': prettyWithNoise,
} as const satisfies Record<string, (bytes: number) => Shape>;

export type ShapeName = keyof typeof SHAPES;

export interface ThroughputInput {
  shape: ShapeName;
  /** null: each line whole. */
  cutBytes: number | null;
  bytes: number;
  rounds: number;
}

export interface Throughput {
  /** The stream was this long. */
  bytes: number;
  expected: number;
  /** MB a second of CPU time in each round, by reader; `JSON.parse alone` has the objects cut out already, as Buffers. */
  megabytesPerSecond: Record<string, number[]>;
  /** How many objects each reader found. */
  found: Record<string, number>;
}

const {shape: name, cutBytes, bytes, rounds} = inputOf<ThroughputInput>();
const shape = SHAPES[name](bytes);
const cut = shape.sources.map((source) => Buffer.from(source));
const found: Record<string, number> = {};

const chunks = () => (cutBytes === null ? cutAtLineEnds(shape.bytes) : cutInto(shape.bytes, cutBytes));

async function megabytesPerSecond(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const {user, system} = process.cpuUsage(before);
  return shape.bytes.length / (user + system);
}

function parseAlone(): void {
  for (const source of cut) JSON.parse(source.toString());
}

const readers = Object.fromEntries(
  (Object.keys(READERS) as ReaderName[]).map((reader) => [
    reader,
    () =>
      megabytesPerSecond(async () => {
        const {objects} = await readChunks(reader, chunks(), false);
        found[reader] = objects.length;
      }),
  ]),
);
const variants = {'JSON.parse alone': () => megabytesPerSecond(parseAlone), ...readers};
// Warm up, once each, but for streams that take seconds.
if (shape.bytes.length < 20 * MIB) await roundRobin(1, variants);
answer({
  bytes: shape.bytes.length,
  expected: shape.sources.length,
  megabytesPerSecond: await roundRobin(rounds, variants),
  found,
} satisfies Throughput);
