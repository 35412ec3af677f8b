/** What changes in a working directory while agents work in it. */
import {join} from 'node:path';
import {messageOf} from '../error.ts';
import {type Basis, basisOf} from './basis.ts';
import {excludedBelow} from './excluded.ts';
import {type Environment, Git} from './git.ts';
import {readHead} from './head.ts';
import {takeManifest} from './manifest.ts';
import {writeManifest} from './manifest-file.ts';
import {openObjectStore} from './object-store.ts';
import type {Repository} from './repository.ts';
import {writeTree} from './tree.ts';

export interface WorktreeOptions {
  cwd: string;
  /** Where what is needed to compare is kept, a folder of the session's; made with mode 0700 where it is not there. */
  storeDir: string;
  /** oneshot's state folder: should it lie in the worktree, what is written to it is no change. */
  stateDir: string;
  env: Environment;
  /** Aborted: what is under way ends as `none`. */
  stop?: AbortSignal;
  /** For one command of git, ms. @default 30_000 */
  gitTimeoutMs?: number;
}

/** The state of a worktree at one moment. `id` can be kept and given to another process. */
export type Snapshot =
  /** `head`: id of the commit, null before the first. `branch`: `refs/heads/…`, null when HEAD is detached. */
  | {kind: 'git'; id: string; head: string | null; branch: string | null}
  | {kind: 'manifest'; id: string}
  /** It could not be told. */
  | {kind: 'none'; reason: string};

export interface Worktree {
  /**
   * With git the state of the whole repository that `cwd` is in, but for what git ignores; else that of `cwd`. Which of
   * the two is decided by the first one of a session. Never rejects.
   */
  snapshot(): Promise<Snapshot>;
}

/** Opens, or opens again, what tells the changes of `cwd`. */
export function worktreeOf(options: WorktreeOptions): Worktree {
  return {
    snapshot: () =>
      takeSnapshot(options).catch((error): Snapshot => ({kind: 'none', reason: messageOf(error)})),
  };
}

/** Whether nothing has changed, HEAD included; null when that cannot be told. */
export function isSame(before: Snapshot, after: Snapshot): boolean | null {
  if (before.kind === 'none' || after.kind === 'none') return null;
  if (before.id !== after.id) return false;
  return before.kind !== 'git' || after.kind !== 'git' || sameHead(before, after);
}

type GitSnapshot = Extract<Snapshot, {kind: 'git'}>;

function sameHead(before: GitSnapshot, after: GitSnapshot): boolean {
  return before.head === after.head && before.branch === after.branch;
}

const DEFAULT_GIT_TIMEOUT_MS = 30_000;

async function takeSnapshot(options: WorktreeOptions): Promise<Snapshot> {
  const {cwd, storeDir, stateDir, env, stop, gitTimeoutMs = DEFAULT_GIT_TIMEOUT_MS} = options;
  const git = new Git({env, timeoutMs: gitTimeoutMs, ...(stop && {stop})});
  const basis: Basis = await basisOf(git, cwd, storeDir);
  switch (basis.kind) {
    case 'git':
      return ofRepository(git, basis.repository, options);
    case 'manifest': {
      const excluded = await excludedBelow(cwd, stateDir);
      const entries = await takeManifest({cwd, excluded, ...(stop && {stop})});
      return {kind: 'manifest', id: `manifest:${await writeManifest(join(storeDir, 'manifests'), entries)}`};
    }
  }
}

async function ofRepository(
  git: Git,
  repository: Repository,
  {storeDir, stateDir}: WorktreeOptions,
): Promise<Snapshot> {
  const excluded = await excludedBelow(repository.workTree, stateDir);
  const store = await openObjectStore(join(storeDir, 'git'), repository);
  const place = {git, repository, store, excluded};
  const {commit, branch} = await readHead(place);
  return {kind: 'git', id: `git:${await writeTree(place)}`, head: commit, branch};
}
