import {homedir} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';

/**
 * The folder that holds all sessions: `$ONESHOT_HOME`, else `$XDG_STATE_HOME/oneshot`, else `~/.local/state/oneshot`.
 * A relative `XDG_STATE_HOME` is ignored, as the XDG base directory specification asks.
 */
export function stateDir(env: Readonly<Record<string, string | undefined>>): string {
  if (env.ONESHOT_HOME) return resolve(env.ONESHOT_HOME);
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, 'oneshot');
  return join(env.HOME || homedir(), '.local', 'state', 'oneshot');
}

/** In the folder of a session: what snapshots of the worktree are compared by, which is no recording. */
export const CHANGES_FOLDER = 'changes';
