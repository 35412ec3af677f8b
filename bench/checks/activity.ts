/** Is an agent that works left alone, and one that is stuck noticed in time? The real agents in all scenarios of the matrix. */
import {cellsOf, JUDGE, type MatrixResult, type Part, runMatrix} from '../activity/matrix.ts';
import {LIMITS} from '../activity/scenarios.ts';
import {defineCheck, type Judged} from './check.ts';

/** `accuracy` and `taskFiles` in per cent; `overLimitMs`: the longest time from a limit to the stop. */
export const TARGET = {
  accuracy: 99,
  falseAlarms: 0,
  misses: 0,
  overLimitMs: LIMITS.intervalMs,
  taskFiles: 95,
};

export const activity = defineCheck({
  full: countsOf('agents'),
  reduced: countsOf('reduced'),
  async measure({part, atOnce}, progress) {
    return judged(await runMatrix(cellsOf(part), atOnce, progress));
  },
});

function countsOf(part: Part) {
  return {part, runs: cellsOf(part).length, atOnce: 2};
}

export function judged(result: MatrixResult): Judged {
  const {traces, scores, taskProgress, problems} = result;
  const judge = scores[JUDGE]!;
  const value = {
    accuracy: judge.accuracy,
    falseAlarms: judge.falseAlarms,
    misses: judge.misses + judge.late,
    overLimitMs: judge.overLimitMaxMs,
    taskFiles: taskProgress.accuracy,
  };
  const ok =
    problems.length === 0 &&
    value.accuracy >= TARGET.accuracy &&
    value.falseAlarms <= TARGET.falseAlarms &&
    value.misses <= TARGET.misses &&
    value.overLimitMs <= TARGET.overLimitMs &&
    value.taskFiles > TARGET.taskFiles;
  return {runs: traces.length, value, target: TARGET, ok, scores, taskProgress, problems};
}
