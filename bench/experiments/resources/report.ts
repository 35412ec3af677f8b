import {table} from '../../markdown.ts';
import {median} from '../../stats.ts';
import type {Report} from '../experiment.ts';
import {figure, spreadOf} from '../spread.ts';
import type {Many, ResourcesData, ResourcesResult} from './index.ts';
import type {RunsMeasured} from './runs.worker.ts';

export function report({data}: ResourcesResult): Report {
  return {
    answer: answerOf(data),
    consequence:
      'Streaming is on by default, and one process may hold many runs. `--no-streaming` is there for what cannot be streamed, not to save ' +
      'anything.',
    tables: [...manyTable(data), '', ...longText(data), ...largeText(data)],
  };
}

/** CPU time of oneshot, per cent of a core a run. */
const cpuShare = (of: Many) => of.rounds.map(({cpuMs, ms}) => (100 * cpuMs) / ms / of.atOnce);
/** By how much memory grew over all runs, MB. */
const growthMB = ({samples}: RunsMeasured) => (peakRss(samples) - samples[0]!.rssBytes) / 1e6;

function peakRss(samples: RunsMeasured['samples']): number {
  return Math.max(...samples.map(({rssBytes}) => rssBytes));
}

function answerOf({many, quiet}: ResourcesData): string[] {
  if (many.length === 0) return ['Nothing could be run here.'];
  const of = (transport: string, atOnce: number) =>
    many.find((one) => one.transport === transport && one.atOnce === atOnce)!;
  const most = Math.max(...many.map(({atOnce}) => atOnce));
  const cpu = (transport: string, atOnce: number) => figure(median(cpuShare(of(transport, atOnce))));
  const beside = (transport: string) =>
    figure(median(of(transport, most).rounds.map((round) => round.beside.p99Ms)));
  return [
    `One run of 20 lines a second takes ${cpu('pty', 1)} % of a core on a PTY, ${cpu('pipe', 1)} % on a pipe and ${cpu('buffered', 1)} % ` +
      `buffered; with ${most} at once ${cpu('pty', most)}, ${cpu('pipe', most)} and ${cpu('buffered', most)} % a run. An unrelated ` +
      `process is late by ${figure(median(quiet.map(({p99Ms}) => p99Ms)))} ms (p99) with no run, by ${beside('pty')} with ${most} on PTYs, ` +
      `${beside('pipe')} on pipes and ${beside('buffered')} buffered.`,
  ];
}

function manyTable({many, quiet}: ResourcesData): string[] {
  const head = [
    'runs at once',
    'transport',
    'CPU, % of a core a run',
    'memory grew, MB',
    'event loop late, p50, ms',
    'p99, ms',
    'process beside late, p50, ms',
    'p99, ms',
  ];
  const besides = (lateness: readonly {p50Ms: number; p99Ms: number}[]) => [
    spreadOf(lateness.map(({p50Ms}) => p50Ms)),
    spreadOf(lateness.map(({p99Ms}) => p99Ms)),
  ];
  const rows = many.map((of) => [
    String(of.atOnce),
    of.transport,
    spreadOf(cpuShare(of)),
    spreadOf(of.rounds.map(growthMB)),
    spreadOf(of.rounds.map(({delay}) => delay.p50Ms)),
    spreadOf(of.rounds.map(({delay}) => delay.p99Ms)),
    ...besides(of.rounds.map(({beside}) => beside)),
  ]);
  return table(head, [['no run', '–', '–', '–', '–', '–', ...besides(quiet)], ...rows]);
}

function longText({long}: ResourcesData): string[] {
  if (!long) return [];
  const {ms, cpuMs} = long;
  return [
    `The long run: ${figure(ms / 1000)} s, ${figure((100 * cpuMs) / ms)} % of a core, memory grew by ${figure(growthMB(long))} MB at most; its event ` +
      `loop was late by ${figure(long.delay.p50Ms)} ms (p50) and ${figure(long.delay.p99Ms)} ms (p99).`,
    '',
  ];
}

function largeText({large}: ResourcesData): string[] {
  if (!large) return [];
  const {ms, cpuMs, bytes} = large;
  return [
    `The large run: ${figure(bytes / 1e6)} MB in ${figure(ms / 1000)} s, ${figure(bytes / 1e3 / ms)} MB/s, ${figure(cpuMs / (bytes / 1e6))} ms of CPU ` +
      `time a MB, memory grew by ${figure(growthMB(large))} MB at most; its event loop was late by ${figure(large.delay.p50Ms)} ms (p50) and ` +
      `${figure(large.delay.p99Ms)} ms (p99).`,
  ];
}
