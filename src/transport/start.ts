import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync} from 'node:fs';
import {devNull} from 'node:os';
import type {Platform} from './platform.ts';
import {spawnFailure} from './spawn-failure.ts';
import type {SpawnRequest} from './transport.ts';

/** Where the child's stdout and stderr go: a descriptor, or a pipe to read from. */
export type Target = number | 'pipe';

/**
 * Starts the program and feeds its stdin.
 * @throws OneshotError AGENT_NOT_FOUND, CWD_UNUSABLE, SPAWN_FAILED
 */
export async function startProcess(
  request: SpawnRequest,
  platform: Platform,
  stdout: Target,
  stderr: Target,
): Promise<ChildProcess> {
  try {
    const {file, args, windowsVerbatimArguments} = await platform.command(request);
    ensureDescriptors();
    const child = spawn(file, args, {
      cwd: request.cwd,
      env: request.env,
      stdio: [stdinTarget(request), stdout, stderr],
      detached: platform.detached,
      windowsHide: true,
      windowsVerbatimArguments,
    });
    await once(child, 'spawn');
    feedStdin(child, request);
    return child;
  } catch (cause) {
    throw await spawnFailure(cause, request);
  }
}

/** More than a spawn needs at once: three pipes, /dev/null, and the pipe on which a failed exec is reported. */
const SPAWN_DESCRIPTORS = 10;

/**
 * Node leaks the pipes of a spawn that runs out of descriptors half-way; this runs out of them before.
 * @throws a system error, EMFILE as a rule
 */
export function ensureDescriptors(): void {
  const spare: number[] = [];
  try {
    while (spare.length < SPAWN_DESCRIPTORS) spare.push(openSync(devNull, 'r'));
  } finally {
    for (const fd of spare) closeSync(fd);
  }
}

function stdinTarget({stdin}: SpawnRequest): 'ignore' | 'inherit' | 'pipe' {
  if (stdin === null) return 'ignore';
  return stdin === 'inherit' ? 'inherit' : 'pipe';
}

function feedStdin(child: ChildProcess, {stdin}: SpawnRequest): void {
  // A child that exits or closes its stdin early makes this EPIPE; that is its right.
  child.stdin?.on('error', () => {});
  child.stdin?.end(stdin);
}
