/** Runs the scenario matrix and says what came of it. */
import {atOnce} from '../at-once.ts';
import type {Progress} from '../checks/check.ts';
import {observe} from './observe.ts';
import {type MatrixAgent, SCENARIOS, type Scenario} from './scenarios.ts';
import {
  type Judgement,
  judgeLive,
  judgeReplayed,
  type Score,
  SOURCE_SETS,
  scenarioOf,
  scoreOf,
} from './score.ts';
import {type TaskProgress, taskProgress} from './task-progress.ts';
import type {Trace} from './trace.ts';

export interface MatrixResult {
  traces: Trace[];
  judgements: Record<string, Judgement[]>;
  scores: Record<string, Score>;
  taskProgress: TaskProgress;
  /** What keeps the matrix from proving anything: runs that went wrong, stops that name another clock. */
  problems: string[];
}

/** Name of the judge as it ran, beside the names of `SOURCE_SETS`. */
export const JUDGE = 'the judge';

interface Cell {
  scenario: Scenario;
  agent: MatrixAgent;
}

/** The whole matrix, or a part of it for a quick look: which field of a scenario names its agents. */
export type Part = 'agents' | 'reduced';

export function cellsOf(part: Part): Cell[] {
  return SCENARIOS.flatMap((scenario) => scenario[part].map((agent) => ({scenario, agent})));
}

/** Runs the cells, `limit` of them at the same time. */
export async function runMatrix(
  cells: readonly Cell[],
  limit: number,
  progress: Progress,
): Promise<MatrixResult> {
  const traces: Trace[] = [];
  const jobs = cells.map(({scenario, agent}) => async () => {
    const trace = await observe(scenario, agent);
    traces.push(trace);
    progress(`${traces.length}/${cells.length} ${told(trace)}`);
  });
  await atOnce(limit, jobs);
  return resultOf(traces);
}

export function resultOf(traces: Trace[]): MatrixResult {
  const judgements: Record<string, Judgement[]> = {};
  for (const [name, kinds] of Object.entries(SOURCE_SETS))
    judgements[name] = traces.map((trace) => judgeReplayed(trace, kinds));
  judgements[JUDGE] = traces.map(judgeLive);
  const scores = Object.fromEntries(Object.entries(judgements).map(([name, all]) => [name, scoreOf(all)]));
  const problems = traces.flatMap((trace) =>
    [...trace.problems, ...wrongClock(trace)].map((text) => `${trace.scenario} ${trace.agent}: ${text}`),
  );
  return {traces, judgements, scores, taskProgress: taskProgress(traces), problems};
}

/** A stop that was right, by a clock that was not. */
function wrongClock(trace: Trace): string[] {
  const {stuck, stoppedBy = stuck} = scenarioOf(trace);
  const clock = trace.stop && (trace.stop.clock ?? 'ask');
  return stuck === null || clock === null || clock === stoppedBy ? [] : [`stopped by ${clock}`];
}

function told(trace: Trace): string {
  const {scenario, agent, stop, overMs, outcome, problems} = trace;
  const {verdict, overLimitMs} = judgeLive(trace);
  const stopped = stop ? `, stopped by ${stop.clock ?? 'ask'} at ${stop.atMs} ms` : '';
  const over = overLimitMs === null ? '' : `, ${overLimitMs} ms over the limit`;
  return `${scenario} ${agent}: ${verdict}, ${outcome} after ${overMs} ms${stopped}${over} ${problems.join('; ')}`;
}
