import {resolve} from 'node:path';
import which from 'which';
import {OneshotError} from '../error.ts';
import type {Environment} from './executor.ts';

/**
 * A program that the user named is looked for before anything is recorded. A path is relative to the folder in which the
 * program will run.
 * @throws OneshotError AGENT_NOT_FOUND
 */
export async function requireProgram(
  program: string,
  {cwd, env}: {cwd: string; env: Environment},
): Promise<void> {
  const isPath = /[/\\]/.test(program);
  const found = await which(isPath ? resolve(cwd, program) : program, {nothrow: true, path: env.PATH ?? ''});
  if (found !== null) return;
  throw new OneshotError(
    'AGENT_NOT_FOUND',
    isPath ? `there is no program ${resolve(cwd, program)}` : `${program} is not on PATH`,
    'Install it, or correct its name.',
  );
}
