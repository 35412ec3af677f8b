import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {leaveOwnWorktree, leftWorktreeText} from '../../src/worktree/left.ts';
import {addOwnWorktree, ownWorktreeOf, reopenOwnWorktree, uncommittedIn} from '../../src/worktree/own.ts';
import {Repository} from './repository.ts';

const session = '20260101-000000-abcdef';
const branch = `oneshot/${session}`;

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
  repository.commit('a/file');
});

afterEach(() => repository.remove());

const request = () => ({stateDir: repository.stateDir, session, env: repository.env});
const add = (cwd = repository.path) => addOwnWorktree(cwd, request());
const branches = () => repository.git('branch', '--format=%(refname:short)').trim().split('\n');

it('it begins at HEAD, on a branch of its own, in the same subfolder, without what is not committed', async () => {
  repository.write('a/file', 'changed\n');
  const own = await add(join(repository.path, 'a'));
  expect(own).toMatchObject({branch, origin: repository.path, cwd: join(own.path, 'a')});
  expect(readFileSync(join(own.cwd, 'file'), 'utf8')).toBe('text\n');
  expect(repository.gitIn(own.cwd, 'branch', '--show-current').trim()).toBe(branch);
  expect(await uncommittedIn(repository.path, repository.env)).toBe(1);
});

it('variables that lead git elsewhere, as in a hook, are left out', async () => {
  const env = {...repository.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere/index'};
  const own = await addOwnWorktree(repository.path, {...request(), env});
  expect(existsSync(join(own.path, 'a/file'))).toBe(true);
});

it('one in which nothing was done goes away with its branch', async () => {
  const own = await add();
  const left = await leaveOwnWorktree(own, repository.env);
  expect(left).toEqual({path: own.path, branch, removed: true, commits: 0, uncommitted: 0});
  expect(existsSync(own.path)).toBe(false);
  expect(branches()).toEqual(['main']);
  expect(leftWorktreeText(left)).toContain('removed');
});

it.each([
  ['a new file', 'new', {commits: 0, uncommitted: 1}, 'no commits, 1 file not committed'],
  ['an ignored file', 'ignored', {commits: 0, uncommitted: 1}, 'no commits, 1 file not committed'],
])('%s is work, and stays', async (_, name, found, text) => {
  repository.commit('.gitignore', 'ignored\n');
  const own = await add();
  repository.write(name, 'work\n', own.path);
  const left = await leaveOwnWorktree(own, repository.env);
  expect(left).toEqual({path: own.path, branch, removed: false, ...found});
  expect(leftWorktreeText(left)).toBe(`worktree ${own.path}, branch ${branch}: ${text}`);
  expect(readFileSync(join(own.path, name), 'utf8')).toBe('work\n');
});

it.each([
  ['on its branch', []],
  ['on another branch', ['checkout', '-q', '-b', 'other']],
  ['on no branch', ['checkout', '-q', '--detach']],
])('a commit %s is work, and stays', async (_, before) => {
  const own = await add();
  if (before.length > 0) repository.gitIn(own.path, ...before);
  repository.gitIn(own.path, 'commit', '-q', '--allow-empty', '-m', 'work');
  expect(await leaveOwnWorktree(own, repository.env)).toMatchObject({
    removed: false,
    commits: 1,
    uncommitted: 0,
  });
  expect(existsSync(own.path)).toBe(true);
});

it('one that git can tell nothing of stays', async () => {
  const own = await add();
  rmSync(join(own.path, '.git'));
  const left = await leaveOwnWorktree(own, {...repository.env, GIT_CEILING_DIRECTORIES: repository.home});
  expect(left).toMatchObject({removed: false, commits: null, uncommitted: null});
  expect(leftWorktreeText(left)).toContain('git does not tell');
  expect(existsSync(join(own.path, 'a/file'))).toBe(true);
});

it('a resumed session goes on in it, and finds it anew where it is gone', async () => {
  const own = await add();
  expect(await reopenOwnWorktree(request())).toEqual(own);
  await leaveOwnWorktree(own, repository.env);
  expect(await reopenOwnWorktree(request())).toEqual(own);
  expect(repository.gitIn(own.cwd, 'branch', '--show-current').trim()).toBe(branch);
  // Deleted by hand, with a commit on its branch.
  repository.gitIn(own.path, 'commit', '-q', '--allow-empty', '-m', 'work');
  rmSync(own.path, {recursive: true});
  await reopenOwnWorktree(request());
  expect(repository.gitIn(own.path, 'log', '-1', '--format=%s').trim()).toBe('work');
});

it('a session without one has none', async () => {
  expect(await reopenOwnWorktree(request())).toBeNull();
  expect(ownWorktreeOf(request())).toBeNull();
});

it('a folder outside of git is refused with what to do', async () => {
  const folder = join(repository.home, 'plain');
  mkdirSync(folder);
  await expect(add(folder)).rejects.toMatchObject({
    code: 'WORKTREE_UNAVAILABLE',
    nextStep: expect.stringContaining('git init'),
  });
});

it('a repository without a commit is refused', async () => {
  const empty = new Repository();
  await expect(addOwnWorktree(empty.path, request())).rejects.toMatchObject({
    code: 'WORKTREE_UNAVAILABLE',
    nextStep: expect.stringContaining('Commit something first'),
  });
  empty.remove();
});

it('a folder that is in no commit is refused, and nothing is left', async () => {
  repository.write('new/file');
  await expect(add(join(repository.path, 'new'))).rejects.toMatchObject({code: 'WORKTREE_UNAVAILABLE'});
  expect(branches()).toEqual(['main']);
});

it('a branch name that is taken is told in the words of git', async () => {
  repository.git('branch', 'oneshot');
  await expect(add()).rejects.toMatchObject({
    message: expect.stringContaining('git could not make a worktree'),
  });
});

it('without git there is none', async () => {
  const none = {...repository.env, PATH: '/nowhere'};
  await expect(addOwnWorktree(repository.path, {...request(), env: none})).rejects.toMatchObject({
    code: 'WORKTREE_UNAVAILABLE',
    message: 'git cannot be started',
  });
});

it('several sessions may begin and end at once', async () => {
  for (let round = 0; round < 3; round++) {
    const sessions = Array.from({length: 6}, (_, index) => `20260101-00000${round}-aaaaa${index}`);
    const add = (one: string) => addOwnWorktree(repository.path, {...request(), session: one});
    const added = await Promise.all(sessions.map(add));
    const left = await Promise.all(added.map((own) => leaveOwnWorktree(own, repository.env)));
    expect(left.map(({removed}) => removed)).toEqual(sessions.map(() => true));
  }
  expect(branches()).toEqual(['main']);
});

it('git that finds a worktree half made is asked again, but not for ever', async () => {
  const half = join(repository.path, '.git', 'worktrees', 'half');
  mkdirSync(half, {recursive: true});
  for (const [name, text] of [
    ['HEAD', 'ref: refs/heads/main'],
    ['gitdir', '/nowhere/.git'],
    ['locked', ''],
    ['commondir', ''],
  ])
    writeFileSync(join(half, name!), text!);
  setTimeout(() => writeFileSync(join(half, 'commondir'), '../..\n'), 200);
  expect(existsSync((await add()).path)).toBe(true);
});
