/**
 * The built program, for tests of what users run. Built once for each state of the sources, into a folder from which its
 * imports resolve.
 */
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules/.cache/oneshot-built');

/** Age at which a build is of no use to anyone any more. */
const FORGOTTEN_MS = 3_600_000;

/** Path of the built `main.js`. */
export function builtProgram(): string {
  const folder = join(cache, sourceState());
  if (!existsSync(folder)) build(folder);
  return join(folder, 'cli/main.js');
}

function sourceState(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'}).map(
    (file) => `src/${file}`,
  );
  for (const file of [...sources.toSorted(), 'package.json', 'tsdown.config.ts']) {
    const {mtimeMs, size} = statSync(join(root, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Several test files may build at once: each into a folder of its own, and the first to be ready is the one. */
function build(folder: string): void {
  mkdirSync(cache, {recursive: true});
  for (const old of readdirSync(cache).map((name) => join(cache, name))) {
    if (Date.now() - statSync(old).mtimeMs > FORGOTTEN_MS) rmSync(old, {recursive: true, force: true});
  }
  const own = `${folder}.${process.pid}`;
  const tsdown = join(root, 'node_modules/tsdown/dist/run.mjs');
  const args = [tsdown, '--out-dir', own, '--no-dts', '--no-clean', '--log-level', 'error'];
  const {status, stderr, stdout} = spawnSync(process.execPath, args, {cwd: root, encoding: 'utf8'});
  if (status !== 0) throw new Error(`the build failed: ${stdout}${stderr}`);
  try {
    renameSync(own, folder);
  } catch {
    rmSync(own, {recursive: true, force: true});
  }
}
