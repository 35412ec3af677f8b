import {RunMeter} from '../metrics/run-meter.ts';
import type {RunContext, RunRequest} from './context.ts';

/** A meter that sees when the views are told of the run's events. */
export interface MeasuredRun {
  meter: RunMeter;
  close(): void;
}

/** null: nobody wants to know, or nothing will be run. */
export function measure(
  {log, clock, stop, metrics = false}: RunContext,
  {iteration, role}: RunRequest,
): MeasuredRun | null {
  if (!metrics || stop.aborted) return null;
  const meter = new RunMeter({clock});
  const unwatch = log.addView((event) => {
    const isOurs = event.source === 'agent' && event.iteration === iteration && event.role === role;
    if (isOurs) meter.seen();
  });
  return {
    meter,
    close() {
      unwatch();
      meter.close();
    },
  };
}
