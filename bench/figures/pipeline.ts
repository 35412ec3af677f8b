/** From the bytes of a real agent to recorded events, against reading its lines and parsing them and nothing else. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {Readable} from 'node:stream';
import type {Installation, Normalizer} from '../../src/executor/executor.ts';
import {builtLibrary, PROJECT} from '../build.ts';
import {withTempFolder} from '../process.ts';
import {MIB} from '../shapes.ts';
import {defineFigures} from './figure.ts';
import {cpuMs, inTurn, medianRatio} from './pairs.ts';

/** Claude Code with partial messages, on a pipe: as a PTY hands it over. */
const RECORDING = 'test/recordings/claude/02-partial-pipe/stdout.raw';
const CHUNK_BYTES = 4095;
/** As many as libuv reads before it looks at anything else. */
const CHUNKS_A_TURN = 32;
const BACKLOG_BYTES = 2 * MIB;

export const pipeline = defineFigures({
  full: {rounds: 25, streamMB: 16},
  reduced: {rounds: 9, streamMB: 16},
  targets: {'decode + normalize + record': {atLeast: 1}},
  method:
    'lines of Claude Code in a second of CPU time, in chunks of 4,095 bytes, to events on the disk ÷ readline and JSON.parse alone; in turn',
  async measure({rounds, streamMB}, progress) {
    progress('pipeline');
    const recording = readFileSync(join(PROJECT, RECORDING));
    const copies = Math.ceil((streamMB * MIB) / recording.length);
    const chunks = cut(Buffer.concat(Array.from({length: copies}, () => recording)));
    const alone = () => cpuMs(() => readLines(chunks));
    const recorded = () => withTempFolder((folder) => cpuMs(() => record(chunks, folder)));
    await inTurn(1, alone, recorded);
    return {'decode + normalize + record': medianRatio(await inTurn(rounds, alone, recorded))};
  },
});

function cut(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({length: count}, (_, index) =>
    bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

async function readLines(chunks: readonly Buffer[]): Promise<void> {
  let objects = 0;
  const input = Readable.from(chunks, {objectMode: false});
  const reader = createInterface({input, crlfDelay: Number.POSITIVE_INFINITY});
  reader.on('line', (line) => {
    JSON.parse(line);
    objects++;
  });
  await new Promise((settle) => reader.on('close', settle));
  if (objects === 0) throw new Error('no line was read');
}

async function record(chunks: readonly Buffer[], stateDir: string): Promise<void> {
  const {createDecoder, openSessionLog, systemClock} = await builtLibrary();
  const log = await openSessionLog({stateDir, clock: systemClock});
  const decoder = createDecoder();
  const normalizer = await claudeNormalizer();
  for (const [index, chunk] of chunks.entries()) {
    log.appendRaw(1, 'worker', 'stdout', chunk);
    for (const frame of decoder.feed(chunk)) {
      const raw = {stream: 'stdout', offset: frame.offset, length: frame.length} as const;
      for (const body of normalizer.stdout(frame))
        log.append({body, iteration: 1, role: 'worker', source: 'agent', raw});
    }
    if (index % CHUNKS_A_TURN === 0) await turn();
    if (log.backlogBytes() > BACKLOG_BYTES) await log.flush();
  }
  await log.flush();
  if (log.failure()) throw log.failure();
  await log.close();
}

const turn = () => new Promise((settle) => setImmediate(settle));

async function claudeNormalizer(): Promise<Normalizer> {
  const claude = (await builtLibrary()).executorByName('claude');
  const installation: Installation = {
    executor: 'claude',
    adapter: 'claude',
    program: ['claude'],
    version: null,
  };
  return claude.normalizer(installation, {startedAtMs: null, structured: true});
}
