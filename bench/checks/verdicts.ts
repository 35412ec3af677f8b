/** Auditor answers are read as a person reads them, and none is taken for DONE that is not. */
import {readVerdict} from '../../src/loop/verdict.ts';
import {readTheUsualWay, scoreOf, type VerdictScore, verdictCases} from '../../test/loop/verdict-corpus.ts';
import {rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const TARGET = {falseDone: 0, clearRight: 0.97};

const ALL = {answers: 'all'} as const;

export const verdicts = defineCheck({
  full: ALL,
  reduced: ALL,
  async measure(_counts, progress) {
    const cases = verdictCases();
    const score = scoreOf(cases, (answer) => readVerdict(answer).verdict);
    const usual = scoreOf(cases, readTheUsualWay);
    for (const line of table({oneshot: score, 'the usual way': usual})) progress(line);
    if (score.wrong.length > 0) progress(`read wrongly: ${score.wrong.join(', ')}`);
    const value = figures(score);
    const ok = value.falseDone === TARGET.falseDone && value.clearRight >= TARGET.clearRight;
    const count = (kind: string) => cases.filter((one) => one.kind === kind).length;
    return {
      runs: cases.length,
      value,
      target: TARGET,
      ok,
      usualWay: figures(usual),
      others: {unclear: rounded(score.right.unclear, 3), adversarial: rounded(score.right.adversarial, 3)},
      cases: {clear: count('clear'), unclear: count('unclear'), adversarial: count('adversarial')},
      wrong: score.wrong,
    };
  },
});

function figures({falseDone, right}: VerdictScore) {
  return {falseDone: falseDone.length, clearRight: rounded(right.clear, 3)};
}

function table(scores: Readonly<Record<string, VerdictScore>>): string[] {
  const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(14)).join('');
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    row(['', 'false DONE', 'clear', 'unclear', 'adversarial']),
    ...Object.entries(scores).map(([name, {falseDone, right}]) =>
      row([
        name,
        String(falseDone.length),
        percent(right.clear),
        percent(right.unclear),
        percent(right.adversarial),
      ]),
    ),
  ];
}
