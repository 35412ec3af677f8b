/** Where a session works, and that no other session of ours writes there at the same time. */
import type {Clock} from '../clock.ts';
import type {Note, PermissionMode} from '../event.ts';
import type {Environment} from '../executor/executor.ts';
import type {ProcessLookup} from '../session/lock.ts';
import {type LeftWorktree, leaveOwnWorktree} from '../worktree/left.ts';
import {forgetWorktree, lockWorktree, type WorktreeLock} from '../worktree/lock.ts';
import {addOwnWorktree, type OwnWorktree, reopenOwnWorktree, uncommittedIn} from '../worktree/own.ts';
import {worktreeRoot} from '../worktree/root.ts';
import {requireFolder} from './working-directory.ts';

/** What it takes to look after worktrees. */
export interface WorkplaceTools {
  /** The state folder; see `stateDir()`. */
  stateDir: string;
  clock: Clock;
  processes: ProcessLookup;
  /** Our own environment. */
  env: Environment;
}

export interface WorkplaceRequest {
  /** In a worktree of its own. */
  worktree: boolean;
  /** Refuse a worktree that another session writes to. */
  worktreeLock: boolean;
  /** Id of the session. */
  session: string;
  /** Where the user wants it to work, absolute. */
  cwd: string;
  permissionMode: PermissionMode;
  env: Environment;
}

export interface Workplace {
  /** Where the agents work, absolute. */
  cwd: string;
  /** What the user should know of it. */
  notes: Note[];
  /** Call it once the session is over. null: it had no worktree of its own. Never rejects. */
  leave(): Promise<LeftWorktree | null>;
}

/**
 * For a new session.
 * @throws OneshotError WORKTREE_BUSY, WORKTREE_UNAVAILABLE, STATE_UNWRITABLE
 */
export async function takeWorkplace(request: WorkplaceRequest, tools: WorkplaceTools): Promise<Workplace> {
  const {session, cwd, env, worktree} = request;
  await requireFolder(cwd);
  if (!worktree) return workplaceIn(request, tools, null, []);
  const own = await addOwnWorktree(cwd, {stateDir: tools.stateDir, session, env});
  return workplaceIn({...request, cwd: own.cwd}, tools, own, [await noteOf(own, env)]);
}

/** For a session that is resumed: where it worked before. `cwd`: as its log tells. @throws as `takeWorkplace` */
export async function retakeWorkplace(request: WorkplaceRequest, tools: WorkplaceTools): Promise<Workplace> {
  const {session, cwd, env} = request;
  const own = await reopenOwnWorktree({stateDir: tools.stateDir, session, env});
  if (!own)
    await requireFolder(cwd, 'A session goes on where it was: put that folder back, or start a task anew.');
  return workplaceIn(request, tools, own, []);
}

async function workplaceIn(
  request: WorkplaceRequest,
  tools: WorkplaceTools,
  own: OwnWorktree | null,
  notes: Note[],
): Promise<Workplace> {
  const {cwd, env} = request;
  const lock = await lockFor(request, tools).catch(async (error) => {
    if (own) await leaveOwnWorktree(own, env);
    throw error;
  });
  return {
    cwd,
    notes,
    async leave() {
      const left = own && (await leaveOwnWorktree(own, env));
      lock?.release();
      if (left?.removed) forgetWorktree(tools.stateDir, left.path);
      return left;
    },
  };
}

/** null: it cannot write there, or does not mind others. */
async function lockFor(
  {session, cwd, permissionMode, worktreeLock}: WorkplaceRequest,
  tools: WorkplaceTools,
): Promise<WorktreeLock | null> {
  await requireFolder(cwd);
  if (!worktreeLock || permissionMode === 'read') return null;
  const {path} = await worktreeRoot(cwd);
  return lockWorktree(path, {...tools, session});
}

async function noteOf({path, branch, origin}: OwnWorktree, env: Environment): Promise<Note> {
  const uncommitted = await uncommittedIn(origin, env).catch(() => 0);
  const text = `The agents work in ${path}, on the branch ${branch}.`;
  if (uncommitted === 0) return {type: 'note', level: 'info', code: 'OWN_WORKTREE', text};
  const without = ` What is not committed in ${origin} (files: ${uncommitted}) is not there.`;
  return {type: 'note', level: 'warning', code: 'OWN_WORKTREE', text: text + without};
}
