/** Memory of the process that measures itself. */
import {writeFileSync} from 'node:fs';
import {peakRssOf} from '../process.ts';

/**
 * Begins to look; what it returns tells by how much the process has grown at most since then, bytes. NaN where the system does
 * not tell (no /proc). Not from `getrusage`, whose peak begins with that of the parent.
 */
export function memoryGrowth(): () => number {
  global.gc?.();
  try {
    // The kernel forgets the peak so far.
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return () => Number.NaN;
  }
  const before = process.memoryUsage.rss();
  return () => Math.max(0, peakRssOf(process.pid) - before);
}
