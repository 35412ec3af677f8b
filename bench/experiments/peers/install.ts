/** Packages that people use for the same work, installed from npm into a cache folder, one folder each. */
import {existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {npm} from '../../../test/agents/install.ts';
import type {Tools} from '../experiment.ts';
import {cacheFolder} from '../toolchain.ts';

export interface Package {
  name: string;
  version: string;
  /** Arguments of `npm install` besides. */
  flags: readonly string[];
}

/** None of these programs is started, so the hundreds of megabytes that they are stay away. */
const WITHOUT_AGENT = ['--ignore-scripts', '--omit=optional'];

export const PACKAGES = {
  'node-pty': {name: 'node-pty', version: '1.1.0', flags: []},
  '@lydell/node-pty': {name: '@lydell/node-pty', version: '1.1.0', flags: ['--ignore-scripts']},
  '@replit/ruspty': {name: '@replit/ruspty', version: '3.7.0', flags: ['--ignore-scripts']},
  execa: {name: 'execa', version: '9.6.1', flags: ['--ignore-scripts']},
  'Claude Agent SDK': {name: '@anthropic-ai/claude-agent-sdk', version: '0.3.332', flags: WITHOUT_AGENT},
  'Codex SDK': {name: '@openai/codex-sdk', version: '0.163.0', flags: WITHOUT_AGENT},
} as const satisfies Record<string, Package>;

export type PackageName = keyof typeof PACKAGES;

/** The folder in which a package is installed; null, and a note, where it cannot be. */
export async function installed(name: PackageName, {note}: Pick<Tools, 'note'>): Promise<string | null> {
  const {name: packageName, version, flags} = PACKAGES[name];
  const peers = cacheFolder('peers');
  const folder = join(peers, `${packageName.replace(/^@/, '').replace('/', '_')}@${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(peers, {recursive: true});
  const work = mkdtempSync(join(peers, 'tmp-'));
  try {
    writeFileSync(join(work, 'package.json'), '{"private": true}\n');
    await npm(['install', '--prefix', work, ...flags, `${packageName}@${version}`]);
    // Beside its place and renamed, so that a folder that exists is complete.
    renameSync(work, folder);
    return folder;
  } catch (error) {
    rmSync(work, {recursive: true, force: true});
    note(`${packageName} ${version} could not be installed and is left out: ${reason(error)}.`);
    return null;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a package in such a folder exports. */
export async function load<T>(folder: string, name: PackageName): Promise<T> {
  const {name: packageName} = PACKAGES[name];
  return (await import(pathToFileURL(entryOf(folder, packageName)).href)) as T;
}

/** Packages for `import` alone cannot be resolved as `require` would. */
function entryOf(folder: string, packageName: string): string {
  const require = createRequire(join(folder, 'package.json'));
  try {
    return require.resolve(packageName);
  } catch {
    const manifest = join(folder, 'node_modules', packageName, 'package.json');
    const {exports} = require(manifest) as {exports: Record<string, unknown>};
    const main = (exports['.'] ?? exports) as {import?: string; default?: string};
    return join(dirname(manifest), String(main.import ?? main.default));
  }
}
