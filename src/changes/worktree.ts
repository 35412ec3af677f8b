/** What changes in a working directory while agents work in it. */
import {join} from 'node:path';
import {messageOf} from '../error.ts';
import {oneLine} from '../text.ts';
import {basisOf} from './basis.ts';
import {type ChangeLimits, type Changes, DEFAULT_CHANGE_LIMITS} from './comparison.ts';
import {excludedBelow} from './excluded.ts';
import {type Environment, Git} from './git.ts';
import {compareTrees} from './git-comparison.ts';
import {readHead} from './head.ts';
import {takeManifest} from './manifest.ts';
import {compareManifests} from './manifest-comparison.ts';
import {readManifest, writeManifest} from './manifest-file.ts';
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
  /** For one command of git, ms. @default 120_000 */
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
  /** What differs between two snapshots of the session, by their ids. Never rejects. */
  changes(fromId: string, toId: string, limits?: Partial<ChangeLimits>): Promise<Changes>;
}

/** Opens, or opens again, what tells the changes of `cwd`. */
export function worktreeOf(options: WorktreeOptions): Worktree {
  const unknown = (error: unknown) => ({kind: 'none' as const, reason: messageOf(error)});
  return {
    snapshot: () => takeSnapshot(options).catch(unknown),
    changes: (fromId, toId, limits) =>
      compare(options, [fromId, toId], {...DEFAULT_CHANGE_LIMITS, ...limits}).catch(unknown),
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

const DEFAULT_GIT_TIMEOUT_MS = 120_000;

function gitOf({env, stop, gitTimeoutMs = DEFAULT_GIT_TIMEOUT_MS}: WorktreeOptions): Git {
  return new Git({env, timeoutMs: gitTimeoutMs, ...(stop && {stop})});
}

const storeOf = ({storeDir}: WorktreeOptions) => join(storeDir, 'git');
const manifestsOf = ({storeDir}: WorktreeOptions) => join(storeDir, 'manifests');

async function takeSnapshot(options: WorktreeOptions): Promise<Snapshot> {
  const git = gitOf(options);
  const basis = await basisOf(git, options.cwd, options.storeDir);
  switch (basis.kind) {
    case 'git':
      return ofRepository(git, basis.repository, options);
    case 'manifest':
      return ofFolder(options);
    default:
      return basis satisfies never;
  }
}

async function ofRepository(git: Git, repository: Repository, options: WorktreeOptions): Promise<Snapshot> {
  const excluded = await excludedBelow(repository.workTree, options.stateDir);
  const store = await openObjectStore(storeOf(options), repository);
  const place = {git, repository, store, excluded};
  const {commit, branch} = await readHead(place);
  return {kind: 'git', id: `git:${await writeTree(place)}`, head: commit, branch};
}

async function ofFolder(options: WorktreeOptions): Promise<Snapshot> {
  const {cwd, stateDir, stop} = options;
  const excluded = await excludedBelow(cwd, stateDir);
  const entries = await takeManifest({cwd, excluded, ...(stop && {stop})});
  return {kind: 'manifest', id: `manifest:${await writeManifest(manifestsOf(options), entries)}`};
}

async function compare(
  options: WorktreeOptions,
  ids: readonly [string, string],
  limits: ChangeLimits,
): Promise<Changes> {
  const [from, to] = ids.map(parsedId);
  if (from!.kind !== to!.kind) throw new Error('one of the two was taken with git and the other without');
  if (from!.kind === 'git') {
    const trees = {gitDir: storeOf(options), from: from!.name, to: to!.name};
    return compareTrees(gitOf(options), trees, limits);
  }
  const manifests = await Promise.all([from!, to!].map(({name}) => readManifest(manifestsOf(options), name)));
  return compareManifests(manifests[0]!, manifests[1]!, limits);
}

/** Ids come back from a log. */
function parsedId(id: string): {kind: 'git' | 'manifest'; name: string} {
  const [, kind, name] = /^(git|manifest):([0-9a-f]{40}|[0-9a-f]{64})$/.exec(id) ?? [];
  if (!kind || !name) throw new Error(`${oneLine(id, 100)} is no id of a snapshot`);
  return {kind: kind as 'git' | 'manifest', name};
}
