/** What stat tells of a file or a folder at one moment, and what has changed from one moment to the next. */
import type {Stats} from 'node:fs';
import {opendir, stat} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {systemCode} from '../error.ts';

/** How deep a folder is looked into: its entries, theirs, and theirs. Of a folder further down only its own time counts. */
const MAX_DEPTH = 3;

/** What is looked at in one folder, with all that is in it. */
export const MAX_ENTRIES = 1_000;

export interface Stamp {
  mtimeMs: number;
  sizeBytes: number;
  inode: number;
  /** A folder all of whose entries are in the snapshot: they tell more than its own time does. */
  isOpened: boolean;
}

export interface Snapshot {
  kind: 'folder' | 'file' | 'absent';
  /** By path below the folder, with `/`; `.` is the folder itself, a file has its own name. */
  entries: ReadonlyMap<string, Stamp>;
  /** False when there was more than `MAX_ENTRIES`: which of them are in the snapshot is then chance. */
  isWhole: boolean;
}

export interface FileChange {
  /** Below the watched folder, with `/`, or `.` for the folder itself; the name of the file where a file is watched. */
  path: string;
  kind: 'created' | 'changed' | 'removed';
  /** When it was seen, ms since the epoch. */
  at: number;
}

const ABSENT: Snapshot = {kind: 'absent', entries: new Map(), isWhole: true};

/**
 * One stat after the other, so that a file system that hangs takes one thread of Node's and not all of them. Whatever
 * vanishes or cannot be read on the way is left out.
 * @throws the system's error when `path` itself cannot be looked at
 */
export async function takeSnapshot(path: string): Promise<Snapshot> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? await ofFolder(path, stats) : ofFile(path, stats);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return ABSENT;
    throw error;
  }
}

function ofFile(path: string, stats: Stats): Snapshot {
  return {kind: 'file', entries: new Map([[basename(path), stampOf(stats)]]), isWhole: true};
}

interface Folder {
  path: string;
  /** Of the paths of its entries; empty for the watched folder itself. */
  prefix: string;
  depth: number;
  stamp: Stamp;
}

/** Breadth first, so that the entries next to the top are there even when there are too many. */
async function ofFolder(root: string, stats: Stats): Promise<Snapshot> {
  const top: Folder = {path: root, prefix: '', depth: 1, stamp: stampOf(stats)};
  const entries = new Map([['.', top.stamp]]);
  const folders = [top];
  let isWhole = true;
  for (const folder of folders) {
    try {
      folder.stamp.isOpened = await readEntries(folder, entries, folders);
      isWhole &&= folder.stamp.isOpened;
    } catch (error) {
      if (folder === top) throw error;
    }
  }
  return {kind: 'folder', entries, isWhole};
}

/** Adds to `entries` and `folders`; false when there were too many to add them all. */
async function readEntries(folder: Folder, entries: Map<string, Stamp>, folders: Folder[]): Promise<boolean> {
  for await (const entry of await opendir(folder.path)) {
    if (entries.size > MAX_ENTRIES) return false;
    const path = join(folder.path, entry.name);
    const stats = await stat(path).catch(() => null);
    if (stats === null) continue;
    const stamp = stampOf(stats);
    entries.set(folder.prefix + entry.name, stamp);
    // Not `stats`, which follows links: those may lead in circles.
    if (entry.isDirectory() && folder.depth < MAX_DEPTH)
      folders.push({path, prefix: `${folder.prefix}${entry.name}/`, depth: folder.depth + 1, stamp});
  }
  return true;
}

function stampOf({mtimeMs, size, ino}: Stats): Stamp {
  return {mtimeMs, sizeBytes: size, inode: ino, isOpened: false};
}

/** `at`: ms since the epoch. What was merely left out of a snapshot is neither created nor removed. */
export function changesBetween(before: Snapshot, after: Snapshot, at: number): FileChange[] {
  const changes: FileChange[] = [];
  const isKnown = before.isWhole && after.isWhole;
  for (const [path, stamp] of after.entries) {
    const old = before.entries.get(path);
    if (old === undefined) {
      if (isKnown) changes.push({path, kind: 'created', at});
    } else if (hasChanged(old, stamp)) changes.push({path, kind: 'changed', at});
  }
  if (!isKnown) return changes;
  for (const path of before.entries.keys())
    if (!after.entries.has(path)) changes.push({path, kind: 'removed', at});
  return changes;
}

function hasChanged(old: Stamp, stamp: Stamp): boolean {
  if (old.inode !== stamp.inode) return true;
  if (old.isOpened && stamp.isOpened) return false;
  return old.mtimeMs !== stamp.mtimeMs || old.sizeBytes !== stamp.sizeBytes;
}

/** What was written at `sinceMs` (since the epoch) or later. */
export function writtenSince({entries}: Snapshot, sinceMs: number, at: number): FileChange[] {
  const written = [...entries].filter(([, {isOpened, mtimeMs}]) => !isOpened && mtimeMs >= sinceMs);
  return written.map(([path]) => ({path, kind: 'changed', at}));
}
