/** The built program, for checks that measure what users run. */
import {existsSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {runToEnd} from './process.ts';

export const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** Path of `dist/cli/main.js`, built anew when it is missing or older than any source file. */
export async function builtCli(): Promise<string> {
  const cli = join(PROJECT, 'dist', 'cli', 'main.js');
  if (!existsSync(cli) || modifiedMs(cli) < newestSourceMs()) await build();
  return cli;
}

async function build(): Promise<void> {
  const {exitCode} = await runToEnd(['npm', 'run', 'build'], {cwd: PROJECT});
  if (exitCode !== 0) throw new Error(`npm run build failed with exit code ${exitCode}`);
}

function newestSourceMs(): number {
  const source = join(PROJECT, 'src');
  const files = readdirSync(source, {recursive: true, encoding: 'utf8'});
  return Math.max(...files.map((file) => modifiedMs(join(source, file))));
}

const modifiedMs = (path: string) => statSync(path).mtimeMs;
