import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {ChangeLimits} from '../../src/changes/comparison.ts';
import {isSame} from '../../src/changes/worktree.ts';
import {env, folder, git, hasGit, idOf, type Opened, open, repository, write} from './repository.ts';

const withoutGit = {...env, PATH: '/nowhere'};

/** What `act` changes in a folder, seen without git. */
async function changesBy(act: (dir: string) => void, dir: string, limits?: Partial<ChangeLimits>) {
  const worktree = open(dir, {env: withoutGit});
  const before = await idOf(worktree, 'manifest');
  act(dir);
  const changes = await worktree.changes(before, await idOf(worktree, 'manifest'), limits);
  if (changes.kind === 'none') throw new Error(changes.reason);
  return changes;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

function manifestsOf({options}: Opened): string {
  return join(options.storeDir, 'manifests');
}

describe('a snapshot without git', () => {
  it('changes with the content of a file and not with its time', async () => {
    const dir = folder();
    write(dir, {'a.txt': 'one\n'});
    const worktree = open(dir, {env: withoutGit});
    const before = await worktree.snapshot();
    utimesSync(join(dir, 'a.txt'), 1, 1);
    expect(isSame(before, await worktree.snapshot())).toBe(true);
    write(dir, {'a.txt': 'two\n'});
    expect(isSame(before, await worktree.snapshot())).toBe(false);
  });

  it('tells what is added, changed and gone, with sizes and hashes', async () => {
    const dir = folder();
    write(dir, {'a.txt': 'one\n', 'sub/b.txt': 'b\n', 'same.txt': '', 'link.txt': 'x'});
    const changes = await changesBy(() => {
      write(dir, {'a.txt': 'longer\n', 'new/c.txt': 'c\n'});
      rmSync(join(dir, 'sub/b.txt'));
      rmSync(join(dir, 'link.txt'));
      symlinkSync('a.txt', join(dir, 'link.txt'));
    }, dir);
    expect(changes.text).toBe(
      [
        '4 files changed:',
        `- modified a.txt (4 -> 7 bytes, sha256 ${sha256('one\n')} -> ${sha256('longer\n')})`,
        `- type-changed link.txt (1 -> 5 bytes, sha256 ${sha256('x')})`,
        `- added new/c.txt (2 bytes, sha256 ${sha256('c\n')})`,
        `- deleted sub/b.txt (2 bytes, sha256 ${sha256('b\n')})`,
        '',
      ].join('\n'),
    );
    expect(changes.files[0]).toEqual({
      path: 'a.txt',
      previousPath: null,
      status: 'modified',
      isBinary: null,
      shown: 'named',
    });
  });

  it('is bounded, and says what is left out', async () => {
    const many = Object.fromEntries(Array.from({length: 300}, (_, index) => [`file-${index}.txt`, 'x']));
    const limits = {files: 200, totalBytes: 1_000};
    const changes = await changesBy((dir) => write(dir, many), folder(), limits);
    expect(changes).toMatchObject({omittedFiles: 100});
    expect(changes.files).toHaveLength(200);
    expect(Buffer.byteLength(changes.text)).toBeLessThanOrEqual(1_000);
    expect(changes.text).toMatch(/\n\[2\d\d more are left out\]\n$/);
  });

  it('says nothing where nothing has changed', async () => {
    expect(await changesBy(() => {}, folder())).toEqual({
      kind: 'changes',
      files: [],
      omittedFiles: 0,
      text: '',
    });
  });

  it('leaves out what tools put beside the work', async () => {
    const ignored = {'node_modules/x.js': '', 'sub/.git/HEAD': '', '__pycache__/a.pyc': ''};
    expect((await changesBy((dir) => write(dir, ignored), folder())).files).toEqual([]);
  });

  it('tells a large file by size and time', async () => {
    const dir = folder();
    write(dir, {'big.bin': ''});
    truncateSync(join(dir, 'big.bin'), 20 * 1024 * 1024);
    const changes = await changesBy(() => utimesSync(join(dir, 'big.bin'), 1, 1), dir);
    expect(changes.text).toContain('- modified big.bin (20971520 bytes)\n');
  });

  it.skipIf(process.platform === 'win32')('names what is no file, and does not follow links', async () => {
    const dir = folder();
    symlinkSync(dir, join(dir, 'circle'));
    const changes = await changesBy(() => execFileSync('mkfifo', [join(dir, 'pipe')]), dir);
    expect(changes.text).toBe('1 file changed:\n- added pipe (0 bytes)\n');
  });

  it.skipIf(process.platform !== 'linux')('keeps names that are no UTF-8 apart', async () => {
    const dir = folder();
    const name = (byte: number) => Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([byte])]);
    writeFileSync(name(0xfe), 'x');
    const changes = await changesBy(() => writeFileSync(name(0xff), 'x'), dir);
    expect(changes.files).toMatchObject([{path: '\ufffd', status: 'added'}]);
  });

  it('does not count the state folder of oneshot', async () => {
    const dir = folder();
    const stateDir = join(dir, 'state');
    const worktree = open(dir, {env: withoutGit, stateDir, storeDir: join(stateDir, 'sessions/1/changes')});
    const before = await idOf(worktree, 'manifest');
    write(stateDir, {'sessions/1/events.jsonl': '{}\n'});
    expect(await idOf(worktree, 'manifest')).toBe(before);
  });

  it('cannot be taken of a folder that is not there, or when it shall stop', async () => {
    const gone = await open(join(folder(), 'gone'), {env: withoutGit}).snapshot();
    expect(gone).toMatchObject({kind: 'none', reason: expect.stringContaining('gone')});
    const dir = folder();
    const {options} = open(dir, {env: withoutGit});
    await idOf(open(dir, options), 'manifest');
    expect(await open(dir, {...options, stop: AbortSignal.abort()}).snapshot()).toEqual({
      kind: 'none',
      reason: 'was stopped',
    });
  });

  it('lies in files for the user alone, and a damaged one is noticed', async () => {
    const dir = folder();
    const worktree = open(dir, {env: withoutGit});
    const id = await idOf(worktree, 'manifest');
    const [name] = readdirSync(manifestsOf(worktree));
    expect(id).toBe(`manifest:${name}`);
    const path = join(manifestsOf(worktree), name!);
    if (process.platform !== 'win32') {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(worktree.options.storeDir).mode & 0o777).toBe(0o700);
    }
    writeFileSync(path, '{}\n');
    expect(await worktree.changes(id, id)).toEqual({kind: 'none', reason: `the manifest ${name} is damaged`});
  });
});

describe.skipIf(!hasGit)('the way of comparing', () => {
  it('stays what it was when the session began, though a repository comes into being', async () => {
    const dir = folder();
    const worktree = open(dir);
    const before = await idOf(worktree, 'manifest');
    git(dir, 'init', '--quiet');
    expect(await idOf(worktree, 'manifest')).toBe(before);
  });

  it('is a manifest where git ignores the folder, or does not trust it', async () => {
    const dir = repository({'.gitignore': 'out/\n', 'a.txt': 'one\n'});
    mkdirSync(join(dir, 'out'));
    expect(await open(join(dir, 'out')).snapshot()).toMatchObject({kind: 'manifest'});
    write(dir, {'.git/HEAD': 'broken\n'});
    expect(await open(dir).snapshot()).toMatchObject({kind: 'manifest'});
  });

  it('cannot be found out where the store cannot be read', async () => {
    const storeDir = folder();
    mkdirSync(join(storeDir, 'basis.json'));
    expect(await open(folder(), {storeDir}).snapshot()).toMatchObject({kind: 'none'});
  });
});
