import {mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {worktreeRoot} from '../../src/worktree/root.ts';
import {Repository} from './repository.ts';

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
});

afterEach(() => repository.remove());

it('the root of a folder in a repository is the top level, also through a symbolic link', async () => {
  repository.write('a/b/file');
  const link = join(repository.home, 'link');
  symlinkSync(join(repository.path, 'a'), link);
  const root = {path: repository.path, inside: 'a/b', isGit: true};
  expect(await worktreeRoot(join(repository.path, 'a', 'b'))).toEqual(root);
  expect(await worktreeRoot(join(link, 'b'))).toEqual(root);
});

it('a linked worktree is a root of its own', async () => {
  repository.commit('file');
  const linked = join(repository.home, 'linked');
  repository.git('worktree', 'add', '-q', linked);
  expect(await worktreeRoot(linked)).toEqual({path: linked, inside: '', isGit: true});
});

it('a folder outside of git is its own root', async () => {
  const folder = join(repository.home, 'plain');
  mkdirSync(folder);
  expect(await worktreeRoot(folder)).toEqual({path: folder, inside: '', isGit: false});
});
