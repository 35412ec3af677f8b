/** The answers in `verdict-corpus/`, and how well a way of reading them does. */
import {readdirSync, readFileSync} from 'node:fs';
import type {VerdictWord} from '../../src/event.ts';

export interface VerdictCase {
  id: string;
  kind: 'clear' | 'unclear' | 'adversarial';
  /** What a person reads in the answer. */
  expected: VerdictWord | null;
  note: string;
  answer: string;
}

export function verdictCases(): VerdictCase[] {
  const folder = new URL('./verdict-corpus/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return files.toSorted().flatMap((name) =>
    readFileSync(new URL(name, folder), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as VerdictCase),
  );
}

export interface VerdictScore {
  /** Answers read as DONE that are not. */
  falseDone: string[];
  /** All answers that were read otherwise than expected. */
  wrong: string[];
  /** Share of each kind that was read as expected, 0 to 1. */
  right: Record<VerdictCase['kind'], number>;
}

export function scoreOf(
  cases: readonly VerdictCase[],
  read: (answer: string) => VerdictWord | null,
): VerdictScore {
  const wrong = cases.filter(({answer, expected}) => read(answer) !== expected);
  const share = (kind: VerdictCase['kind']) => {
    const all = cases.filter((one) => one.kind === kind).length;
    return 1 - wrong.filter((one) => one.kind === kind).length / all;
  };
  return {
    falseDone: wrong.filter(({answer}) => read(answer) === 'DONE').map(({id}) => id),
    wrong: wrong.map(({id}) => id),
    right: {clear: share('clear'), unclear: share('unclear'), adversarial: share('adversarial')},
  };
}

/** Loops commonly take any such word for a success, and everything else for a reason to go on. */
export function readTheUsualWay(answer: string): VerdictWord {
  return /\b(?:done|completed?|success(?:ful(?:ly)?)?)\b/i.test(answer) ? 'DONE' : 'RETRY';
}
