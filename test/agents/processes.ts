/** Finds processes by a marker in their environment, however far they are from the one that was started. Linux only. */
import {readdirSync, readFileSync} from 'node:fs';

/** Name of the variable; its value is unique to a rig. */
export const MARKER = 'ONESHOT_TEST_RIG';

export interface MarkedProcess {
  pid: number;
  command: string;
}

export function markedProcesses(marker: string): MarkedProcess[] {
  const entry = `${MARKER}=${marker}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => procFile(pid, 'environ').split('\0').includes(entry))
    .map((pid) => ({
      pid: Number(pid),
      command: procFile(pid, 'cmdline').split('\0').join(' ').slice(0, 200),
    }));
}

/** A zombie, or a process that has just ended, reads as empty. */
function procFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
