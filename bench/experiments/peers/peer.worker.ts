/** One peer that is used from Node doing one task, in a process of its own. */
import {randomUUID} from 'node:crypto';
import {plainEnvironment} from '../../plain-environment.ts';
import {percentile} from '../../stats.ts';
import {answer, inputOf} from '../apart.ts';
import {memoryGrowth} from '../memory.ts';
import {LINE_BYTES, lineArguments, type Stream, TickReader} from '../ticks.ts';
import {type NodePeerName, nodePeer, oneshotStops} from './node-peers.ts';
import {countOrphans, ORPHANS_PROGRAM} from './orphans.ts';
import type {Peer, Start} from './peer.ts';
import {type Loss, type Orphans, PACE_US, type PeerInput, type Streamed, type Task} from './tasks.ts';

const {peer: name, folder, task} = inputOf<PeerInput>();

async function done(given: Task): Promise<Streamed | Loss | Orphans> {
  switch (given.name) {
    case 'stream':
      return streamed(await nodePeer(name as NodePeerName, folder), given);
    case 'loss':
      return loss(await nodePeer(name as NodePeerName, folder), given);
    case 'orphans':
      return orphans();
  }
}

/** Runs a program to its end. */
async function readAll(peer: Peer, argv: Start['argv']): Promise<Stream> {
  const reader = new TickReader();
  const sink = {
    chunk: (bytes: Uint8Array) => reader.feed(bytes),
    object: (value: unknown, bytes: number) => reader.object(value, bytes),
  };
  const {ended} = await peer({argv, env: plainEnvironment()}, sink);
  await ended;
  return reader.end();
}

async function streamed(
  peer: Peer,
  {program, paced, flood}: Extract<Task, {name: 'stream'}>,
): Promise<Streamed> {
  const lines = (count: number, intervalUs: number): Start['argv'] => [
    program,
    ...lineArguments({count, intervalUs, bytes: LINE_BYTES}),
  ];
  // Loads what is loaded once.
  await readAll(peer, lines(500, 0));
  const slow = await readAll(peer, lines(paced, PACE_US));
  const rssBytes = memoryGrowth();
  const before = process.cpuUsage();
  const fast = await readAll(peer, lines(flood, 0));
  const {user, system} = process.cpuUsage(before);
  const megabytes = (flood * LINE_BYTES) / 1e6;
  return {
    paced: {
      firstMs: slow.firstMs,
      p50Ms: percentile(slow.latenciesMs, 0.5),
      p99Ms: percentile(slow.latenciesMs, 0.99),
    },
    flood: {
      // What came through, should something be missing.
      megabytesPerSecond: (fast.latenciesMs.length * LINE_BYTES) / 1e3 / fast.ms,
      cpuMsPerMB: (user + system) / 1000 / megabytes,
      rssBytes: rssBytes(),
    },
  };
}

async function loss(peer: Peer, {file, bytes, runs}: Extract<Task, {name: 'loss'}>): Promise<Loss> {
  const found: Loss = {runs, runsWithLoss: 0, lostBytes: 0, expectedBytes: runs * bytes};
  for (let run = 0; run < runs; run++) {
    let got = 0;
    const sink = {
      chunk: (chunk: Uint8Array) => {
        // A PTY that is not raw puts a CR in front of each line end.
        for (const byte of chunk) if (byte !== 13) got++;
      },
      object: (_: unknown, length: number) => {
        got += length;
      },
    };
    const {ended} = await peer({argv: ['cat', file], env: plainEnvironment()}, sink);
    await ended;
    found.lostBytes += Math.max(0, bytes - got);
    if (got < bytes) found.runsWithLoss++;
  }
  return found;
}

const KILL_AFTER_MS = 1000;

async function orphans(): Promise<Orphans> {
  const mark = randomUUID();
  const env = {...plainEnvironment(), ONESHOT_EXPERIMENT_MARK: mark};
  const start: Start = {argv: ORPHANS_PROGRAM, env};
  return countOrphans(mark, async () => {
    if (name === 'oneshot, PTY') return oneshotStops(start, 'pty', KILL_AFTER_MS);
    if (name === 'oneshot, pipe') return oneshotStops(start, 'pipe', KILL_AFTER_MS);
    const peer = await nodePeer(name as NodePeerName, folder);
    const run = await peer(start, {chunk: () => {}, object: () => {}});
    await new Promise((resolve) => setTimeout(resolve, KILL_AFTER_MS));
    await run.kill();
  });
}

answer(await done(task));
