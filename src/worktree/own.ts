/**
 * A git worktree of a session's own: `git worktree add` into the state folder, on a branch of its own. What was done there is
 * left to the user; one in which nothing was done goes away with its branch.
 *
 *     <state folder>/worktrees/<session id>/worktree.json      what is here and where it came from; it stays
 *     <state folder>/worktrees/<session id>/<folder's name>    the worktree
 */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {unwritable} from '../session/unwritable.ts';
import {type Environment, type GitResult, git, unavailable} from './git-command.ts';
import {worktreeRoot} from './root.ts';

export interface OwnWorktree {
  /** Top level of the worktree, absolute. */
  path: string;
  /** Where the agent works: the folder in it that the user was in. */
  cwd: string;
  branch: string;
  /** The commit that the branch began at. */
  base: string;
  /** Top level of the worktree that the user was in. */
  origin: string;
}

export interface OwnWorktreeRequest {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  /** Id of the session. */
  session: string;
  env: Environment;
}

/**
 * Makes a worktree from HEAD for a new session whose user is in `cwd`.
 * @throws OneshotError WORKTREE_UNAVAILABLE, STATE_UNWRITABLE; no worktree is left behind then
 */
export async function addOwnWorktree(cwd: string, request: OwnWorktreeRequest): Promise<OwnWorktree> {
  const {stateDir, session, env} = request;
  const {path: origin, inside, isGit} = await worktreeRoot(cwd);
  if (!isGit) {
    throw unavailable(`${cwd} is in no git repository`, 'Leave out --worktree, or begin with git init.');
  }
  const base = await headOf(origin, env);
  const path = join(folderOf(request), basename(origin) || 'worktree');
  const own = {path, cwd: join(path, inside), branch: `oneshot/${session}`, base, origin};
  writeRecord(folderOf(request), stateDir, own);
  await checkOut(own, env);
  if (existsSync(own.cwd)) return own;
  await removeOwnWorktree(own, env);
  throw unavailable(`${inside} is in no commit, and so in no new worktree`, 'Commit it first.');
}

/**
 * The worktree of a session that is resumed; made anew, as it was at first, where it is gone. null: it had none.
 * @throws OneshotError WORKTREE_UNAVAILABLE
 */
export async function reopenOwnWorktree(request: OwnWorktreeRequest): Promise<OwnWorktree | null> {
  const own = ownWorktreeOf(request);
  if (own && !existsSync(own.path)) await checkOut(own, request.env);
  return own;
}

/** What is known of the worktree that was made for a session, there or not; null: it had none. */
export function ownWorktreeOf(request: Pick<OwnWorktreeRequest, 'stateDir' | 'session'>): OwnWorktree | null {
  try {
    return JSON.parse(readFileSync(join(folderOf(request), RECORD), 'utf8')) as OwnWorktree;
  } catch {
    return null;
  }
}

/** How many files of the worktree `root` differ from its last commit, new ones included. @throws OneshotError WORKTREE_UNAVAILABLE */
export async function uncommittedIn(root: string, env: Environment): Promise<number> {
  const {stdout} = await git(['status', '--porcelain', '-z', '--no-renames'], {cwd: root, env});
  return stdout.split('\0').filter((entry) => entry !== '').length;
}

/**
 * Removes the worktree and its branch, which must hold nothing new: what git would lose stays.
 * @throws OneshotError WORKTREE_UNAVAILABLE
 */
export async function removeOwnWorktree(
  {path, branch, base, origin}: OwnWorktree,
  env: Environment,
): Promise<boolean> {
  // Without --force: git refuses where there is something that is not committed.
  const removed = await whenNobodyElseDoes(() => git(['worktree', 'remove', path], {cwd: origin, env}));
  if (removed.exitCode !== 0) return false;
  // Only while it points where it began.
  await git(['update-ref', '-d', `refs/heads/${branch}`, base], {cwd: origin, env});
  return true;
}

const RECORD = 'worktree.json';

const folderOf = ({stateDir, session}: Pick<OwnWorktreeRequest, 'stateDir' | 'session'>) =>
  join(stateDir, 'worktrees', session);

function writeRecord(folder: string, stateDir: string, own: OwnWorktree): void {
  try {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    writeFileSync(join(folder, RECORD), `${JSON.stringify(own)}\n`, {mode: 0o600});
  } catch (error) {
    throw unwritable(stateDir, error);
  }
}

async function headOf(cwd: string, env: Environment): Promise<string> {
  const {exitCode, stdout, problem} = await git(['rev-parse', '--verify', 'HEAD^{commit}'], {cwd, env});
  if (exitCode === 0) return stdout.trim();
  throw unavailable(
    `there is no commit to make a worktree of: ${problem}`,
    'Commit something first, or leave out --worktree.',
  );
}

async function checkOut({path, branch, base, origin}: OwnWorktree, env: Environment): Promise<void> {
  const options = {cwd: existsSync(origin) ? origin : '/', env};
  // What git remembers of one that was deleted by hand is in the way.
  await git(['worktree', 'prune'], options);
  const {exitCode, problem} = await whenNobodyElseDoes(async () => {
    const known = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`], options);
    const what = known.exitCode === 0 ? [path, branch] : ['-b', branch, path, base];
    return git(['worktree', 'add', ...what], options);
  });
  if (exitCode === 0) return;
  throw unavailable(
    `git could not make a worktree: ${problem}`,
    'See git worktree list, or leave out --worktree.',
  );
}

/** Git does not lock its list of worktrees: what it says when another one is just being made or removed (2.39). */
const HALF_MADE = /failed to read .*worktrees.*commondir/;
const TRY_AGAIN_MS = 50;
const MAX_TRIES = 20;

async function whenNobodyElseDoes(step: () => Promise<GitResult>): Promise<GitResult> {
  for (let tries = 1; ; tries++) {
    const result = await step();
    if (result.exitCode === 0 || tries === MAX_TRIES || !HALF_MADE.test(result.problem)) return result;
    await setTimeout(TRY_AGAIN_MS);
  }
}
