/** A figure of docs/performance.md: a ratio to something that is measured in between, on the same machine in the same minute. */
import type {Progress} from '../checks/check.ts';

/** Exactly one of the two. */
export type Limit = {atLeast: number} | {atMost: number};

export interface Figure {
  name: string;
  /** null: it could not be measured here, and `note` says why. */
  value: number | null;
  target: Limit;
  ok: boolean;
  unit: 'ratio';
  method: string;
  /** Rounds that the value is the median of. */
  runs: number;
  note?: string;
}

/** What was measured of one figure. */
export interface Measured {
  value: number | null;
  runs: number;
  note?: string;
}

/** Figures that are measured together. */
export interface FigureGroup<Counts, Name extends string> {
  full: Counts;
  reduced: Counts;
  targets: Readonly<Record<Name, Limit>>;
  method: string;
  measure(counts: Counts, progress: Progress): Promise<Record<Name, Measured>>;
}

/** A group whatever its counts are. */
export interface AnyFigureGroup {
  names: readonly string[];
  full: unknown;
  reduced: unknown;
  measure(mode: 'full' | 'reduced', progress: Progress): Promise<Figure[]>;
}

export function defineFigures<Counts, Name extends string>(group: FigureGroup<Counts, Name>): AnyFigureGroup {
  const {full, reduced, targets, method} = group;
  const names = Object.keys(targets) as Name[];
  const measure: AnyFigureGroup['measure'] = async (mode, progress) => {
    const measured = await group.measure(group[mode], progress);
    return names.map((name): Figure => {
      const {value, ...rest}: Measured = measured[name];
      const target = targets[name];
      const ok = value === null || ('atLeast' in target ? value >= target.atLeast : value <= target.atMost);
      return {name, value, target, ok, unit: 'ratio', method, ...rest};
    });
  };
  return {names, full, reduced, measure};
}
