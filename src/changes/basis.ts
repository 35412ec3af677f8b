/** What a session's worktree is compared by: decided once, so that its snapshots can be compared with each other. */
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {systemCode} from '../error.ts';
import type {Git} from './git.ts';
import {findRepository, type Repository} from './repository.ts';

export type Basis =
  | {kind: 'git'; repository: Repository}
  /** `reason`: why not git. */
  | {kind: 'manifest'; reason: string};

/**
 * What was decided before in `storeDir`, else what fits `cwd` now.
 * @throws the system error when the store cannot be read or written
 */
export async function basisOf(git: Git, cwd: string, storeDir: string): Promise<Basis> {
  const path = join(storeDir, 'basis.json');
  const before = await readFile(path, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (before !== null) return JSON.parse(before) as Basis;
  const found = await findRepository(git, cwd);
  const basis: Basis = 'reason' in found ? {kind: 'manifest', ...found} : {kind: 'git', repository: found};
  await mkdir(storeDir, {recursive: true, mode: 0o700});
  await writeFile(path, JSON.stringify(basis), {mode: 0o600});
  return basis;
}
