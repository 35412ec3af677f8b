/** What is to be done for each line of a batch, after what former runs have done. */
import {join} from 'node:path';
import {OneshotError} from '../error.ts';
import type {Journal} from '../queue/journal.ts';
import {type ListedSession, lookAtSession} from '../session/list.ts';
import {stateDir} from '../session/state-dir.ts';
import {worktreeRoot} from '../worktree/root.ts';
import type {BatchLine} from './batch-file.ts';
import type {BatchOptions, RunOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {processLookup} from './processes.ts';

export interface BatchTask extends BatchLine {
  options: RunOptions;
}

export type BatchWork =
  | {do: 'run'; task: BatchTask}
  | {do: 'resume'; task: BatchTask; session: string}
  /** A former run has done it. */
  | {do: 'tell'; task: BatchTask; session: string};

/** A session that stands so has not come to an end of its own. */
const UNFINISHED: readonly ListedSession['status'][] = ['interrupted', 'crashed', 'damaged', 'running'];

export async function former(
  task: BatchTask,
  journal: Journal,
  {io, options: {retryFailed}}: {io: Io; options: BatchOptions},
): Promise<BatchWork> {
  const session = journal.sessionOf(task.key);
  if (session === null) return {do: 'run', task};
  const dir = join(stateDir(io.env), 'sessions', session);
  const {status, seq} = await lookAtSession(dir, {clock: io.clock, processes: processLookup()});
  // It was removed, or ended before it began.
  if (seq === 0) return {do: 'run', task};
  const goesOn = UNFINISHED.includes(status) || (retryFailed && status === 'failed');
  return {do: goesOn ? 'resume' : 'tell', task, session};
}

/** Two tasks that write in one worktree at once would be in each other's way. @throws OneshotError WORKTREE_BUSY */
export async function requireOwnWorktrees(
  works: readonly BatchWork[],
  {concurrency}: Pick<BatchOptions, 'concurrency'>,
): Promise<void> {
  if (concurrency === 1) return;
  const lines = new Map<string, number>();
  for (const {do: what, task} of works) {
    const {worktree, worktreeLock, permissionMode, cwd} = task.options;
    if (what === 'tell' || worktree || !worktreeLock || permissionMode === 'read') continue;
    const root = await worktreeRoot(cwd).catch(() => null);
    if (root === null) continue;
    const before = lines.get(root.path);
    if (before !== undefined) throw shared(root.path, before, task.line);
    lines.set(root.path, task.line);
  }
}

function shared(root: string, before: number, line: number): OneshotError {
  return new OneshotError(
    'WORKTREE_BUSY',
    `lines ${before} and ${line} would work in ${root} at the same time`,
    'Give each task a worktree of its own with --worktree, or run one after the other with --concurrency 1.',
  );
}
