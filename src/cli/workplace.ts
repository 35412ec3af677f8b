import type {WorkplaceTools} from '../loop/workplace.ts';
import {stateDir} from '../session/state-dir.ts';
import {type LeftWorktree, leftWorktreeText} from '../worktree/left.ts';
import type {OutputOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {processLookup} from './processes.ts';
import type {SessionHost} from './session.ts';

export function workplaceOf({env, clock}: Io): WorkplaceTools {
  return {stateDir: stateDir(env), clock, processes: processLookup(), env};
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
