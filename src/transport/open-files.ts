/** Files that living processes have open for writing. */
import {readdir, readFile, readlink} from 'node:fs/promises';

/** Absolute paths, as far as they can be seen: those of the same user's processes, where the system tells of them. */
export async function filesOpenForWriting(root = '/proc'): Promise<Set<string>> {
  const pids = (await namesIn(root)).filter((name) => /^\d+$/.test(name));
  const paths = await Promise.all(pids.map((pid) => writtenBy(`${root}/${pid}`)));
  return new Set(paths.flat());
}

async function writtenBy(folder: string): Promise<string[]> {
  const numbers = await namesIn(`${folder}/fd`);
  const paths = await Promise.all(numbers.map((number) => pathOf(folder, number)));
  return paths.filter((path) => path !== null);
}

/** null: it is no file, is only read, or is closed by now. */
async function pathOf(folder: string, number: string): Promise<string | null> {
  try {
    const path = await readlink(`${folder}/fd/${number}`);
    if (!path.startsWith('/') || path.startsWith('/dev/')) return null;
    return isWritten(await readFile(`${folder}/fdinfo/${number}`, 'utf8')) ? path : null;
  } catch {
    return null;
  }
}

/** Of `open(2)`: O_WRONLY is 1, O_RDWR is 2. */
const ACCESS_MODE = 0b11;

function isWritten(info: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
