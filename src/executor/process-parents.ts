import {platformOf} from '../transport/platform.ts';
import type {ProcessTable} from '../transport/process-table.ts';

/** The parents of all processes, by pid. */
export type Parents = ReadonlyMap<number, number>;

/** null where the system does not tell. */
export async function parentsIn(
  table: ProcessTable | null = platformOf(process.platform).processes,
): Promise<Parents | null> {
  const entries = await table?.list().catch(() => null);
  return entries ? new Map(entries.map(({pid, parentPid}) => [pid, parentPid])) : null;
}

/** Whether a process is `ancestor` or was started by it or by one of its own. */
export function descendsFrom(pid: number, ancestor: number, parents: Parents): boolean {
  for (let one: number | undefined = pid; one !== undefined && one > 0; one = parents.get(one)) {
    if (one === ancestor) return true;
  }
  return false;
}
