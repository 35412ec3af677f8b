/** Git, as a program: no shell, no prompt, and no other repository than the one around the folder. */
import {OneshotError} from '../error.ts';
import {capture} from '../transport/capture.ts';
import type {SpawnRequest} from '../transport/transport.ts';

export type Environment = SpawnRequest['env'];

export interface GitOptions {
  cwd: string;
  env: Environment;
}

export interface GitResult {
  /** null when it died of a signal. */
  exitCode: number | null;
  stdout: string;
  /** Its last words on stderr, one line. */
  problem: string;
}

/** A checkout of a large repository takes its time. */
const LIMIT_MS = 600_000;

const MAX_BYTES = 1024 * 1024;

/** Variables that would lead git elsewhere, as they are set inside a hook. */
const MISLEADING =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX)$/;

/** @throws OneshotError WORKTREE_UNAVAILABLE when there is no git, or it takes too long */
export async function git(args: readonly string[], {cwd, env}: GitOptions): Promise<GitResult> {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !MISLEADING.test(name)));
  const options = {
    env: {...kept, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C'},
    cwd,
    timeoutMs: LIMIT_MS,
    maxBytes: MAX_BYTES,
  };
  const captured = await capture(['git', ...args], options).catch((cause) => {
    throw unavailable('git cannot be started', 'Install git, or leave out --worktree.', cause);
  });
  const {exitCode, stdout, stderr, timedOut} = captured;
  if (timedOut) throw unavailable(`git ${args[0]} took too long`, 'Look at the repository with git status.');
  return {exitCode, stdout, problem: stderr.trim().split('\n').at(-1) ?? ''};
}

export function unavailable(message: string, nextStep: string, cause?: unknown): OneshotError {
  return new OneshotError('WORKTREE_UNAVAILABLE', message, nextStep, {cause});
}
