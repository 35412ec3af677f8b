/** The peers that are no Node programs: a reader in C, and Python's `subprocess.run`. */
import {execFile} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {plainEnvironment} from '../../plain-environment.ts';
import {percentile} from '../../stats.ts';
import {LINE_BYTES, lineArguments} from '../ticks.ts';
import {compiled, programPath} from '../toolchain.ts';
import type {PeerName} from './names.ts';
import {countOrphans, ORPHANS_PROGRAM} from './orphans.ts';
import {type Loss, type Orphans, PACE_US, type Streamed, type Task} from './tasks.ts';

/** What they print. */
interface Printed {
  firstMs: number;
  ms: number;
  bytes: number;
  objects: number;
  cpuMs: number;
  peakRssBytes?: number;
  rssBytes?: number;
  latenciesMs: number[];
  /** Bytes of each run, where there were several. */
  sizes?: number[];
}

const OUTSIDE: Readonly<Partial<Record<PeerName, () => readonly string[]>>> = {
  'C reader, PTY': () => [compiled('read.c'), 'pty'],
  'C reader, pipe': () => [compiled('read.c'), 'pipe'],
  'Python subprocess.run': () => ['python3', programPath('capture.py'), '1'],
};

export function isOutside(name: PeerName): boolean {
  return name in OUTSIDE;
}

/** Does a task; null: it makes no sense for this one. */
export async function outside(name: PeerName, task: Task): Promise<Streamed | Loss | Orphans | null> {
  const command = OUTSIDE[name]!();
  switch (task.name) {
    case 'stream':
      return streamed(command, task);
    case 'loss':
      return loss(command, task);
    case 'orphans':
      return name === 'Python subprocess.run' ? orphans() : null;
  }
}

async function streamed(
  command: readonly string[],
  {program, paced, flood}: Extract<Task, {name: 'stream'}>,
) {
  const lines = (count: number, intervalUs: number) => [
    program,
    ...lineArguments({count, intervalUs, bytes: LINE_BYTES}),
  ];
  const slow = await printedBy([...command, ...lines(paced, PACE_US)]);
  const fast = await printedBy([...command, ...lines(flood, 0)]);
  return {
    paced: {
      firstMs: slow.firstMs,
      p50Ms: percentile(slow.latenciesMs, 0.5),
      p99Ms: percentile(slow.latenciesMs, 0.99),
    },
    flood: {
      megabytesPerSecond: fast.bytes / 1e3 / fast.ms,
      cpuMsPerMB: fast.cpuMs / (fast.bytes / 1e6),
      rssBytes: fast.rssBytes ?? fast.peakRssBytes ?? Number.NaN,
    },
  };
}

async function loss(
  command: readonly string[],
  {file, bytes, runs}: Extract<Task, {name: 'loss'}>,
): Promise<Loss> {
  const sizes: number[] = [];
  for (let run = 0; run < runs; run++) sizes.push((await printedBy([...command, 'cat', file])).bytes);
  const lost = sizes.map((size) => Math.max(0, bytes - size));
  return {
    runs,
    runsWithLoss: lost.filter((missing) => missing > 0).length,
    lostBytes: lost.reduce((sum, missing) => sum + missing, 0),
    expectedBytes: runs * bytes,
  };
}

function orphans(): Promise<Orphans> {
  const mark = randomUUID();
  const env = {...plainEnvironment(), ONESHOT_EXPERIMENT_MARK: mark};
  // Not awaited: once its program is gone, Python waits for whoever else holds the pipe.
  const startAndEnd = () => {
    void output(['python3', programPath('capture.py'), 'kill', ...ORPHANS_PROGRAM], env).catch(() => {});
    return new Promise((resolve) => setTimeout(resolve, 1500));
  };
  return countOrphans(mark, startAndEnd, 'capture.py');
}

async function printedBy(argv: readonly string[]): Promise<Printed> {
  return JSON.parse(await output(argv, plainEnvironment())) as Printed;
}

function output([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, {env, maxBuffer: 2 ** 28}, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}
