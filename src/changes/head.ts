import type {Workplace} from './workplace.ts';

/** Where HEAD stands. */
export interface Head {
  /** null before the first commit. */
  commit: string | null;
  /** `refs/heads/…`; null when HEAD is detached. */
  branch: string | null;
}

/** @throws as `Git.stream` */
export async function readHead({git, repository}: Pick<Workplace, 'git' | 'repository'>): Promise<Head> {
  const call = {cwd: repository.workTree, env: {GIT_DIR: repository.gitDir}, exitCodes: [0, 1]};
  const [commit, branch] = await Promise.all([
    git.ask(['rev-parse', '--quiet', '--verify', 'HEAD'], call),
    git.ask(['symbolic-ref', '--quiet', 'HEAD'], call),
  ]);
  return {commit: commit || null, branch: branch || null};
}
