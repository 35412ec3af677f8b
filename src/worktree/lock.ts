/** One writing session for each worktree: its lock lies in the state folder, named by a hash of the worktree's path. */
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {OneshotError} from '../error.ts';
import {type LockOptions, lockOwner, takeLock} from '../session/lock.ts';
import {marksOf} from '../session/marks.ts';
import {eventsPath} from '../session/read.ts';
import {unwritable} from '../session/unwritable.ts';

export interface WorktreeLockOptions extends LockOptions {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  /** Id of the session that wants to work there. */
  session: string;
  /** Our own environment: it tells whether we run inside the session that has the worktree. */
  env: Readonly<Record<string, string | undefined>>;
}

export interface WorktreeLock {
  /** Never throws. */
  release(): void;
}

/** Who has it, for people. */
interface Holder {
  session: string;
  root: string;
}

/**
 * Makes `session` the one that works in the worktree `root`. What was started by the session that has it, such as an agent
 * that runs oneshot itself, is part of that session's work and needs no lock.
 * @throws OneshotError WORKTREE_BUSY, STATE_UNWRITABLE
 */
export async function lockWorktree(root: string, options: WorktreeLockOptions): Promise<WorktreeLock> {
  const {stateDir, session, env, ...lockOptions} = options;
  const dir = lockDir(stateDir, root);
  try {
    mkdirSync(dir, {recursive: true, mode: 0o700});
    const before = readHolder(dir);
    const aliveFile = before ? eventsPath(sessionDir(stateDir, before.session)) : undefined;
    const lock = await takeLock(dir, {...lockOptions, aliveFile});
    writeFileSync(join(dir, HOLDER), `${JSON.stringify({session, root} satisfies Holder)}\n`, {mode: 0o600});
    return lock;
  } catch (error) {
    if (!(error instanceof OneshotError)) throw unwritable(stateDir, error);
    if (error.code !== 'SESSION_LOCKED') throw error;
    const holder = readHolder(dir);
    if (holder && (await isInside(holder, options))) return {release: () => {}};
    throw busy(root, holder, (await lockOwner(dir, lockOptions).catch(() => null))?.pid ?? null);
  }
}

/** Forgets a worktree that is gone. Its lock must be held, and is gone too. */
export function forgetWorktree(stateDir: string, root: string): void {
  rmSync(lockDir(stateDir, root), {recursive: true, force: true});
}

const HOLDER = 'holder.json';

function lockDir(stateDir: string, root: string): string {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 32);
  return join(stateDir, 'worktree-locks', name);
}

const sessionDir = (stateDir: string, session: string) => join(stateDir, 'sessions', session);

/** null: nobody has written it yet. */
function readHolder(dir: string): Holder | null {
  try {
    const {session, root} = JSON.parse(readFileSync(join(dir, HOLDER), 'utf8')) as Partial<Holder>;
    return typeof session === 'string' && typeof root === 'string' ? {session, root} : null;
  } catch {
    return null;
  }
}

/** Whether we were started, however indirectly, by an agent of that session. */
async function isInside({session}: Holder, {stateDir, env}: WorktreeLockOptions): Promise<boolean> {
  const carried = Object.keys(env).filter((name) => name.startsWith('ONESHOT_RUN_'));
  if (carried.length === 0) return false;
  const marks = await marksOf(sessionDir(stateDir, session)).catch((): string[] => []);
  return carried.some((name) => marks.includes(name));
}

function busy(root: string, holder: Holder | null, pid: number | null): OneshotError {
  const who = holder ? `the session ${holder.session}` : 'another session';
  const where = pid ? ` (process ${pid})` : '';
  return new OneshotError(
    'WORKTREE_BUSY',
    `${who}${where} works in ${root}`,
    'Give this one a worktree of its own with --worktree, wait, or let both work there with --no-worktree-lock.',
  );
}
