import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {messageOf, OneshotError} from '../error.ts';

/** @throws OneshotError CWD_UNUSABLE unless `path` is a folder that we may enter. */
export async function requireFolder(
  path: string,
  nextStep = 'Give a folder that exists: --cwd DIR.',
): Promise<void> {
  const problem = await folderProblem(path);
  if (problem === null) return;
  throw new OneshotError('CWD_UNUSABLE', `cannot work in ${path}: ${problem}`, nextStep);
}

async function folderProblem(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isDirectory()) return 'it is not a folder';
    await access(path, constants.X_OK);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
