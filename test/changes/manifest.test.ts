import {utimesSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {env, folder, idOf, open, write} from './repository.ts';

const withoutGit = {...env, PATH: '/nowhere'};

describe('a snapshot without git', () => {
  it('changes with the content of a file and not with its time', async () => {
    const dir = folder();
    write(dir, {'a.txt': 'one\n'});
    const worktree = open(dir, {env: withoutGit});
    const before = await idOf(worktree, 'manifest');
    utimesSync(join(dir, 'a.txt'), 1, 1);
    expect(await idOf(worktree, 'manifest')).toBe(before);
    write(dir, {'a.txt': 'two\n'});
    expect(await idOf(worktree, 'manifest')).not.toBe(before);
  });
});
