/** How far an experiment is, on one line of a terminal; elsewhere a line a step. */

const CELLS = 24;

export interface ProgressBar {
  step(done: number, total: number, what: string): void;
  /** Ends the line. */
  end(): void;
}

export function progressBar(name: string, stream: NodeJS.WriteStream): ProgressBar {
  const startedMs = performance.now();
  const line = (done: number, total: number, what: string) => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    return `${name} ${bar(done / total)} ${done}/${total} ${seconds} s  ${what}`;
  };
  if (!stream.isTTY)
    return {step: (done, total, what) => void stream.write(`${line(done, total, what)}\n`), end: () => {}};
  return {
    step: (done, total, what) =>
      void stream.write(`\r\x1b[K${line(done, total, what).slice(0, (stream.columns ?? 80) - 1)}`),
    end: () => void stream.write('\n'),
  };
}

/** Such as `[######..................]`. */
export function bar(share: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(CELLS - full)}]`;
}
