/** `0.6 s`, `34 s`, `120 s`: a time for a reason that a person reads. */
export function secondsText(ms: number): string {
  const seconds = ms / 1000;
  return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}
