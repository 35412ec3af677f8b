/** Which folder a session's changes belong to. */
import {existsSync} from 'node:fs';
import {realpath} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';

export interface WorktreeRoot {
  /** Absolute, without symbolic links. */
  path: string;
  /** From there to `cwd`; empty where that is the same. */
  inside: string;
  /** False: nothing above `cwd` belongs to git, and `path` is `cwd` itself. */
  isGit: boolean;
}

/**
 * The top level of the git worktree around `cwd`, else `cwd` itself.
 * @throws the system error when `cwd` is not there
 */
export async function worktreeRoot(cwd: string): Promise<WorktreeRoot> {
  const start = await realpath(cwd);
  for (let folder = start; ; folder = dirname(folder)) {
    // A folder in a main worktree, a file in a linked one or a submodule.
    if (existsSync(join(folder, '.git'))) return {path: folder, inside: relative(folder, start), isGit: true};
    if (dirname(folder) === folder) return {path: start, inside: '', isGit: false};
  }
}
