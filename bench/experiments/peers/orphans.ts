/** What is left of a program's processes once its peer has ended it. */
import {readdirSync, readFileSync} from 'node:fs';
import type {Orphans} from './tasks.ts';

/** One process in the program's own group, one in a session of its own, as agents start their tools. */
export const ORPHANS_PROGRAM = [
  'sh',
  '-c',
  'sleep 120 & setsid sleep 120 & echo "{}"; wait',
] as const satisfies readonly string[];

/** How long what was told to end may take to do so, ms. */
const SETTLED_AFTER_MS = 3000;

/**
 * Runs `startAndEnd` and counts the living processes with `mark` in their environment afterwards; they are ended then.
 * `peerProgram` is in the command line of the peer itself, which does not count.
 */
export async function countOrphans(
  mark: string,
  startAndEnd: () => Promise<unknown>,
  peerProgram?: string,
): Promise<Orphans> {
  const counted = () => marked(mark).filter((pid) => !peerProgram || !commandOf(pid).includes(peerProgram));
  const most = {started: 0};
  const look = setInterval(() => {
    most.started = Math.max(most.started, counted().length);
  }, 100);
  await startAndEnd();
  await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER_MS));
  clearInterval(look);
  const left = counted().length;
  for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
  return {started: most.started, left};
}

function marked(mark: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && hasMark(entry, mark))
    .map(Number);
}

function commandOf(pid: number): string {
  return readProc(String(pid), 'cmdline');
}

function hasMark(pid: string, mark: string): boolean {
  return readProc(pid, 'environ').includes(mark);
}

/** Empty for a process that is gone. */
function readProc(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
