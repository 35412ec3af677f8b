/** What does watching cost, of one run and of many? */
import {join} from 'node:path';
import {measureApart} from '../apart.ts';
import {defineExperiment, type Result, type Tools} from '../experiment.ts';
import {roundRobin} from '../round-robin.ts';
import {LINE_BYTES} from '../ticks.ts';
import {available, compiled} from '../toolchain.ts';
import {type Lateness, startBeside} from './beside.ts';
import {plots} from './plot.ts';
import {report} from './report.ts';
import type {RunsInput, RunsMeasured} from './runs.worker.ts';

export interface ResourcesCounts {
  rounds: number;
  atOnce: number[];
  /** Of a run that others go beside. */
  seconds: number;
  /** The long run. */
  longSeconds: number;
  /** The large run. */
  largeMB: number;
}

export interface Many {
  transport: string;
  atOnce: number;
  rounds: (RunsMeasured & {beside: Lateness})[];
}

export interface ResourcesData {
  /** How late the unrelated process is while no run goes on, of each round. */
  quiet: Lateness[];
  many: Many[];
  long: RunsMeasured | null;
  large: (RunsMeasured & {bytes: number}) | null;
}
export type ResourcesResult = Result<ResourcesData>;

const TRANSPORTS = ['pty', 'pipe', 'buffered'] as const;
/** Lines a second of each run. */
const LINES_PER_SECOND = 20;

export const resources = defineExperiment<ResourcesCounts, ResourcesData>({
  name: 'resources',
  title: 'What does watching cost, of one run and of many?',
  question:
    'CPU time and memory of oneshot over time: streaming against buffered, PTY against pipe, 1 to 100 runs at once, a long run and a large one. Does oneshot stay responsive, and does what runs beside it?',
  method: [
    `Each run is a C program that says ${LINES_PER_SECOND} JSON lines of 340 bytes a second, run by \`run()\`, decoded, recorded and
watched with the defaults of \`exec\`'s executor; all runs are in one process, which measures its own CPU time, memory and the delay
of its event loop. \`buffered\` is \`--no-streaming\`. An unrelated process beside it wants to do something each 5 ms; how late
it comes is its delay, measured also while no run goes on ("no run").`,
    'The long run says 10 lines a second. The large one says lines as fast as they are recorded.',
  ],
  counts: {
    full: {rounds: 3, atOnce: [1, 10, 50, 100], seconds: 10, longSeconds: 600, largeMB: 2000},
    quick: {rounds: 1, atOnce: [1, 10, 50], seconds: 5, longSeconds: 20, largeMB: 30},
  },
  measure,
  report,
  plots,
});

async function measure(counts: ResourcesCounts, tools: Tools): Promise<ResourcesData> {
  if (!available('cc', tools)) return {quiet: [], many: [], long: null, large: null};
  const program = compiled('lines.c');
  const {rounds, atOnce, seconds, longSeconds, largeMB} = counts;
  const cases = atOnce.flatMap((runs) => TRANSPORTS.map((transport) => ({runs, transport})));
  const total = rounds * (cases.length + 1) + 2;
  const lines = {lines: seconds * LINES_PER_SECOND, intervalMs: 1000 / LINES_PER_SECOND, sampleEveryMs: 500};
  const variants = Object.fromEntries(
    cases.map(({runs, transport}) => [
      `${transport}, ${runs} at once`,
      () => withBeside(() => runsApart({program, transport, runs, ...lines})),
    ]),
  );
  const none = () => withBeside(() => new Promise((resolve) => setTimeout(resolve, seconds * 1000)));
  const measured = await roundRobin<Beside>(rounds, {'no run': none, ...variants}, (done, _, name) =>
    tools.progress(done, total, name),
  );
  const long = {lines: longSeconds * 10, intervalMs: 100, sampleEveryMs: Math.max(500, longSeconds * 10)};
  const longRun = await runsApart({program, transport: 'pty', runs: 1, ...long});
  tools.progress(total - 1, total, `${longSeconds} s`);
  const large = {lines: Math.round((largeMB * 1e6) / LINE_BYTES), intervalMs: 0, sampleEveryMs: 1000};
  const largeRun = await runsApart({program, transport: 'pty', runs: 1, ...large});
  tools.progress(total, total, `${largeMB} MB`);
  return {
    quiet: measured['no run']!.map(({beside}) => beside),
    many: cases.map(({runs, transport}) => ({
      transport,
      atOnce: runs,
      rounds: measured[`${transport}, ${runs} at once`]! as Many['rounds'],
    })),
    long: longRun,
    large: {...largeRun, bytes: large.lines * LINE_BYTES},
  };
}

type Beside = {beside: Lateness} & Partial<RunsMeasured>;

async function withBeside(work: () => Promise<unknown>): Promise<Beside> {
  const told = await startBeside();
  const measured = (await work()) as RunsMeasured | undefined;
  return {...measured, beside: await told()};
}

function runsApart(input: RunsInput): Promise<RunsMeasured> {
  return measureApart(join(import.meta.dirname, 'runs.worker.ts'), input, {limitMs: 3_600_000});
}
