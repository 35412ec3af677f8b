/** Do Cline 2's task files alone show whether its model is at work? Over all windows as long as the idle limit. */
import {rounded} from '../stats.ts';
import {LIMITS} from './scenarios.ts';
import type {Trace} from './trace.ts';

export interface TaskProgress {
  /** Windows in which the model sent text, and how many of them the files showed. */
  active: {windows: number; right: number};
  /** Windows in which it was not even asked. */
  quiet: {windows: number; right: number};
  /** Windows in which it was asked only, or that it was at work at the edge of: not counted. */
  undecided: number;
  /** Share of the counted windows that the files told rightly, per cent. */
  accuracy: number;
}

const STEP_MS = 1_000;
/** Between a chunk, or the end of a tool, and the look that finds it in the file. */
const LAG_MS = 1_000;

export function taskProgress(traces: readonly Trace[]): TaskProgress {
  const progress: TaskProgress = {
    active: {windows: 0, right: 0},
    quiet: {windows: 0, right: 0},
    undecided: 0,
    accuracy: 0,
  };
  for (const trace of traces) if (trace.agent === 'cline-2') addWindows(trace, progress);
  const {active, quiet} = progress;
  progress.accuracy = rounded((100 * (active.right + quiet.right)) / (active.windows + quiet.windows), 1);
  return progress;
}

function addWindows({askedMs, sentMs, evidence, endedMs, stop, overMs}: Trace, progress: TaskProgress): void {
  const modelMs = [...askedMs, ...sentMs];
  const first = Math.min(...modelMs);
  const last = endedMs ?? stop?.atMs ?? overMs;
  for (let from = first; from + LIMITS.idleMs! <= last; from += STEP_MS) {
    const to = from + LIMITS.idleMs!;
    const shown = evidence.files.some((ms) => ms >= from && ms <= to);
    if (sentMs.some((ms) => ms >= from && ms <= to - LAG_MS)) add(progress.active, shown);
    else if (modelMs.every((ms) => ms < from - LAG_MS || ms > to + LAG_MS)) add(progress.quiet, !shown);
    else progress.undecided++;
  }
}

function add(count: {windows: number; right: number}, right: boolean): void {
  count.windows++;
  if (right) count.right++;
}
