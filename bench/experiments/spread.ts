/** Medians with their spread, and how figures are written. */
import {median, percentile} from '../stats.ts';

/** Half of all values lie from `low` to `high`. NaN for no values. */
export interface Spread {
  count: number;
  median: number;
  low: number;
  high: number;
}

export function spread(values: readonly number[]): Spread {
  return {
    count: values.length,
    median: median(values),
    low: percentile(values, 0.25),
    high: percentile(values, 0.75),
  };
}

/** Of the ratios of each round, so that a slow minute slows down both sides of it. @throws unless both have all rounds */
export function ratioSpread(values: readonly number[], references: readonly number[]): Spread {
  if (values.length !== references.length) throw new Error('a ratio needs both sides of every round');
  return spread(values.map((value, round) => value / references[round]!));
}

/** Three significant digits, thousands apart, such as `0.123`, `4.56`, `78.9` and `12,300`; `–` for NaN. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Number(value.toPrecision(3));
  const text = Math.abs(digits) >= 1000 ? digits.toLocaleString('en-US') : String(digits);
  return text.includes('e') ? String(Number(digits.toFixed(6))) : text;
}

/** Such as `4.56 (4.1–5.2)`; a single value stands alone. */
export function spreadText({count, median: middle, low, high}: Spread): string {
  if (count === 0) return '–';
  return count === 1 ? figure(middle) : `${figure(middle)} (${figure(low)}–${figure(high)})`;
}

/** The spread of values, as text. */
export function spreadOf(values: readonly number[]): string {
  return spreadText(spread(values));
}
