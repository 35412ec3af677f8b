/**
 * Throughput of the frame decoder in 4,095-byte chunks (what a PTY hands over at most), beside `JSON.parse` alone on the same
 * objects in the same run: the ceiling. Run with `npx tsx bench/frame.ts [rounds]`; the last line is JSON.
 */
import {createDecoder} from '../src/frame/decoder.ts';

const CHUNK_BYTES = 4095;
const MIB = 1024 * 1024;

interface Shape {
  name: string;
  bytes: Buffer;
  /** The objects in `bytes`, as text. */
  sources: string[];
}

interface Row {
  shape: string;
  megabytes: number;
  decoderMBps: number;
  parseMBps: number;
  ratio: number;
}

function event(index: number, textLength: number): Record<string, unknown> {
  const words = `step ${index}: the file is read, "quoted" and\nwritten`;
  return {
    type: 'assistant',
    session_id: '0f4ac1de-77a1-4d51-9b57-3f1c6e0a2b11',
    uuid: `${index.toString(16).padStart(8, '0')}-1c55-4e5a-a2b4-95e0c0ffee00`,
    parent_tool_use_id: null,
    usage: {input_tokens: index, output_tokens: index % 97, cost: 0.25, cached: index % 2 === 0},
    message: {
      role: 'assistant',
      content: [{type: 'text', text: words.repeat(Math.ceil(textLength / words.length))}],
    },
  };
}

function lines(name: string, totalBytes: number, textLength: number): Shape {
  const sources: string[] = [];
  for (let bytes = 0, index = 0; bytes < totalBytes; index++) {
    const source = JSON.stringify(event(index, textLength));
    sources.push(source);
    bytes += Buffer.byteLength(source) + 1;
  }
  return {name, bytes: Buffer.from(`${sources.join('\n')}\n`), sources};
}

function oneLongLine(totalBytes: number): Shape {
  const items = lines('', totalBytes, 2000).sources.join(',');
  const source = `{"type":"result","items":[${items}]}`;
  return {name: 'one 64 MB line', bytes: Buffer.from(`${source}\n`), sources: [source]};
}

function prettyWithNoise(totalBytes: number): Shape {
  const sources = lines('', totalBytes * 0.8, 20).sources.map((line) =>
    JSON.stringify(JSON.parse(line), null, 2),
  );
  const noise = [
    '\x1b[2K\x1b[1G\x1b[36m⠋\x1b[39m working …\r\n',
    '^C\x1b[?25h',
    'plain {text} with braces\n',
    '',
  ];
  const text = sources.map((source, index) => `${noise[index % noise.length]}${source}\n`).join('');
  return {name: 'pretty-printed + noise', bytes: Buffer.from(text), sources};
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
