/** Starting programs for a check, and looking at what they are from outside. */
import type {StdioOptions} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import spawn from 'cross-spawn';

export interface Ended {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Most memory the process itself has held, bytes; 0 where the system does not tell (no /proc). */
  peakRssBytes: number;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** @default no input, no stdout, our stderr */
  stdio?: StdioOptions;
}

export type Started = ReturnType<typeof spawn>;

export function start([program, ...args]: readonly [string, ...string[]], options: RunOptions): Started {
  const {cwd, env, stdio = ['ignore', 'ignore', 'inherit']} = options;
  return spawn(program, args, {cwd: cwd ?? process.cwd(), env: env ?? process.env, stdio});
}

export function runToEnd(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<Ended> {
  return ended(start(argv, options));
}

/** Runs a program to its end and keeps what it says. */
export async function outputOf(
  argv: readonly [string, ...string[]],
  options: RunOptions = {},
): Promise<Ended & {stdout: string; stderr: string}> {
  const child = start(argv, {...options, stdio: ['ignore', 'pipe', 'pipe']});
  const end = ended(child);
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return {...(await end), stdout, stderr};
}

/** Waits for the end of a process and follows its memory until then. */
export function ended(child: Started): Promise<Ended> {
  let peakRssBytes = 0;
  const look = () => {
    peakRssBytes = Math.max(peakRssBytes, peakRssOf(child.pid ?? 0));
  };
  const timer = setInterval(look, 20);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode, signal) => {
      clearInterval(timer);
      resolve({exitCode, signal, peakRssBytes});
    });
  });
}

/** `VmHWM` of a process, bytes: the kernel's own record of its peak, so that polling misses little. 0: gone or unknown. */
export function peakRssOf(pid: number): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Open descriptors of this process. */
export function descriptorCount(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Children of this process that have died and were never waited for. */
export function zombieCount(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOurZombie(name)).length;
}

function isOurZombie(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' && Number(parent) === process.pid;
  } catch {
    return false;
  }
}

/** CPU time that a process has used, user and system, ms. @throws when it is gone */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [userTicks, systemTicks] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(userTicks) + Number(systemTicks)) * TICK_MS;
}

/** USER_HZ is 100 wherever Node runs. */
const TICK_MS = 10;

/** Children of all threads of a process, zombies included. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  });
}

/** Inodes of the files and folders that a process is told changes of. */
export function watchedInodes(pid: number): number[] {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder).flatMap((fd) => {
    const lines = readIfThere(join(folder, fd)).matchAll(/^inotify wd:\S+ ino:([0-9a-f]+)/gm);
    return [...lines].map(([, inode]) => Number.parseInt(inode!, 16));
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Path of a program in bench/programs. */
export function programPath(name: string): string {
  return join(import.meta.dirname, 'programs', name);
}

/** A folder that is gone when `work` is done. */
export async function withTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-check-')));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** Waits until `condition` holds; throws when it still does not after `limitMs`. */
export async function until(what: string, condition: () => boolean, limitMs = 60_000): Promise<void> {
  const givenUpAt = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > givenUpAt) throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What `work` gives. Throws when it has not settled after `limitMs`. */
export function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: not over after ${limitMs / 1000} s`)), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
