/** What a check has found. `value` and `target` are figures, or objects of figures with the same keys. */
export interface Judged {
  /** Cases that were really run. */
  runs: number;
  value: unknown;
  target: unknown;
  ok: boolean;
  /** Anything else worth reporting; not judged. */
  [extra: string]: unknown;
}

/** Says on stderr how far a check is. */
export type Progress = (text: string) => void;

/** One claim and how it is measured. `full` are the counts of the claim, `reduced` those of a quick look. */
export interface Check<Counts> {
  full: Counts;
  reduced: Counts;
  measure(counts: Counts, progress: Progress): Promise<Judged>;
}

/** A check whatever its counts are. */
export interface AnyCheck {
  full: unknown;
  reduced: unknown;
  run(mode: 'full' | 'reduced', progress: Progress): Promise<Judged>;
}

export function defineCheck<Counts>(check: Check<Counts>): AnyCheck {
  const {full, reduced} = check;
  return {full, reduced, run: (mode, progress) => check.measure(check[mode], progress)};
}
