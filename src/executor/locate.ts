import {readFile, realpath} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import which from 'which';
import {OneshotError} from '../error.ts';
import type {Environment} from './executor.ts';
import {isJson, text} from './fields.ts';

/**
 * The absolute path of a program on PATH of `env`.
 * @throws OneshotError AGENT_NOT_FOUND
 */
export async function locateProgram(name: string, env: Environment, installHint: string): Promise<string> {
  const options = {
    path: env.PATH ?? env.Path ?? '',
    nothrow: true,
    ...(env.PATHEXT && {pathExt: env.PATHEXT}),
  } as const;
  const found = await which(name, options);
  if (found !== null) return found;
  throw new OneshotError('AGENT_NOT_FOUND', `${name} is not on PATH.`, `Install it: ${installHint}`);
}

/**
 * The version in the package.json above a program, which costs no start of it; null when no package of a wanted name is
 * there. Links are followed, as npm links its programs.
 */
export async function packageVersion(
  program: string,
  isWanted: (name: string) => boolean,
): Promise<string | null> {
  let folder = dirname(await realpath(program).catch(() => program));
  for (;;) {
    const found = await readPackage(join(folder, 'package.json'));
    if (found && isWanted(found.name)) return found.version;
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

async function readPackage(path: string): Promise<{name: string; version: string | null} | null> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isJson(content) ? {name: text(content.name) ?? '', version: text(content.version)} : null;
  } catch {
    return null;
  }
}
