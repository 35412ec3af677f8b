/** What the matrix found. */

import {EVIDENCE_KINDS} from '../../../src/activity/evidence.ts';
import {type MatrixResult, resultOf} from '../../activity/matrix.ts';
import {LIMITS, SCENARIOS} from '../../activity/scenarios.ts';
import {type Judgement, overStandstillMs, type Score, scoreOf} from '../../activity/score.ts';
import type {Trace} from '../../activity/trace.ts';
import {table} from '../../markdown.ts';
import {percentile, rounded} from '../../stats.ts';
import type {Report, Result} from '../experiment.ts';
import {loadText} from '../machine.ts';
import type {ActivityData} from './index.ts';
import {KINDS, type Kind, kindOf} from './kinds.ts';
import {signsOf} from './signs.ts';

export function report({data, overloaded}: Result<ActivityData>): Report {
  const matrix = resultOf(data.runs);
  return {
    answer: answerOf(matrix),
    consequence:
      '`--monitor output,files,processes`: all three, since each alone takes work for a standstill. `--activity-interval 30s`, ' +
      '`--idle-timeout 120s`, `--tool-timeout 1800s`: see [timeouts.md](timeouts.md).',
    tables: [
      ...sourcesTable(matrix),
      '',
      standstill(data.runs),
      '',
      taskFiles(matrix),
      '',
      'Judged rightly, and the time from the last sign of life to the stop (p50), by kind of task:',
      '',
      ...kindsTable(matrix),
      '',
      'From a piece of text that the model sent to the next sign of life (p50 and p95), and how often there was one within the idle limit:',
      '',
      ...signsTable(data.runs),
      '',
      ...scenariosTable(matrix),
      ...overloadedText(overloaded),
    ],
  };
}

function answerOf({scores, traces}: MatrixResult): string[] {
  const {'the judge': judge, ...sources} = scores as Record<string, Score> & {'the judge': Score};
  const single = Object.entries(sources).filter(([name]) => name.endsWith(' only'));
  const told = single.map(
    ([name, {accuracy, falseAlarms}]) => `${name} ${accuracy} % (${falseAlarms} false alarms)`,
  );
  return [
    `All sources together judged ${judge.accuracy} % of ${traces.length} runs rightly, with ${judge.falseAlarms} false alarms and ` +
      `${judge.misses} misses; ${told.join(', ')}.`,
  ];
}

/** What an overloaded machine makes of clocks this short. */
function overloadedText(overloaded: Result<ActivityData>['overloaded']): string[] {
  if (!overloaded) return [];
  const {scores, judgements, traces} = resultOf(overloaded.data.runs);
  const {accuracy, falseAlarms, misses, late} = scores['the judge']!;
  const wrong = judgements['the judge']!.filter(({verdict}) => verdict !== 'right');
  const clocks = wrong.map(({scenario, agent}) => {
    const {stop} = traces.find((trace) => trace.scenario === scenario && trace.agent === agent)!;
    return `${agent} in ${scenario} by ${stop?.clock ?? 'no clock'} after ${seconds(stop?.atMs ?? Number.NaN)}`;
  });
  return [
    '',
    `Once more, on the same kind of machine at a load average of ${loadText(overloaded.machine)}: ${accuracy} % of ${traces.length} runs ` +
      `judged rightly, ${falseAlarms} false alarms, ${misses} misses, ${late} late. Judged wrongly: ${clocks.join('; ')}. The clocks of the ` +
      'matrix are a fifteenth of the defaults or less; a machine that needs 20 s to start an agent needs longer ones.',
  ];
}

function sourcesTable({scores}: MatrixResult): string[] {
  const head = ['sources', 'runs', 'false alarms', 'misses', 'late', 'accuracy'];
  const times = ['latency p50', 'latency max', 'over the limit'];
  const rows = Object.entries(scores).map(([name, score]) => [name, ...figures(score)]);
  return table([...head, ...times], rows);
}

/** How much the sources lengthen a standstill that they do not know of. */
function standstill(traces: readonly Trace[]): string {
  const overMs = traces.map(overStandstillMs).filter((ms) => ms !== null);
  const [p50, max] = [percentile(overMs, 0.5), percentile(overMs, 1)].map((ms) => seconds(ms));
  return `From the last act of the model or the end of the work, the judge took the limit and ${p50} (p50), ${max} at most.`;
}

function taskFiles({taskProgress: {active, quiet, undecided, accuracy}}: MatrixResult): string {
  return (
    `Cline 2, its task files alone, in windows of ${seconds(LIMITS.idleMs!)}: ${accuracy} % told rightly (${active.right} of ` +
    `${active.windows} in which the model sent text, ${quiet.right} of ${quiet.windows} in which it was not even asked; ` +
    `${undecided} others not counted).`
  );
}

function figures(score: Score): string[] {
  const {runs, falseAlarms, misses, late, accuracy, latencyP50Ms, latencyMaxMs, overLimitMaxMs} = score;
  const counts = [runs, falseAlarms, misses, late].map(String);
  return [
    ...counts,
    `${accuracy} %`,
    ...[latencyP50Ms, latencyMaxMs, overLimitMaxMs].map((ms) => seconds(ms)),
  ];
}

/** One row a kind of task, one column a set of sources. */
function kindsTable({judgements}: MatrixResult): string[] {
  const sets = Object.keys(judgements);
  const cell = (set: string, kind: Kind) => {
    const of = judgements[set]!.filter(({scenario}) => kindOf(scenario) === kind);
    const {latencyP50Ms} = scoreOf(of);
    return Number.isNaN(latencyP50Ms) ? share(of) : `${share(of)}, ${seconds(latencyP50Ms)}`;
  };
  const kinds = Object.keys(KINDS) as Kind[];
  return table(
    ['kind of task', ...sets],
    kinds.map((kind) => [kind, ...sets.map((set) => cell(set, kind))]),
  );
}

function signsTable(traces: readonly Trace[]): string[] {
  const cell = (kind: Kind, source: (typeof EVIDENCE_KINDS)[number]) => {
    const signs = signsOf(
      traces.filter(({scenario}) => kindOf(scenario) === kind),
      source,
    );
    const [p50, p95] = [0.5, 0.95].map((p) => seconds(percentile(signs.latenciesMs, p), 2));
    return `${p50}, ${p95}; ${signs.seen} of ${signs.acts}`;
  };
  const kinds = Object.keys(KINDS) as Kind[];
  return table(
    ['kind of task', ...EVIDENCE_KINDS],
    kinds.map((kind) => [kind, ...EVIDENCE_KINDS.map((source) => cell(kind, source))]),
  );
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
  return judgements.length === 0 ? '–' : `${right} of ${judgements.length}`;
}

function seconds(ms: number, digits = 1): string {
  return Number.isNaN(ms) ? '–' : `${rounded(ms / 1000, digits)} s`;
}
