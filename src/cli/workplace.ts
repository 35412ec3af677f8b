/** Where a session works, and that no other session of ours writes there at the same time. */
import type {Note, PermissionMode} from '../event.ts';
import type {Environment} from '../executor/executor.ts';
import {stateDir} from '../session/state-dir.ts';
import {type LeftWorktree, leaveOwnWorktree, leftWorktreeText} from '../worktree/left.ts';
import {forgetWorktree, lockWorktree, type WorktreeLock} from '../worktree/lock.ts';
import {addOwnWorktree, type OwnWorktree, reopenOwnWorktree, uncommittedIn} from '../worktree/own.ts';
import {worktreeRoot} from '../worktree/root.ts';
import type {OutputOptions, WorktreeOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {processLookup} from './processes.ts';
import type {SessionHost} from './session.ts';
import {requireFolder} from './working-directory.ts';

export interface WorkplaceRequest extends WorktreeOptions {
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
export async function takeWorkplace(io: Io, request: WorkplaceRequest): Promise<Workplace> {
  const {session, cwd, env, worktree} = request;
  await requireFolder(cwd);
  if (!worktree) return workplaceIn(io, request, null, []);
  const own = await addOwnWorktree(cwd, {stateDir: stateDir(io.env), session, env});
  return workplaceIn(io, {...request, cwd: own.cwd}, own, [await noteOf(own, env)]);
}

/** For a session that is resumed: where it worked before. `cwd`: as its log tells. @throws as `takeWorkplace` */
export async function retakeWorkplace(io: Io, request: WorkplaceRequest): Promise<Workplace> {
  const {session, env} = request;
  const own = await reopenOwnWorktree({stateDir: stateDir(io.env), session, env});
  return workplaceIn(io, request, own, []);
}

async function workplaceIn(
  io: Io,
  request: WorkplaceRequest,
  own: OwnWorktree | null,
  notes: Note[],
): Promise<Workplace> {
  const {cwd, env} = request;
  const lock = await lockFor(io, request).catch(async (error) => {
    if (own) await leaveOwnWorktree(own, env);
    throw error;
  });
  return {
    cwd,
    notes,
    async leave() {
      const left = own && (await leaveOwnWorktree(own, env));
      lock?.release();
      if (left?.removed) forgetWorktree(stateDir(io.env), left.path);
      return left;
    },
  };
}

/** null: it cannot write there, or does not mind others. */
async function lockFor(
  io: Io,
  {session, cwd, permissionMode, worktreeLock}: WorkplaceRequest,
): Promise<WorktreeLock | null> {
  await requireFolder(cwd);
  if (!worktreeLock || permissionMode === 'read') return null;
  const {path} = await worktreeRoot(cwd);
  const {clock, env} = io;
  return lockWorktree(path, {stateDir: stateDir(env), session, env, clock, processes: processLookup()});
}

async function noteOf({path, branch, origin}: OwnWorktree, env: Environment): Promise<Note> {
  const uncommitted = await uncommittedIn(origin, env).catch(() => 0);
  const text = `The agents work in ${path}, on the branch ${branch}.`;
  if (uncommitted === 0) return {type: 'note', level: 'info', code: 'OWN_WORKTREE', text};
  const without = ` What is not committed in ${origin} (files: ${uncommitted}) is not there.`;
  return {type: 'note', level: 'warning', code: 'OWN_WORKTREE', text: text + without};
}

/** Says where the work is. */
export function tellWorktree(
  io: Io,
  {verbosity, shared}: OutputOptions & {shared?: SessionHost},
  left: LeftWorktree | null,
): void {
  if (left && shared) shared.worktreeLeft(left);
  else if (left && verbosity !== 'quiet') io.stderr.write(`${leftWorktreeText(left)}\n`);
}
