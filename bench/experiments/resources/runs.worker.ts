/** Some runs at once through `run()`, recorded, in a process of their own that measures itself. */
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {plainEnvironment} from '../../plain-environment.ts';
import {withTempFolder} from '../../process.ts';
import {mustSucceed, runOnSpine} from '../../spine.ts';
import {answer, inputOf} from '../apart.ts';
import {LINE_BYTES, lineArguments} from '../ticks.ts';

export interface RunsInput {
  /** The program `lines`, compiled. */
  program: string;
  transport: 'pty' | 'pipe' | 'buffered';
  runs: number;
  /** Of each run. */
  lines: number;
  intervalMs: number;
  sampleEveryMs: number;
}

/** At `atMs` since the first run began. */
export interface Sample {
  atMs: number;
  /** CPU time of the process so far, ms. */
  cpuMs: number;
  rssBytes: number;
}

export interface RunsMeasured {
  /** Until all runs were over, ms. */
  ms: number;
  /** CPU time of oneshot, its guardless process alone, ms. */
  cpuMs: number;
  /** Delay of the event loop beyond what was asked for, ms. */
  delay: {p50Ms: number; p99Ms: number; maxMs: number};
  samples: Sample[];
}

const RESOLUTION_MS = 5;

const {program, transport, runs, lines, intervalMs, sampleEveryMs} = inputOf<RunsInput>();
const argv = [
  program,
  ...lineArguments({count: lines, intervalUs: intervalMs * 1000, bytes: LINE_BYTES}),
  'write',
];
const env = plainEnvironment();

async function runAll(stateDir: string): Promise<void> {
  const one = async () =>
    mustSucceed(await runOnSpine(argv, {stateDir, transport, readBack: false, context: {env}}));
  await Promise.all(Array.from({length: runs}, one));
}

answer(
  await withTempFolder(async (stateDir): Promise<RunsMeasured> => {
    // Loads what is loaded once.
    mustSucceed(await runOnSpine(['true'], {stateDir, transport, readBack: false, context: {env}}));
    global.gc?.();
    const samples: Sample[] = [];
    const startedMs = performance.now();
    const before = process.cpuUsage();
    const sample = () => {
      const {user, system} = process.cpuUsage(before);
      samples.push({
        atMs: Math.round(performance.now() - startedMs),
        cpuMs: Math.round((user + system) / 1000),
        rssBytes: process.memoryUsage.rss(),
      });
    };
    sample();
    const timer = setInterval(sample, sampleEveryMs);
    const delay = monitorEventLoopDelay({resolution: RESOLUTION_MS});
    delay.enable();
    await runAll(stateDir);
    delay.disable();
    clearInterval(timer);
    sample();
    const late = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    return {
      ms: samples.at(-1)!.atMs,
      cpuMs: samples.at(-1)!.cpuMs,
      delay: {p50Ms: late(delay.percentile(50)), p99Ms: late(delay.percentile(99)), maxMs: late(delay.max)},
      samples,
    };
  }),
);
