/** From bytes of a real agent to recorded events, stage by stage, beside readline with JSON.parse. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {systemClock} from '../../../src/clock.ts';
import type {Installation} from '../../../src/executor/executor.ts';
import {AgentOutput} from '../../../src/executor/output.ts';
import {executorByName} from '../../../src/executor/registry.ts';
import {openSessionLog} from '../../../src/session/open.ts';
import {PROJECT} from '../../build.ts';
import {answer, inputOf} from '../apart.ts';
import {roundRobin} from '../round-robin.ts';
import {cutInto, readChunks} from './reading.ts';

export interface EndToEndInput {
  bytes: number;
  rounds: number;
}

export interface EndToEnd {
  bytes: number;
  /** Lines that the agent wrote. */
  lines: number;
  /** Lines a second of CPU time in each round, by stage. */
  linesPerSecond: Record<string, number[]>;
}

const CHUNK_BYTES = 4095;
const BACKLOG_BYTES = 2 * 1024 * 1024;

const {bytes: wanted, rounds} = inputOf<EndToEndInput>();
const recording = readFileSync(join(PROJECT, 'test/recordings/claude/02-partial-pipe/stdout.raw'));
const bytes = Buffer.concat(Array.from({length: Math.ceil(wanted / recording.length)}, () => recording));
const lines = bytes.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);

async function linesPerSecond(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const {user, system} = process.cpuUsage(before);
  return (1e6 * lines) / (user + system);
}

async function read(name: 'oneshot' | 'readline + JSON.parse'): Promise<void> {
  const {objects} = await readChunks(name, cutInto(bytes, CHUNK_BYTES), false);
  if (objects.length !== lines) throw new Error(`${objects.length} of ${lines} objects`);
}

function output(): AgentOutput {
  const installation: Installation = {
    executor: 'claude',
    adapter: 'claude',
    program: ['claude'],
    version: null,
  };
  const normalizer = executorByName('claude').normalizer(installation, {startedAtMs: null, structured: true});
  return new AgentOutput(normalizer, {maxFrameBytes: 64 * 1024 * 1024});
}

async function normalize(): Promise<void> {
  const agent = output();
  let events = 0;
  for (const chunk of cutInto(bytes, CHUNK_BYTES)) events += agent.feed('stdout', chunk).length;
  events += agent.end().length;
  if (events === 0) throw new Error('no events');
}

async function record(): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'oneshot-experiment-'));
  const log = await openSessionLog({stateDir, clock: systemClock});
  const agent = output();
  for (const chunk of cutInto(bytes, CHUNK_BYTES)) {
    log.appendRaw(1, 'worker', 'stdout', chunk);
    for (const {body, raw} of agent.feed('stdout', chunk))
      log.append({body, iteration: 1, role: 'worker', source: 'agent', ...(raw && {raw})});
    if (log.backlogBytes() > BACKLOG_BYTES) await log.flush();
  }
  await log.close();
  rmSync(stateDir, {recursive: true});
}

const variants = {
  'readline + JSON.parse': () => linesPerSecond(() => read('readline + JSON.parse')),
  decode: () => linesPerSecond(() => read('oneshot')),
  'decode, normalize': () => linesPerSecond(normalize),
  'decode, normalize, record': () => linesPerSecond(record),
};
await roundRobin(1, variants);
answer({
  bytes: bytes.length,
  lines,
  linesPerSecond: await roundRobin(rounds, variants),
} satisfies EndToEnd);
