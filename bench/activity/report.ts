/** What the matrix found, for docs/experiments.md and docs/experiments/activity.json. */
import {availableParallelism, loadavg, type} from 'node:os';
import {replaceSection, table} from '../markdown.ts';
import {percentile, rounded} from '../stats.ts';
import type {MatrixResult} from './matrix.ts';
import {LIMITS, POLL_MS, SCENARIOS} from './scenarios.ts';
import {type Judgement, overStandstillMs, type Score} from './score.ts';
import type {Trace} from './trace.ts';

/** The raw results; everything in the tables can be computed from them. */
export function rawResults({traces, problems}: MatrixResult): string {
  const runs = traces.toSorted(byName).map((trace) => `    ${JSON.stringify(trace)}`);
  const head = {machine: machine(), limits: LIMITS, pollMs: POLL_MS, problems};
  const fields = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
  );
  return `{\n${fields.join('\n')}\n  "runs": [\n${runs.join(',\n')}\n  ]\n}\n`;
}

/** The document with the section of this experiment written anew. */
export function reported(document: string, result: MatrixResult): string {
  return replaceSection(document, 'activity', [...sourcesTable(result), '', ...scenariosTable(result)]);
}

const byName = (a: Trace, b: Trace) => `${a.scenario} ${a.agent}`.localeCompare(`${b.scenario} ${b.agent}`);

/** Without what would name it. */
function machine(): string {
  const load = rounded(loadavg()[0]!, 1);
  return `${type()} ${process.arch}, Node ${process.versions.node}, ${availableParallelism()} cores, load ${load} at the end`;
}

function sourcesTable({scores, traces, taskProgress}: MatrixResult): string[] {
  const head = [
    'sources',
    'runs',
    'false alarms',
    'misses',
    'late',
    'accuracy',
    'latency p50',
    'latency max',
    'over the limit',
  ];
  const rows = Object.entries(scores).map(([name, score]) => [name, ...figures(score)]);
  const {active, quiet, undecided, accuracy} = taskProgress;
  return [
    `${traces.length} runs. ${machine()}.`,
    '',
    ...table(head, rows),
    '',
    standstill(traces),
    '',
    `Cline 2, its task files alone, in windows of ${seconds(LIMITS.idleMs!)}: ${accuracy} % told rightly (${active.right} of ${active.windows} in which the model sent text, ${quiet.right} of ${quiet.windows} in which it was not even asked; ${undecided} others not counted).`,
  ];
}

/** How much the sources lengthen a standstill that they do not know of. */
function standstill(traces: readonly Trace[]): string {
  const overMs = traces.map(overStandstillMs).filter((ms) => ms !== null);
  const [p50, max] = [percentile(overMs, 0.5), percentile(overMs, 1)].map(seconds);
  return `From the last act of the model or the end of the work, the judge took the limit and ${p50} (p50), ${max} at most.`;
}

function figures(score: Score): string[] {
  const {runs, falseAlarms, misses, late, accuracy, latencyP50Ms, latencyMaxMs, overLimitMaxMs} = score;
  const counts = [runs, falseAlarms, misses, late].map(String);
  return [...counts, `${accuracy} %`, ...[latencyP50Ms, latencyMaxMs, overLimitMaxMs].map(seconds)];
}

/** One row a scenario, one column a set of sources: how many of its runs were judged rightly. */
function scenariosTable({judgements}: MatrixResult): string[] {
  const sets = Object.keys(judgements);
  const rows = SCENARIOS.map(({name, what, stuck}) => [
    name,
    what,
    stuck === null ? 'goes on' : `stopped: ${stuck}`,
    ...sets.map((set) => share(judgements[set]!.filter(({scenario}) => scenario === name))),
  ]);
  return table(['scenario', 'what happens', 'should be', ...sets], rows);
}

function share(judgements: readonly Judgement[]): string {
  const right = judgements.filter(({verdict}) => verdict === 'right').length;
  return judgements.length === 0 ? '-' : `${right} of ${judgements.length}`;
}

function seconds(ms: number): string {
  return Number.isNaN(ms) ? '-' : `${rounded(ms / 1000, 1)} s`;
}
