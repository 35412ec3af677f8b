import type {Figure} from './figure.ts';

/** Ratios by the names of their figures. */
export type Baseline = Readonly<Record<string, number>>;

export interface Worse {
  name: string;
  was: number;
  is: number;
}

/** By how much a ratio may become worse. */
const SLACK = 0.25;

/** Those that are worse than recorded by more than a quarter. What was not measured, or not recorded, is not. */
export function worseThan(baseline: Baseline, figures: readonly Figure[]): Worse[] {
  return figures.flatMap(({name, value, target}) => {
    const was = baseline[name];
    if (value === null || was === undefined) return [];
    const isWorse = 'atLeast' in target ? value < was * (1 - SLACK) : value > was * (1 + SLACK);
    return isWorse ? [{name, was, is: value}] : [];
  });
}

export function recorded(figures: readonly Figure[]): Baseline {
  return Object.fromEntries(figures.flatMap(({name, value}) => (value === null ? [] : [[name, value]])));
}
