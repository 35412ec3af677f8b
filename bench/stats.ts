/** The value below which the share `p` (0 to 1) of `values` lies, by nearest rank. NaN for no values. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** To at most `digits` decimal places, for reports. */
export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
