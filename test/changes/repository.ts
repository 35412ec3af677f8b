/** A temporary folder with a git repository in it, and what its user sees of it. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterAll} from 'vitest';
import type {Environment} from '../../src/changes/git.ts';
import {type Snapshot, type Worktree, type WorktreeOptions, worktreeOf} from '../../src/changes/worktree.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'worktree-test-')));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

/** No configuration of this machine, and no repository around the folder. */
export const env: Environment = {
  PATH: process.env.PATH,
  HOME: scratch,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CEILING_DIRECTORIES: scratch,
};

const AUTHOR = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgSign=false'];

export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', [...AUTHOR, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export const hasGit = (() => {
  try {
    return git(scratch, '--version') !== '';
  } catch {
    return false;
  }
})();

/** An empty folder. */
export function folder(): string {
  return mkdtempSync(join(scratch, 'x-'));
}

export type Files = Readonly<Record<string, string | Buffer>>;

export function write(dir: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), {recursive: true});
    writeFileSync(join(dir, name), content);
  }
}

/** A repository with one commit that holds `files`. */
export function repository(files: Files = {'a.txt': 'one\n'}, ...initArgs: string[]): string {
  const dir = folder();
  git(dir, 'init', '--quiet', '--initial-branch=main', ...initArgs);
  write(dir, files);
  git(dir, 'add', '--all');
  git(dir, 'commit', '--quiet', '--message=first');
  return dir;
}

export interface Opened extends Worktree {
  options: WorktreeOptions;
}

export function open(cwd: string, more: Partial<WorktreeOptions> = {}): Opened {
  const options = {cwd, storeDir: join(folder(), 'store'), stateDir: join(scratch, 'state'), env, ...more};
  return {options, ...worktreeOf(options)};
}

/** The id of a snapshot, which must be one of this kind. */
export async function idOf(worktree: Worktree, kind: 'git' | 'manifest' = 'git'): Promise<string> {
  const snapshot: Snapshot = await worktree.snapshot();
  if (snapshot.kind !== kind) throw new Error(`not of ${kind}: ${JSON.stringify(snapshot)}`);
  return snapshot.id;
}

/**
 * Path, mode, time and content of everything in a folder; no time of git's objects, since git touches the file of one that
 * it would have written again.
 */
export function everythingIn(dir: string): string[] {
  return readdirSync(dir, {recursive: true, encoding: 'utf8'})
    .sort()
    .map((name) => {
      const stats = lstatSync(join(dir, name));
      const content = stats.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(dir, name)))
            .digest('hex')
        : '';
      const hasTime = stats.isFile() && !/(^|[\\/])objects[\\/]/.test(name);
      return [name, stats.mode, hasTime ? stats.mtimeMs : '', content].join(' ');
    });
}
