/** The built program, for checks that measure what users run. */
import {existsSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {runToEnd} from './process.ts';

export const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** Path of `dist/cli/main.js`. */
export function builtCli(): Promise<string> {
  return built(join('cli', 'main.js'));
}

/** Path of the guard's program. */
export function builtGuard(): Promise<string> {
  return built(join('cli', 'guard.js'));
}

/** The parts of the library as users import them. */
export async function builtLibrary(): Promise<typeof import('../src/core.ts')> {
  return import(pathToFileURL(await built('core.js')).href);
}

let upToDate: Promise<void> | undefined;

/** Path of a file in `dist`, which is built anew when it is missing or older than any source file. */
export async function built(file: string): Promise<string> {
  upToDate ??= buildIfStale();
  await upToDate;
  return join(PROJECT, 'dist', file);
}

async function buildIfStale(): Promise<void> {
  const main = join(PROJECT, 'dist', 'index.js');
  if (existsSync(main) && modifiedMs(main) >= newestSourceMs()) return;
  const {exitCode} = await runToEnd(['npm', 'run', 'build'], {cwd: PROJECT});
  if (exitCode !== 0) throw new Error(`npm run build failed with exit code ${exitCode}`);
}

function newestSourceMs(): number {
  const source = join(PROJECT, 'src');
  const files = readdirSync(source, {recursive: true, encoding: 'utf8'});
  return Math.max(...files.map((file) => modifiedMs(join(source, file))));
}

const modifiedMs = (path: string) => statSync(path).mtimeMs;
