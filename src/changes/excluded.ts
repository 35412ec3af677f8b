import {realpath} from 'node:fs/promises';
import {isAbsolute, join, relative, sep} from 'node:path';
import {type PathBytes, pathBytes} from './path-bytes.ts';

/** What oneshot writes into its state folder all the time. */
const WRITTEN = ['sessions', 'sessions-index.json', 'worktree-locks', 'worktrees'];

/** Paths below `top` that oneshot itself writes: its state folder, or its sessions where that folder is `top` or above. */
export async function excludedBelow(top: string, stateDir: string): Promise<PathBytes[]> {
  const [root, state] = await Promise.all([top, stateDir].map((path) => realpath(path).catch(() => path)));
  const own = pathBelow(root!, state!);
  const paths =
    own === null || own === '' ? WRITTEN.map((name) => pathBelow(root!, join(state!, name))) : [own];
  return paths.filter((path) => path !== null && path !== '') as PathBytes[];
}

/** With `/`; empty for `top` itself; null when it lies elsewhere. */
function pathBelow(top: string, path: string): PathBytes | null {
  const way = relative(top, path);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return null;
  return pathBytes(way.split(sep).join('/'));
}
