/** The state of a folder without git: path, size and hash of each file. */
import {createHash} from 'node:crypto';
import type {Stats} from 'node:fs';
import {lstat, opendir, readFile, readlink} from 'node:fs/promises';
import {below, liesIn, type PathBytes} from './path-bytes.ts';

export interface ManifestEntry {
  path: PathBytes;
  sizeBytes: number;
  /** `sha256:…` of the content; `link:…` of what a link holds; else `time:…`, `unread` or `special`. */
  content: string;
}

export interface ManifestOptions {
  cwd: string;
  /** Paths that do not count, with all that is in them. */
  excluded: readonly PathBytes[];
  stop?: AbortSignal;
}

/** More files than this are not looked at. */
const MAX_FILES = 100_000;
/** A larger file is told by size and time, and so is what comes after this many bytes. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_HASHED_BYTES = 512 * 1024 * 1024;

/** Looked at together. */
const BATCH = 16;

/** What tools put beside the work, by name at any depth. */
const SKIPPED: ReadonlySet<string> = new Set([
  ...['.git', '.hg', '.svn', '.jj', 'node_modules', '__pycache__', '.venv', '.tox', '.gradle'],
  ...['.mypy_cache', '.pytest_cache', '.ruff_cache', '.DS_Store'],
]);

/**
 * In the order of the bytes of their paths. Links are not followed; empty folders do not count.
 * @throws Error when there are too many files or it is stopped; the system error where `cwd` cannot be read
 */
export async function takeManifest(options: ManifestOptions): Promise<ManifestEntry[]> {
  const paths = (await listFiles(options)).sort();
  const room = {bytes: MAX_HASHED_BYTES};
  const entries: ManifestEntry[] = [];
  for (let start = 0; start < paths.length; start += BATCH) {
    if (options.stop?.aborted) throw new Error('was stopped');
    const batch = paths.slice(start, start + BATCH);
    const stats = await Promise.all(batch.map((path) => lstat(below(options.cwd, path)).catch(() => null)));
    // Decided one after the other, so that the order of the reads changes nothing.
    const looks = batch.map((path, index) => {
      const found = stats[index];
      return found ? look(options.cwd, path, found, room) : null;
    });
    for (const entry of await Promise.all(looks)) if (entry) entries.push(entry);
  }
  return entries;
}

async function listFiles({cwd, excluded, stop}: ManifestOptions): Promise<PathBytes[]> {
  const files: PathBytes[] = [];
  const folders: PathBytes[] = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const {name, isFolder} of await namesIn(cwd, folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (SKIPPED.has(name) || liesIn(path, excluded)) continue;
      (isFolder ? folders : files).push(path);
    }
    if (stop?.aborted) throw new Error('was stopped');
    if (files.length + folders.length > MAX_FILES) throw new Error(`there are more than ${MAX_FILES} files`);
  }
  return files;
}

/** None where a folder below `cwd` cannot be read. */
async function namesIn(cwd: string, folder: PathBytes): Promise<{name: string; isFolder: boolean}[]> {
  const names: {name: string; isFolder: boolean}[] = [];
  try {
    // Names as bytes; the types know of text only.
    const encoding = 'buffer' as BufferEncoding;
    for await (const entry of await opendir(below(cwd, folder) as unknown as string, {
      encoding,
      bufferSize: 256,
    })) {
      const name = (entry.name as unknown as Buffer).toString('latin1');
      names.push({name, isFolder: entry.isDirectory()});
      if (names.length > MAX_FILES) break;
    }
  } catch (error) {
    if (folder === '') throw error;
  }
  return names;
}

async function look(
  cwd: string,
  path: PathBytes,
  stats: Stats,
  room: {bytes: number},
): Promise<ManifestEntry> {
  const entry = (content: string) => ({path, sizeBytes: stats.size, content});
  if (stats.isSymbolicLink()) {
    const target = await readlink(below(cwd, path), {encoding: 'buffer'}).catch(() => Buffer.of());
    return entry(`link:${target.toString('latin1')}`);
  }
  if (!stats.isFile()) return entry('special');
  if (stats.size > MAX_FILE_BYTES || stats.size > room.bytes) return entry(`time:${stats.mtimeMs}`);
  room.bytes -= stats.size;
  const bytes = await readFile(below(cwd, path)).catch(() => null);
  return entry(bytes ? `sha256:${createHash('sha256').update(bytes).digest('hex')}` : 'unread');
}
