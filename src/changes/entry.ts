/** What stands in the tree for one path of a worktree. */
import {constants, type Stats} from 'node:fs';
import {access, lstat} from 'node:fs/promises';
import {below, type PathBytes} from './path-bytes.ts';

export type Entry =
  | {kind: 'file'; path: PathBytes}
  | {kind: 'gone'; path: PathBytes}
  /** A folder where a submodule is not checked out: as the index has it. */
  | {kind: 'kept'; path: PathBytes}
  /** A few words in place of the content. */
  | {kind: 'stand-in'; path: PathBytes; text: string};

/** How much of a worktree may still be stored or looked into. */
export interface Room {
  bytes: number;
  repositories: number;
}

/** Of changed and untracked files, for one tree; what is more is told by size and time. */
export const MAX_STORED_BYTES = 128 * 1024 * 1024;

/** Submodules and other repositories within, for one tree; further ones are named. */
export const MAX_REPOSITORIES = 50;

/** A larger file is told by size and time. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** Says the state of a repository within in a few words; null where there is none. */
export type Describe = (folder: PathBytes) => Promise<string | null>;

/** Takes from `room` what the entry needs. Never rejects. */
export async function entryOf(
  workTree: string,
  listed: PathBytes,
  room: Room,
  describe: Describe,
): Promise<Entry> {
  const path = listed.replace(/\/$/, '');
  const stats = await lstat(below(workTree, path)).catch(() => null);
  if (stats === null) return {kind: 'gone', path};
  if (stats.isDirectory()) return ofFolder(path, room, describe);
  if (stats.isSymbolicLink()) return {kind: 'file', path};
  const problem = await problemOf(stats, below(workTree, path), room);
  if (problem !== null) return {kind: 'stand-in', path, text: `[${problem}]\n`};
  room.bytes -= stats.size;
  return {kind: 'file', path};
}

async function ofFolder(path: PathBytes, room: Room, describe: Describe): Promise<Entry> {
  const isTooMany = room.repositories <= 0;
  const state = isTooMany ? 'not looked into, since there are too many' : await describe(path);
  if (state === null) return {kind: 'kept', path};
  room.repositories -= 1;
  return {kind: 'stand-in', path, text: `[a git repository of its own: ${state}]\n`};
}

/** Why git cannot store a file; null where it can. */
async function problemOf(stats: Stats, path: Buffer, room: Room): Promise<string | null> {
  if (!stats.isFile()) return 'neither a file nor a link';
  const when = new Date(stats.mtimeMs).toISOString();
  if (stats.size > MAX_FILE_BYTES || stats.size > room.bytes)
    return `a file too large to be compared: ${stats.size} bytes, changed ${when}`;
  const isReadable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  return isReadable ? null : `a file that may not be read: ${stats.size} bytes, changed ${when}`;
}
