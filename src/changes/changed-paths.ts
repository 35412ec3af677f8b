/** Which paths of a worktree differ from its index. */
import {lstat} from 'node:fs/promises';
import {below, liesIn, nulReader, type PathBytes} from './path-bytes.ts';
import {type IndexedWorkplace, updateIndex} from './workplace.ts';

/** More than this are not looked at. */
const MAX_PATHS = 200_000;

/**
 * Changed and untracked paths, and all repositories within this one; an untracked one ends in `/`. What the index hides
 * (`assume-unchanged`, `skip-worktree`) is among them when it is there.
 * @throws as `Git.stream`; Error when there are too many
 */
export async function listChangedPaths(place: IndexedWorkplace): Promise<PathBytes[]> {
  const {changed, hidden} = await listFiles(place);
  await updateIndex(place, ['--no-skip-worktree', '--stdin'], await thoseThere(place, hidden));
  await place.git.stream(['update-index', ...REFRESH], place.call, () => true);
  await listDifferences(place, changed);
  if (changed.size >= MAX_PATHS) throw new Error(`${MAX_PATHS} files or more differ from what git knows`);
  return [...changed].filter((path) => !liesIn(path, place.excluded));
}

const REFRESH = ['-q', '--unmerged', '--ignore-submodules', '--really-refresh'];

/** Mode of a submodule in the index. */
const GITLINK = '160000';

async function listFiles(place: IndexedWorkplace): Promise<{changed: Set<PathBytes>; hidden: PathBytes[]}> {
  const changed = new Set<PathBytes>();
  const hidden: PathBytes[] = [];
  const take = (line: string) => {
    const tag = line[0];
    if (tag === '?') changed.add(line.slice(2));
    // Tag, mode, object and stage, then the path.
    const path = line.slice(line.indexOf('\t') + 1);
    if (tag !== '?' && line.startsWith(GITLINK, 2)) changed.add(path);
    if (tag === 'S') hidden.push(path);
    return changed.size < MAX_PATHS && hidden.length < MAX_PATHS;
  };
  await read(place, ['ls-files', '-z', '-t', '--stage', '--others', '--exclude-standard'], take);
  return {changed, hidden};
}

async function listDifferences(place: IndexedWorkplace, changed: Set<PathBytes>): Promise<void> {
  let isPath = false;
  await read(place, ['diff-files', '-z', '--ignore-submodules=all'], (piece) => {
    if (isPath) changed.add(piece);
    isPath = !isPath;
    return changed.size < MAX_PATHS;
  });
}

async function thoseThere({repository}: IndexedWorkplace, paths: readonly PathBytes[]): Promise<PathBytes[]> {
  const there: PathBytes[] = [];
  for (const path of paths) {
    const stats = await lstat(below(repository.workTree, path)).catch(() => null);
    if (stats) there.push(path);
  }
  return there;
}

function read(
  {git, call}: IndexedWorkplace,
  args: readonly string[],
  take: (piece: string) => boolean,
): Promise<unknown> {
  return git.stream(args, call, nulReader(take));
}
