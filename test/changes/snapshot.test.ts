import {readdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {isSame} from '../../src/changes/worktree.ts';
import {everythingIn, git, hasGit, idOf, open, repository, write} from './repository.ts';

describe.skipIf(!hasGit)('a snapshot of a git worktree', () => {
  it('is the same again while nothing changes', async () => {
    const worktree = open(repository());
    const before = await worktree.snapshot();
    expect(before).toMatchObject({kind: 'git', id: expect.stringMatching(/^git:[0-9a-f]{40}$/)});
    expect(isSame(before, await worktree.snapshot())).toBe(true);
  });

  it('leaves the repository byte for byte as it is', async () => {
    const dir = repository({'a.txt': 'one\n', 'b.txt': 'two\n'});
    write(dir, {'a.txt': 'stashed\n'});
    git(dir, 'stash');
    write(dir, {'a.txt': 'staged\n', 'new.txt': 'untracked\n'});
    git(dir, 'add', 'a.txt');
    write(dir, {'b.txt': 'unstaged\n'});
    const before = everythingIn(dir);
    await idOf(open(dir));
    expect(everythingIn(dir)).toEqual(before);
  });

  it('is kept where nobody else can read it', async () => {
    const dir = repository({'a.txt': 'one\n'});
    write(dir, {'a.txt': 'changed\n'});
    const worktree = open(dir);
    await idOf(worktree);
    const {storeDir} = worktree.options;
    const paths = readdirSync(storeDir, {recursive: true, encoding: 'utf8'});
    expect(paths.filter((path) => /^git\/objects\/..\/./.test(path))).not.toEqual([]);
    for (const path of paths) expect(statSync(join(storeDir, path)).mode & 0o077, path).toBe(0);
  });

  it('sees what is staged, unstaged, untracked and deleted', async () => {
    const dir = repository({'a.txt': 'one\n', 'b.txt': 'two\n'});
    const worktree = open(dir);
    const ids = [await idOf(worktree)];
    write(dir, {'a.txt': 'staged\n'});
    git(dir, 'add', 'a.txt');
    ids.push(await idOf(worktree));
    write(dir, {'a.txt': 'unstaged\n'});
    ids.push(await idOf(worktree));
    write(dir, {'new.txt': ''});
    ids.push(await idOf(worktree));
    rmSync(join(dir, 'b.txt'));
    ids.push(await idOf(worktree));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
