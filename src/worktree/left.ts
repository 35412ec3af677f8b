/** What a session leaves in its own worktree. */
import {type Environment, git} from './git-command.ts';
import {type OwnWorktree, removeOwnWorktree} from './own.ts';

export interface LeftWorktree {
  /** Top level, absolute. */
  path: string;
  branch: string;
  /** Nothing had been done there, so it is gone, and so is its branch. */
  removed: boolean;
  /** Since the branch began; null where git does not tell. */
  commits: number | null;
  /** Files that are new or changed and not committed, ignored ones included; null where git does not tell. */
  uncommitted: number | null;
}

/** Removes the worktree when nothing has been done in it, and tells what there is otherwise. Never rejects. */
export async function leaveOwnWorktree(own: OwnWorktree, env: Environment): Promise<LeftWorktree> {
  const {path, branch} = own;
  const found = await lookAt(own, env).catch(() => NOT_KNOWN);
  const isUntouched = found.commits === 0 && found.uncommitted === 0;
  const removed = isUntouched && (await removeOwnWorktree(own, env).catch(() => false));
  return {path, branch, removed, ...found};
}

const NOT_KNOWN = {commits: null, uncommitted: null};

async function lookAt({path: cwd, branch, base}: OwnWorktree, env: Environment) {
  const status = await git(['status', '--porcelain', '-z', '--no-renames', '--ignored'], {cwd, env});
  // The agent may have gone to another branch, or to none.
  const commits = await git(['rev-list', '--count', 'HEAD', `refs/heads/${branch}`, `^${base}`], {cwd, env});
  return {
    commits: commits.exitCode === 0 ? Number(commits.stdout) : null,
    uncommitted: status.exitCode === 0 ? status.stdout.split('\0').filter(Boolean).length : null,
  };
}

/** For people, one line. */
export function leftWorktreeText({path, branch, removed, commits, uncommitted}: LeftWorktree): string {
  if (removed) return 'the worktree was removed again: nothing was done in it';
  const parts = [
    commits === null ? 'git does not tell what is in it' : counted(commits, 'commit'),
    ...(uncommitted === null ? [] : [`${counted(uncommitted, 'file')} not committed`]),
  ];
  return `worktree ${path}, branch ${branch}: ${parts.join(', ')}`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count === 0 ? 'no' : count} ${what}s`;
}
