import {readFile, realpath} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import which from 'which';
import {OneshotError} from '../error.ts';
import {isJson, text} from '../fields.ts';
import type {Environment} from './executor.ts';

/**
 * The absolute path of a program on PATH of `env`.
 * @throws OneshotError AGENT_NOT_FOUND
 */
export async function locateProgram(name: string, env: Environment, installHint: string): Promise<string> {
  const path = env.PATH ?? env.Path ?? '';
  // An empty PATH would be searched as the working directory.
  const found =
    path === '' ? null : await which(name, {path, nothrow: true, ...(env.PATHEXT && {pathExt: env.PATHEXT})});
  if (found !== null) return resolve(found);
  throw new OneshotError('AGENT_NOT_FOUND', `${name} is not on PATH.`, `Install it: ${installHint}`);
}

/**
 * The version in the package.json that belongs to a program, which costs no start of it; null when there is none of a wanted
 * name. npm links its programs into the package; on Windows it puts a script beside the folder of the packages.
 */
export async function packageVersion(
  program: string,
  packageName: string,
  isWanted: (name: string) => boolean,
): Promise<string | null> {
  const beside = join(dirname(program), 'node_modules', packageName);
  const above = foldersAbove(await realpath(program).catch(() => program));
  for (const folder of [...above, beside]) {
    const found = await readPackage(join(folder, 'package.json'));
    if (found && isWanted(found.name)) return found.version;
  }
  return null;
}

function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...foldersAbove(parent)];
}

async function readPackage(path: string): Promise<{name: string; version: string | null} | null> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isJson(content) ? {name: text(content.name) ?? '', version: text(content.version)} : null;
  } catch {
    return null;
  }
}
