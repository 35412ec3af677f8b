/** What this process of ours uses while a run goes on, whatever else it does besides. */
import {monitorEventLoopDelay} from 'node:perf_hooks';
import type {ProcessUse} from '../event.ts';
import {rounded} from './latency-histogram.ts';

/** How often the event loop is looked at. It counts as delay what comes on top. */
const RESOLUTION_MS = 10;

export interface UseWatch {
  /** Looks at the memory. */
  sample(): void;
  /** Since the beginning. */
  result(): ProcessUse;
  /** Ends watching. */
  close(): void;
}

export function watchProcessUse(): UseWatch {
  const loop = monitorEventLoopDelay({resolution: RESOLUTION_MS});
  const cpu = process.cpuUsage();
  const start = process.memoryUsage.rss();
  let peak = start;
  const sample = (): number => {
    const now = process.memoryUsage.rss();
    peak = Math.max(peak, now);
    return now;
  };
  loop.enable();
  return {
    sample,
    close: () => loop.disable(),
    result() {
      const end = sample();
      const {user, system} = process.cpuUsage(cpu);
      const delayMs = (ns: number) => rounded(Math.max(0, ns / 1e6 - RESOLUTION_MS));
      const [p50, p99, max] = [loop.percentile(50), loop.percentile(99), loop.max].map(delayMs);
      return {
        rssBytes: {start, peak, end},
        cpuMs: {user: rounded(user / 1000), system: rounded(system / 1000)},
        eventLoopDelayMs: {p50: p50!, p99: p99!, max: max!},
      };
    },
  };
}
