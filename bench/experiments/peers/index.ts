/** oneshot beside what people would use instead. */
import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {withTempFolder} from '../../process.ts';
import {measureApart} from '../apart.ts';
import {defineExperiment, type Result, type Tools} from '../experiment.ts';
import {roundRobin} from '../round-robin.ts';
import {available, compiled} from '../toolchain.ts';
import {installed} from './install.ts';
import {PEERS, type PeerFacts, type PeerName} from './names.ts';
import {isOutside, outside} from './outside.ts';
import {plots} from './plot.ts';
import {report} from './report.ts';
import type {Loss, Orphans, PeerInput, Streamed, Task} from './tasks.ts';

export interface PeersCounts {
  rounds: number;
  paced: number;
  flood: number;
  lossRuns: number;
  lossBytes: number;
}

export interface PeerData {
  peer: PeerName;
  /** Of each round. */
  streams: Streamed[];
  loss: Loss | null;
  orphans: Orphans | null;
}
export type PeersResult = Result<PeerData[]>;

export const peers = defineExperiment<PeersCounts, PeerData[]>({
  name: 'peers',
  title: 'oneshot beside what people would use instead',
  question:
    'The same programs, run and read by oneshot, by PTY and process libraries, by the tools of the system, by the SDKs of agents, and by `subprocess.run`: how soon, how fast, what is lost, what is left?',
  method: [
    `Every peer runs in a process of its own and is used as its users would. A C program writes JSON lines of 340 bytes with stdio, as it
comes. Latency: from right before the print to the handler of the parsed object, one line each 3 ms. Fast: the same program without a
pause; MB/s by wall time, CPU time of the reading process alone, and by how much its memory grew at most (the C reader: all it has).
The C reader finds lines and parses nothing.`,
    `Loss: \`cat\` writes a file of 100 KB and exits; what arrived is counted (without CR, which a PTY that is not raw puts in).`,
    `Orphans: a shell with two children, one in its own process group and one in a session of its own, as agents start their tools, is
ended in the peer's own way after a second; what still lives 3 s later is counted. oneshot is ended by a stop of its run.`,
    `A PTY library or SDK in a newer version may do better; the versions are in \`bench/experiments/peers/install.ts\`.`,
  ],
  counts: {
    full: {rounds: 7, paced: 400, flood: 100_000, lossRuns: 1000, lossBytes: 100_000},
    quick: {rounds: 2, paced: 100, flood: 20_000, lossRuns: 50, lossBytes: 100_000},
  },
  measure,
  report,
  plots,
});

type Ready = readonly [PeerName, folder: string];

async function measure(counts: PeersCounts, tools: Tools): Promise<PeerData[]> {
  if (!available('cc', tools)) return [];
  const ready = await readyPeers(tools);
  const {rounds, paced, flood, lossRuns, lossBytes} = counts;
  const total = ready.length * (rounds + 2);
  const stream: Task = {name: 'stream', program: compiled('lines.c'), paced, flood};
  const streams = await roundRobin(rounds, tasksOf<Streamed>(ready, stream, tools), (done, _, name) =>
    tools.progress(done, total, name),
  );
  const once = (stage: number) => (done: number, _: number, name: string) =>
    tools.progress(ready.length * (rounds + stage) + done, total, name);
  const losses = await withTempFolder((folder) => {
    const task: Task = {name: 'loss', file: burst(folder, lossBytes), bytes: lossBytes, runs: lossRuns};
    return roundRobin(1, tasksOf<Loss>(ready, task, tools), once(0));
  });
  const left = await roundRobin(1, tasksOf<Orphans>(ready, {name: 'orphans'}, tools), once(1));
  return ready.map(([peer]) => ({
    peer,
    streams: streams[peer]!.filter((sample) => sample !== null),
    loss: losses[peer]![0] ?? null,
    orphans: left[peer]![0] ?? null,
  }));
}

async function readyPeers(tools: Tools): Promise<Ready[]> {
  const ready: Ready[] = [];
  for (const [name, {package: needed, program}] of Object.entries(PEERS) as [PeerName, PeerFacts][]) {
    if (program !== null && !available(program, tools)) continue;
    const folder = needed === null ? '' : await installed(needed, tools);
    if (folder !== null) ready.push([name, folder]);
  }
  return ready;
}

/** The same task for each; null, and a note, for one that breaks off. */
function tasksOf<T>(ready: readonly Ready[], task: Task, tools: Tools) {
  return Object.fromEntries(ready.map(([name, folder]) => [name, () => done<T>(name, folder, task, tools)]));
}

async function done<T>(name: PeerName, folder: string, task: Task, {note}: Tools): Promise<T | null> {
  try {
    if (isOutside(name)) return (await outside(name, task)) as T | null;
    const input: PeerInput = {peer: name, folder, task};
    return await measureApart<T>(join(import.meta.dirname, 'peer.worker.ts'), input);
  } catch (error) {
    process.stderr.write(`${name}, ${task.name}: ${error}\n`);
    note(`${name} broke off (${task.name}).`);
    return null;
  }
}

/** A file of JSON lines. */
function burst(folder: string, bytes: number): string {
  const lines: string[] = [];
  for (let left = bytes; left > 0; ) {
    const size = left >= 400 ? 200 : left;
    const line = `{"type":"text","text":"${randomBytes(100).toString('hex')}`.slice(0, size - 3);
    lines.push(`${line}"}\n`);
    left -= size;
  }
  const path = join(folder, 'burst.jsonl');
  writeFileSync(path, lines.join(''));
  return path;
}
