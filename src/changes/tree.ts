/** The state of a git worktree as the id of a tree: what is committed, staged, changed and untracked, but not ignored. */
import {copyFile, rm, stat, utimes} from 'node:fs/promises';
import {join} from 'node:path';
import {systemCode} from '../error.ts';
import {listChangedPaths} from './changed-paths.ts';
import {type Entry, entryOf, MAX_REPOSITORIES, MAX_STORED_BYTES, type Room} from './entry.ts';
import {filterSettings} from './filters.ts';
import {readHead} from './head.ts';
import {ignoreRules} from './ignore-rules.ts';
import {quoted} from './object-store.ts';
import {type PathBytes, pathsWithin, readablePath} from './path-bytes.ts';
import {findRepository} from './repository.ts';
import {type IndexedWorkplace, updateIndex, type Workplace} from './workplace.ts';

/**
 * Writes the tree into the store and returns its id. The user's index, objects and references stay as they are.
 * @throws as `Git.stream`; the system error
 */
export async function writeTree(
  place: Workplace,
  room: Room = {bytes: MAX_STORED_BYTES, repositories: MAX_REPOSITORIES},
): Promise<string> {
  const git = place.git.with(await filterSettings(place));
  const indexed = indexedPlace({...place, git});
  const {repository, call} = indexed;
  const indexPath = call.env.GIT_INDEX_FILE;
  try {
    await copyIndex(repository.indexPath, indexPath);
    const entries = await ignoreRules(repository);
    for (const path of await listChangedPaths(indexed))
      entries.push(
        await entryOf(repository.workTree, path, room, (folder) => stateWithin(place, folder, room)),
      );
    await enter(indexed, entries);
    return await git.ask(['write-tree', '--missing-ok'], call);
  } finally {
    for (const path of [indexPath, `${indexPath}.lock`]) await rm(path, {force: true});
  }
}

let indexes = 0;

function indexedPlace(place: Workplace) {
  const {repository, store} = place;
  const env = {
    GIT_DIR: repository.gitDir,
    GIT_WORK_TREE: repository.workTree,
    GIT_INDEX_FILE: join(store.gitDir, `index.${process.pid}.${++indexes}`),
    GIT_OBJECT_DIRECTORY: join(store.gitDir, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(repository.objectDir),
  };
  return {...place, call: {cwd: repository.workTree, env}};
}

/** A repository without an index has no staged files. */
async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const {mtimeMs} = await stat(from);
    await copyFile(from, to);
    // Git compares files that are not older than the index by content; a copy must not look newer.
    const seconds = Math.floor(mtimeMs / 1000);
    await utimes(to, seconds, seconds);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

async function enter(place: IndexedWorkplace, entries: readonly Entry[]): Promise<void> {
  const info: string[] = [];
  const files: PathBytes[] = [];
  for (const entry of entries) {
    if (entry.kind === 'gone') info.push(`0 ${noObject(place)}\t${entry.path}`);
    else if (entry.kind === 'stand-in')
      info.push(
        `0 ${noObject(place)}\t${entry.path}`,
        `100644 ${await place.store.writeBlob(entry.text)}\t${entry.path}`,
      );
    else if (entry.kind === 'file') files.push(entry.path);
  }
  // First: a folder may have taken the place of a file.
  await updateIndex(place, ['--index-info'], info);
  await updateIndex(place, ['--add', '--remove', '--replace', '--stdin'], files);
}

function noObject({repository}: Workplace): string {
  return '0'.repeat(repository.objectFormat === 'sha1' ? 40 : 64);
}

/** What tells a change of a submodule or another repository within; null where the folder is none of its own. */
async function stateWithin(place: Workplace, folder: PathBytes, room: Room): Promise<string | null> {
  const workTree = join(place.repository.workTree, readablePath(folder));
  const found = await findRepository(place.git, workTree);
  if ('reason' in found) return found.reason;
  if (found.workTree === place.repository.workTree) return null;
  const inner: Workplace = {...place, repository: found, excluded: pathsWithin(place.excluded, folder)};
  const {commit} = await readHead(inner);
  return `commit ${commit ?? 'none'}, files ${await writeTree(inner, room)}`;
}
