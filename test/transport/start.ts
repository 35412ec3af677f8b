import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll} from 'vitest';
import type {StreamName, TransportName} from '../../src/event.ts';
import {type SpawnDeps, spawnChild} from '../../src/transport/spawn.ts';
import type {Child, SpawnRequest} from '../../src/transport/transport.ts';

/** Transports that can be had here. */
export const transports: TransportName[] =
  process.platform === 'win32' ? ['pipe', 'buffered'] : ['pty', 'pipe', 'buffered'];

/** Those that hand on output while the child runs. */
export const liveTransports = transports.filter((transport) => transport !== 'buffered');

export const onLinux = process.platform === 'linux';

const folder = mkdtempSync(join(tmpdir(), 'transport-test-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** A folder for this test file, removed at its end. */
export function scratch(...names: string[]): string {
  return join(folder, ...names);
}

/** Command line of a program in test/fixtures/programs. */
export function fixture(name: string, ...args: (string | number)[]): [string, ...string[]] {
  const path = fileURLToPath(new URL(`../fixtures/programs/${name}.js`, import.meta.url));
  return [process.execPath, path, ...args.map(String)];
}

export function requestOf(argv: [string, ...string[]], more: Partial<SpawnRequest> = {}): SpawnRequest {
  return {argv, cwd: folder, env: process.env, stdin: null, transport: 'pty', spoolDir: folder, ...more};
}

export interface Started {
  child: Child;
  stdout(): Buffer;
  stderr(): Buffer;
}

export type OnChunk = (child: Child, stream: StreamName, bytes: Buffer) => void;

/** Starts a program and keeps all it says. */
export async function start(
  argv: [string, ...string[]],
  more: Partial<SpawnRequest> = {},
  onChunk: OnChunk = () => {},
  deps: SpawnDeps = {},
): Promise<Started> {
  const kept: Record<StreamName, Buffer[]> = {stdout: [], stderr: []};
  const keep = (stream: StreamName, bytes: Buffer) => {
    kept[stream].push(Buffer.from(bytes));
    onChunk(child, stream, bytes);
  };
  const child = await spawnChild(requestOf(argv, more), keep, deps);
  return {child, stdout: () => Buffer.concat(kept.stdout), stderr: () => Buffer.concat(kept.stderr)};
}

/** Starts a program and waits for its end. */
export async function finish(...how: Parameters<typeof start>) {
  const {child, stdout, stderr} = await start(...how);
  const exit = await child.exit;
  return {child, exit, stdout: stdout(), stderr: stderr()};
}

/** Waits until a condition holds; the test's own time limit ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Whether a process is there and not just a zombie's number. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
