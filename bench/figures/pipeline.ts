/** From the bytes of a real agent to recorded events, against reading its lines and parsing them and nothing else. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {Readable} from 'node:stream';
import {systemClock} from '../../src/clock.ts';
import type {Installation} from '../../src/executor/executor.ts';
import {AgentOutput} from '../../src/executor/output.ts';
import {executorByName} from '../../src/executor/registry.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../../src/frame/frame.ts';
import {openSessionLog} from '../../src/session/open.ts';
import {PROJECT} from '../build.ts';
import {withTempFolder} from '../process.ts';
import {MIB} from '../shapes.ts';
import {defineFigures} from './figure.ts';
import {inTurn, medianRatio, wallMs} from './pairs.ts';

/** Claude Code with partial messages, on a pipe: as a PTY hands it over. */
const RECORDING = 'test/recordings/claude/02-partial-pipe/stdout.raw';
const CHUNK_BYTES = 4095;
const BACKLOG_BYTES = 2 * MIB;

export const pipeline = defineFigures({
  full: {rounds: 25, streamMB: 16},
  reduced: {rounds: 9, streamMB: 4},
  targets: {'decode + normalize + record': {atLeast: 1}},
  method:
    'lines of Claude Code a second, in chunks of 4,095 bytes, to events on the disk ÷ readline and JSON.parse alone; in turn',
  async measure({rounds, streamMB}, progress) {
    progress('pipeline');
    const recording = readFileSync(join(PROJECT, RECORDING));
    const copies = Math.ceil((streamMB * MIB) / recording.length);
    const chunks = cut(Buffer.concat(Array.from({length: copies}, () => recording)));
    const alone = () => wallMs(() => readLines(chunks));
    const recorded = () => withTempFolder((folder) => wallMs(() => record(chunks, folder)));
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
  const log = await openSessionLog({stateDir, clock: systemClock});
  const output = agentOutput();
  for (const chunk of chunks) {
    log.appendRaw(1, 'worker', 'stdout', chunk);
    for (const {body, raw} of output.feed('stdout', chunk))
      log.append({body, iteration: 1, role: 'worker', source: 'agent', ...(raw && {raw})});
    // Chunks come from the event loop, some at a time.
    await turn();
    if (log.backlogBytes() > BACKLOG_BYTES) await log.flush();
  }
  await log.flush();
  if (log.failure()) throw log.failure();
  await log.close();
}

const turn = () => new Promise((settle) => setImmediate(settle));

function agentOutput(): AgentOutput {
  const claude = executorByName('claude');
  const installation: Installation = {
    executor: 'claude',
    adapter: 'claude',
    program: ['claude'],
    version: null,
  };
  const normalizer = claude.normalizer(installation, {startedAtMs: null, structured: true});
  return new AgentOutput(normalizer, {maxFrameBytes: DEFAULT_MAX_FRAME_BYTES});
}
