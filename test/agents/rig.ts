/**
 * One rig per test: a scripted model server, a fresh home, work folder, temp folder and state folder, and oneshot as a
 * child process. When the test ends, everything is taken down; a process that is left over fails the test.
 */
import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable, Writable} from 'node:stream';
import {onTestFinished} from 'vitest';
import {environmentOf} from './environment.ts';
import type {InstalledAgent} from './install.ts';
import {fillHome} from './login.ts';
import {type ModelServer, startModelServer} from './model-server.ts';
import {MARKER, markedProcesses} from './processes.ts';
import type {Script} from './script.ts';
import {checkSession, type FinishedOneshot, readSession} from './session.ts';

const ONESHOT = join(import.meta.dirname, '../../dist/cli/main.js');

/** Time for processes of a finished run to end by themselves, ms: Cline 2 leaves a `cline version` behind that ends. */
const LEAVE_MS = 20_000;

export interface Rig {
  agent: InstalledAgent;
  server: ModelServer;
  /** oneshot's working directory. */
  work: string;
  /** Writes a file outside the work folder and returns its path. */
  writeFile(name: string, text: string): string;
  /** Starts oneshot with this executor and `args`. */
  start(args: readonly string[], options?: StartOptions): RunningOneshot;
}

export interface RigOptions {
  /** On top of what makes the agent quiet. */
  env?: Record<string, string>;
  /** @default true */
  loggedIn?: boolean;
}

export interface StartOptions {
  /** null or left out: `/dev/null`. */
  stdin?: string | null;
}

export interface RunningOneshot {
  pid: number;
  /** What has been said so far. */
  stdout(): string;
  stderr(): string;
  /** Its end, once it is checked for what must hold of every session. */
  finished: Promise<FinishedOneshot>;
}

export async function startRig(
  agent: InstalledAgent,
  script: Script,
  options: RigOptions = {},
): Promise<Rig> {
  const root = await mkdtemp(join(tmpdir(), 'oneshot-rig-'));
  const folder = (name: string) => join(root, name);
  for (const name of ['home', 'work', 'tmp']) await mkdir(folder(name));
  const server = await startModelServer(script);
  await fillHome(agent, folder('home'), options.loggedIn === false ? null : server.url);
  const marker = randomUUID();
  const env = {
    ...environmentOf(agent, {url: server.url, home: folder('home'), tmp: folder('tmp')}),
    ONESHOT_HOME: folder('state'),
    ...options.env,
    [MARKER]: marker,
  };
  const start = (args: readonly string[], {stdin = null}: StartOptions = {}) => {
    const argv = [ONESHOT, 'run', '--executor', agent.program, ...args];
    const stdio = [stdin === null ? 'ignore' : 'pipe', 'pipe', 'pipe'] as const;
    const child = spawn(process.execPath, argv, {cwd: folder('work'), env, stdio: [...stdio]}) as Child;
    child.stdin?.end(stdin);
    return running(child, args, folder('state'));
  };
  onTestFinished(async () => {
    await server.close();
    await endProcesses(marker).finally(() => rm(root, {recursive: true, force: true, maxRetries: 5}));
    if (server.problems.length > 0) throw new Error(`the model server: ${server.problems.join('; ')}`);
  });
  const writeFile = (name: string, text: string) => {
    writeFileSync(folder(name), text);
    return folder(name);
  };
  return {agent, server, work: folder('work'), writeFile, start};
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

function running(child: Child, args: readonly string[], stateDir: string): RunningOneshot {
  const output = {stdout: [] as Buffer[], stderr: [] as Buffer[]};
  child.stdout.on('data', (bytes: Buffer) => output.stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => output.stderr.push(bytes));
  const text = (stream: 'stdout' | 'stderr') => Buffer.concat(output[stream]).toString('utf8');
  const finished = once(child, 'close').then(async ([exitCode, signal]: (number | string | null)[]) => {
    const end = {exitCode: exitCode as number | null, signal: signal as string | null};
    const result = {
      args,
      ...end,
      stdout: text('stdout'),
      stderr: text('stderr'),
      session: await readSession(stateDir),
    };
    checkSession(result);
    return result;
  });
  return {pid: child.pid!, stdout: () => text('stdout'), stderr: () => text('stderr'), finished};
}

/** Waits for the processes of a rig to be gone; ends those that stay and complains about them. */
async function endProcesses(marker: string): Promise<void> {
  const deadline = performance.now() + LEAVE_MS;
  let left = markedProcesses(marker);
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = markedProcesses(marker);
  }
  for (const {pid} of left) process.kill(pid, 'SIGKILL');
  if (left.length > 0)
    throw new Error(`processes left: ${left.map(({pid, command}) => `${pid} ${command}`).join('; ')}`);
}

/** Waits until `condition` holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
