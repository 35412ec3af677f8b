/** Where configuration files lie, and which of them count. */
import {existsSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {messageOf, OneshotError, systemCode} from '../../error.ts';
import {type ConfigDocument, readDocument, readManifest} from './document.ts';

export const HOME_FILE = '.oneshot.json';
export const PROJECT_FILES: readonly string[] = ['.oneshot.json', 'oneshot.config.json'];
const MANIFEST = 'package.json';

const MAX_BYTES = 256 * 1024;

/**
 * `~/.oneshot.json`, or null.
 * @throws OneshotError CONFIG_INVALID, UNREADABLE_FILE
 */
export function findHomeFile(home: string): ConfigDocument | null {
  const path = join(home, HOME_FILE);
  const text = readText(path);
  return text === null ? null : readDocument(path, text);
}

/**
 * The nearest file in `cwd` and the folders above it, up to the root of the repository or to the home folder, which is no
 * project itself. In a folder that lies in neither, only that folder is looked at.
 * @throws OneshotError CONFIG_INVALID, also when one folder has several; UNREADABLE_FILE
 */
export function findProjectFile(cwd: string, home: string): ConfigDocument | null {
  for (const folder of foldersToSearch(realpathOf(cwd), realpathOf(home))) {
    const found = projectFilesIn(folder);
    if (found.length > 1) throw severalFiles(folder, found);
    const [only] = found;
    if (only) return only;
  }
  return null;
}

/**
 * A file that the user names; of a package.json its key `oneshot`.
 * @throws OneshotError CONFIG_INVALID, UNREADABLE_FILE
 */
export function readNamedFile(path: string): ConfigDocument {
  const text = readText(path);
  if (text === null) throw unreadable(path, 'there is no such file');
  if (basename(path) !== MANIFEST) return readDocument(path, text);
  const document = readManifest(path, text);
  if (document) return document;
  throw new OneshotError(
    'CONFIG_INVALID',
    `${path} has no key "oneshot"`,
    'Put the settings there, as one object.',
  );
}

function plainFiles(folder: string): ConfigDocument[] {
  return PROJECT_FILES.flatMap((name) => {
    const path = join(folder, name);
    const text = readText(path);
    return text === null ? [] : [readDocument(path, text)];
  });
}

/** @throws OneshotError CONFIG_INVALID, UNREADABLE_FILE */
export function projectFilesIn(folder: string): ConfigDocument[] {
  return [...plainFiles(folder), ...manifests(folder)];
}

/** A package.json that cannot be read is no configuration. */
function manifests(folder: string): ConfigDocument[] {
  const path = join(folder, MANIFEST);
  const text = manifestText(path);
  const document = text === null ? null : readManifest(path, text);
  return document ? [document] : [];
}

function manifestText(path: string): string | null {
  try {
    return readText(path);
  } catch {
    return null;
  }
}

function foldersToSearch(cwd: string, home: string): string[] {
  const folders = withParents(cwd);
  const homeAt = folders.indexOf(home);
  const rootAt = folders.findIndex((folder) => existsSync(join(folder, '.git')));
  const ends = [homeAt, rootAt === -1 ? -1 : rootAt + 1].filter((end) => end !== -1);
  return folders.slice(0, ends.length === 0 ? 1 : Math.min(...ends));
}

function withParents(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...withParents(above)];
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** null: there is no such file. @throws OneshotError UNREADABLE_FILE */
function readText(path: string): string | null {
  try {
    const stats = statSync(path);
    // A named pipe would never end.
    if (!stats.isFile()) throw new Error('it is no file');
    if (stats.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1024} KiB`);
    return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return null;
    throw unreadable(path, messageOf(error));
  }
}

function unreadable(path: string, why: string): OneshotError {
  const nextStep = 'Make it a file that you may read, or remove it.';
  return new OneshotError('UNREADABLE_FILE', `cannot read the configuration ${path}: ${why}`, nextStep);
}

function severalFiles(folder: string, found: ConfigDocument[]): OneshotError {
  const names = found.map(({path}) => basename(path)).join(' and ');
  return new OneshotError('CONFIG_INVALID', `${folder} has several configurations: ${names}`, 'Keep one.');
}
