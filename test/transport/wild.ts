/** Real processes that are hard to get hold of, and a way to find them that shares nothing with the program. Linux only. */
import {readdirSync, readFileSync} from 'node:fs';
import {onTestFinished} from 'vitest';
import {newMark} from '../../src/transport/family.ts';
import type {Child} from '../../src/transport/transport.ts';
import {start, until} from './start.ts';

/**
 * Shell commands that start processes a signal to the group does not reach or that do not obey; each ends after a minute.
 */
export const WILD = {
  session: 'setsid sleep 61 &',
  nohup: 'nohup sleep 62 &',
  'double fork': '(setsid sleep 63 &)',
  stubborn: `setsid sh -c 'trap "" INT TERM HUP; sleep 64 & sleep 65' &`,
  'without environment': 'env -i setsid sleep 66 &',
} as const;

export const ALL_WILD = Object.values(WILD);

/** Processes below the agent that all of them make. */
export const WILD_COUNT = 7;

/** A script that starts these and tells its end of it; then it does `last`. */
export function script(commands: readonly string[], last: string): [string, ...string[]] {
  const quiet = commands.map((command) => `{ ${command} } </dev/null >/dev/null 2>&1`);
  return ['/bin/sh', '-c', [...quiet, 'echo ready', last].join('\n')];
}

export interface Agent {
  mark: string;
  child: Child;
}

/** A last command that waits for `path` to be there. */
export const waitFor = (path: string) => `until [ -e '${path}' ]; do sleep 0.05; done`;

/** Runs such a script with a mark of its own. Settles once it has said that it is ready. */
export async function agent(
  commands: readonly string[],
  last = 'exec sleep 60',
  outer: Record<string, string> = {},
): Promise<Agent> {
  const mark = newMark();
  const env = {...process.env, ...outer, [mark]: '1'};
  const {child, stdout} = await start(script(commands, last), {transport: 'pipe', env});
  onTestFinished(() => {
    for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
  });
  await until(() => stdout().length > 0);
  return {mark, child};
}

/** Living processes with the mark. */
export function marked(mark: string): number[] {
  return pids().filter((pid) => procFile(pid, 'environ').split('\0').includes(`${mark}=1`));
}

/** Living processes with this command line. */
export function running(command: string): number[] {
  return pids().filter((pid) => procFile(pid, 'cmdline').split('\0').join(' ').trim() === command);
}

/** Living processes whose last argument is this. */
export function runningWith(lastArgument: string): number[] {
  return pids().filter((pid) => procFile(pid, 'cmdline').endsWith(`\0${lastArgument}\0`));
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A zombie, or a process that has just ended, reads as empty. */
function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
