/** Programs that git runs on the content of files (`filter.NAME.clean`), as Git LFS has them. */
import {nulReader} from './path-bytes.ts';
import type {Workplace} from './workplace.ts';

const OWN_SCOPES: readonly string[] = ['local', 'worktree'];

/**
 * Settings that undo those filters which the repository's own configuration names, since an agent can write that. What
 * the user has configured for all repositories stays.
 * @throws as `Git.stream`; Error for a name that cannot be undone
 */
export async function filterSettings({
  git,
  repository,
}: Pick<Workplace, 'git' | 'repository'>): Promise<string[]> {
  const own = new Set<string>();
  const usual = new Map<string, string>();
  let scope = '';
  const reader = nulReader((piece) => {
    if (scope === '') scope = piece;
    else {
      const [name = '', ...value] = piece.split('\n');
      if (OWN_SCOPES.includes(scope)) own.add(name);
      else usual.set(name, value.join('\n'));
      scope = '';
    }
    return true;
  });
  const call = {cwd: repository.workTree, env: {GIT_DIR: repository.gitDir}, exitCodes: [0, 1]};
  await git.stream(['config', '--show-scope', '-z', '--get-regexp', '^filter\\.'], call, reader);
  return [...own].map((name) => {
    if (name.includes('=')) throw new Error(`the setting ${name} cannot be undone`);
    return `${name}=${usual.get(name) ?? ''}`;
  });
}
