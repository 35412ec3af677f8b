import type {Clock} from '../clock.ts';
import {Family} from './family.ts';
import {platformOf} from './platform.ts';
import type {ProcessTable} from './process-table.ts';
import {type SweepOptions, type Swept, sweep} from './sweep.ts';
import {NEVER} from './within.ts';

export interface StrayOptions {
  clock: Clock;
  /** null: nobody is found. @default the system's own */
  table?: ProcessTable | null;
  /** As in `SweepOptions`. */
  kill?: SweepOptions['kill'];
}

/**
 * Ends the processes of runs whose oneshot is gone: those that carry one of the `marks`, and their descendants; see
 * `newMark`. Never rejects.
 */
export async function endStrays(
  marks: readonly string[],
  {clock, table = platformOf(process.platform).processes, kill}: StrayOptions,
): Promise<Swept> {
  const all: Swept = {ended: [], survivors: [], kept: [], failed: null};
  if (!table) return all;
  for (const mark of marks) {
    const family = new Family({table, rootPid: null, mark});
    const {ended, survivors, failed} = await sweep(family, {clock, killNow: NEVER, ...(kill && {kill})});
    all.ended.push(...ended);
    all.survivors.push(...survivors);
    all.failed ??= failed;
  }
  return all;
}
