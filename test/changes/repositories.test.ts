/** The shapes and states that a repository can be in. */
import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {isSame} from '../../src/changes/worktree.ts';
import {env, everythingIn, folder, git, hasGit, idOf, open, repository, write} from './repository.ts';

/** Text of what `act` changes, seen from `cwd`. */
async function textOf(cwd: string, act: () => void): Promise<string> {
  const worktree = open(cwd);
  const before = await idOf(worktree);
  act();
  const after = await idOf(worktree);
  const changes = await worktree.changes(before, after);
  if (changes.kind === 'none') throw new Error(changes.reason);
  expect(changes.text === '').toBe(before === after);
  return changes.text;
}

describe.skipIf(!hasGit)('the worktree', () => {
  it('may belong to a repository without a commit', async () => {
    const dir = folder();
    git(dir, 'init', '--quiet');
    expect(await open(dir).snapshot()).toMatchObject({kind: 'git', head: null, branch: expect.any(String)});
    expect(await textOf(dir, () => write(dir, {'a.txt': 'one\n'}))).toContain('+one');
  });

  it('may be a linked one', async () => {
    const main = repository();
    const linked = join(folder(), 'linked');
    git(main, 'worktree', 'add', '--quiet', linked);
    const before = everythingIn(join(main, '.git'));
    expect(await textOf(linked, () => write(linked, {'a.txt': 'two\n'}))).toContain('+two');
    expect(everythingIn(join(main, '.git'))).toEqual(before);
  });

  it('is the whole repository, seen from any folder in it', async () => {
    const dir = repository({'a.txt': 'one\n', 'sub/b.txt': 'b\n'});
    expect(await textOf(join(dir, 'sub'), () => write(dir, {'a.txt': 'two\n'}))).toContain('+two');
  });

  it('shows what is hidden by rules of its own', async () => {
    const dir = repository();
    const text = await textOf(dir, () =>
      write(dir, {'.git/info/exclude': 'secret.txt\n', 'secret.txt': 's\n'}),
    );
    expect(text).toContain('.git-info-exclude');
    expect(text).toContain('+secret.txt');
  });

  it('may have no such rules', async () => {
    const dir = repository();
    rmSync(join(dir, '.git', 'info', 'exclude'));
    const text = await textOf(dir, () => write(dir, {'a.txt': 'two\n'}));
    expect(text).toContain('+two');
    expect(text).not.toContain('exclude');
  });

  it('may be reached through a link', async () => {
    const dir = repository();
    const link = join(folder(), 'link');
    symlinkSync(dir, link);
    expect(await textOf(link, () => write(dir, {'a.txt': 'two\n'}))).toContain('+two');
  });

  it('may have names of objects in SHA-256', async () => {
    const dir = repository({'a.txt': 'one\n'}, '--object-format=sha256');
    const text = await textOf(dir, () => {
      write(dir, {'big.bin': Buffer.alloc(9 * 1024 * 1024)});
      rmSync(join(dir, 'a.txt'));
    });
    expect(text).toContain('-one');
    expect(text).toContain('+[a file too large to be compared: 9437184 bytes, changed ');
  });

  it('may be in the middle of a merge', async () => {
    const dir = repository({'a.txt': 'one\n', 'b.txt': 'one\n'});
    git(dir, 'switch', '--quiet', '--create', 'other');
    write(dir, {'a.txt': 'theirs\n'});
    git(dir, 'rm', '--quiet', 'b.txt');
    git(dir, 'commit', '--quiet', '--all', '--message=theirs');
    git(dir, 'switch', '--quiet', 'main');
    write(dir, {'a.txt': 'ours\n', 'b.txt': 'ours\n'});
    git(dir, 'commit', '--quiet', '--all', '--message=ours');
    expect(() => git(dir, 'merge', 'other')).toThrow();
    const before = everythingIn(dir);
    const text = await textOf(dir, () => {});
    expect(text).toBe('');
    expect(everythingIn(dir)).toEqual(before);
    const solved = await textOf(dir, () => {
      write(dir, {'a.txt': 'solved\n'});
      rmSync(join(dir, 'b.txt'));
    });
    expect(solved).toContain('+solved');
    expect(solved).toContain('deleted b.txt');
  });

  it('may be a sparse checkout', async () => {
    const dir = repository({'in/a.txt': 'one\n', 'out/b.txt': 'b\n'});
    git(dir, 'sparse-checkout', 'set', 'in');
    expect(await textOf(dir, () => write(dir, {'in/a.txt': 'two\n'}))).not.toContain('out/');
    expect(await textOf(dir, () => write(dir, {'out/b.txt': 'changed\n', 'out/c.txt': 'c\n'}))).toContain(
      '+changed',
    );
  });

  it('may have line ends that git converts', async () => {
    const dir = repository({'a.txt': 'one\n', '.gitattributes': '*.txt text eol=crlf\n'});
    git(dir, 'config', 'core.safecrlf', 'true');
    expect(await textOf(dir, () => write(dir, {'a.txt': 'one\r\n'}))).toBe('');
    expect(await textOf(dir, () => write(dir, {'a.txt': 'one\r\ntwo\n'}))).toContain('+two');
  });

  it('may have an index in two parts', async () => {
    const dir = repository();
    git(dir, 'update-index', '--split-index');
    const before = everythingIn(join(dir, '.git')).map((line) => line.replace(/ \S+ (\S*)$/, ' $1'));
    expect(await textOf(dir, () => write(dir, {'a.txt': 'two\n'}))).toContain('+two');
    const after = everythingIn(join(dir, '.git')).map((line) => line.replace(/ \S+ (\S*)$/, ' $1'));
    expect(after).toEqual(before);
  });

  it('shows a folder in the place of a file, and a file in the place of a folder', async () => {
    const dir = repository({a: 'file\n', 'b/c.txt': 'c\n'});
    const text = await textOf(dir, () => {
      rmSync(join(dir, 'a'));
      rmSync(join(dir, 'b'), {recursive: true});
      write(dir, {'a/x.txt': 'x\n', b: 'now a file\n'});
    });
    for (const line of ['deleted a', 'added a/x.txt', 'added b', 'deleted b/c.txt'])
      expect(text).toContain(`- ${line}\n`);
  });

  it('says no more than size and time of a large file', async () => {
    const dir = repository({'a.bin': Buffer.alloc(9 * 1024 * 1024)});
    const text = await textOf(dir, () => write(dir, {'a.bin': Buffer.alloc(9 * 1024 * 1024, 1)}));
    expect(text).toContain('modified a.bin');
  });

  it('looks into a submodule and names it', async () => {
    const inner = repository({'i.txt': 'inner\n'});
    const dir = repository();
    git(dir, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'mod');
    git(dir, 'commit', '--quiet', '--message=module');
    const before = everythingIn(dir);
    expect(await textOf(dir, () => {})).toBe('');
    expect(everythingIn(dir)).toEqual(before);
    const text = await textOf(dir, () => write(dir, {'mod/i.txt': 'changed\n'}));
    expect(text).toMatch(/^1 file changed:\n- modified mod\n/);
    expect(text).toMatch(/\+\[a git repository of its own: commit [0-9a-f]{40}, files [0-9a-f]{40}\]/);
  });

  it('may have a submodule that is not checked out, or gone', async () => {
    const inner = repository({'i.txt': 'inner\n'});
    const dir = repository();
    git(dir, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'mod');
    git(dir, 'commit', '--quiet', '--message=module');
    git(dir, 'submodule', '--quiet', 'deinit', '--force', 'mod');
    expect(await textOf(dir, () => write(dir, {'a.txt': 'two\n'}))).toMatch(
      /^1 file changed:\n- modified a\.txt\n/,
    );
    expect(await textOf(dir, () => rmSync(join(dir, 'mod'), {recursive: true}))).toContain('deleted mod');
  });

  it('may hold other repositories, with a commit and without', async () => {
    const dir = repository();
    renameSync(repository({'i.txt': 'inner\n'}), join(dir, 'inner'));
    mkdirSync(join(dir, 'empty'));
    git(join(dir, 'empty'), 'init', '--quiet');
    const text = await textOf(dir, () => write(dir, {'inner/i.txt': 'x\n', 'empty/new.txt': 'x\n'}));
    expect(text).toContain('- modified empty\n- modified inner\n');
  });

  it.skipIf(process.platform === 'win32')('may hold what is neither file nor link', async () => {
    const dir = repository();
    const text = await textOf(dir, () => {
      rmSync(join(dir, 'a.txt'));
      execFileSync('mkfifo', [join(dir, 'a.txt')]);
    });
    expect(text).toContain('+[neither a file nor a link]');
  });
});

describe.skipIf(!hasGit)('nothing misleads it', () => {
  it('neither variables of an outer git, nor what its hooks set', async () => {
    const other = repository({'other.txt': 'x\n'});
    const dir = repository();
    const misled = {
      ...env,
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, '.git/index'),
      GIT_OBJECT_DIRECTORY: '/nowhere',
      GIT_LITERAL_PATHSPECS: '1',
    };
    expect(await idOf(open(dir, {env: misled}))).toBe(await idOf(open(dir)));
  });

  it('neither flags in the index', async () => {
    const dir = repository({'a.txt': 'one\n', 'b.txt': 'one\n'});
    git(dir, 'update-index', '--assume-unchanged', 'a.txt');
    git(dir, 'update-index', '--skip-worktree', 'b.txt');
    const text = await textOf(dir, () => write(dir, {'a.txt': 'two\n', 'b.txt': 'two\n'}));
    expect(text).toContain('- modified a.txt\n- modified b.txt\n');
  });

  it('nor a change within the second in which the index was written', async () => {
    const dir = repository();
    for (let round = 0; round < 5; round++) {
      write(dir, {'a.txt': `${round}\n`});
      git(dir, 'add', 'a.txt');
      expect(await textOf(dir, () => write(dir, {'a.txt': 'x\n'}))).toContain('+x');
    }
  });

  it('and nothing runs: no hook, monitor or filter of the repository', async () => {
    const dir = repository({'a.txt': 'one\n', '.gitattributes': '*.txt filter=evil\n'});
    const ran = join(folder(), 'ran');
    const program = `touch ${ran}; cat`;
    write(dir, {'hooks/post-index-change': `#!/bin/sh\ntouch ${ran}\n`, 'a.txt': 'two\n'});
    chmodSync(join(dir, 'hooks/post-index-change'), 0o755);
    git(dir, 'config', 'core.hooksPath', join(dir, 'hooks'));
    git(dir, 'config', 'core.fsmonitor', program);
    git(dir, 'config', 'filter.evil.clean', program);
    git(dir, 'config', 'filter.evil.required', 'true');
    expect(await textOf(dir, () => write(dir, {'a.txt': 'three\n'}))).toContain('+three');
    expect(existsSync(ran)).toBe(false);
  });

  it('while a filter of the user runs, also where the repository names another program for it', async () => {
    const dir = repository({'a.txt': 'one\n', '.gitattributes': '*.txt filter=upper\n'});
    const config = join(folder(), 'config');
    writeFileSync(config, '[filter "upper"]\n\tclean = tr a-z A-Z\n');
    git(dir, 'config', 'filter.upper.clean', 'false');
    const worktree = open(dir, {env: {...env, GIT_CONFIG_GLOBAL: config}});
    const before = await idOf(worktree);
    write(dir, {'a.txt': 'two\n'});
    const changes = await worktree.changes(before, await idOf(worktree));
    expect(changes).toMatchObject({text: expect.stringContaining('+TWO')});
  });

  it('and a filter whose setting cannot be undone is a reason to tell nothing', async () => {
    const dir = repository();
    git(dir, 'config', 'filter.a=b.clean', 'false');
    const reason = 'the setting filter.a=b.clean cannot be undone';
    expect(await open(dir).snapshot()).toEqual({kind: 'none', reason});
  });

  it('and the state folder of oneshot is no part of it', async () => {
    const dir = repository();
    const stateDir = join(dir, '.state');
    const worktree = open(dir, {stateDir, storeDir: join(stateDir, 'sessions/1/changes')});
    const before = await idOf(worktree);
    write(stateDir, {'sessions/1/events.jsonl': '{}\n'});
    expect(await idOf(worktree)).toBe(before);
    const same = open(dir, {stateDir: dir, storeDir: join(dir, 'sessions/1/changes')});
    rmSync(stateDir, {recursive: true});
    const first = await idOf(same);
    write(dir, {'sessions/1/events.jsonl': '{}\n'});
    expect(await idOf(same)).toBe(first);
    write(dir, {'other/file': '{}\n'});
    expect(await idOf(same)).not.toBe(first);
  });
});

describe.skipIf(!hasGit)('two snapshots', () => {
  it('differ when HEAD has moved, though the files are the same', async () => {
    const dir = repository();
    const worktree = open(dir);
    const first = await worktree.snapshot();
    expect(first).toMatchObject({head: git(dir, 'rev-parse', 'HEAD').trim(), branch: 'refs/heads/main'});
    git(dir, 'commit', '--quiet', '--allow-empty', '--message=empty');
    const second = await worktree.snapshot();
    git(dir, 'switch', '--quiet', '--detach');
    const third = await worktree.snapshot();
    expect(third).toMatchObject({branch: null});
    expect([isSame(first, second), isSame(second, third), isSame(third, third)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('cannot be compared when one of them could not be taken', async () => {
    const dir = repository();
    const worktree = open(dir);
    const before = await worktree.snapshot();
    rmSync(join(dir, '.git'), {recursive: true});
    const after = await worktree.snapshot();
    expect(after).toMatchObject({kind: 'none', reason: expect.stringMatching(/^git .* failed: /)});
    expect([isSame(before, after), isSame(after, before)]).toEqual([null, null]);
  });

  it('of thousands of new files are taken a few thousand at a time', async () => {
    const dir = repository();
    const bin = folder();
    const calls = join(bin, 'calls');
    const real = execFileSync('which', ['git'], {encoding: 'utf8'}).trim();
    writeFileSync(join(bin, 'git'), `#!/bin/sh\necho "$@" >> '${calls}'\nexec '${real}' "$@"\n`, {
      mode: 0o700,
    });
    const worktree = open(dir, {env: {...env, PATH: `${bin}:${process.env.PATH}`}});
    const before = await idOf(worktree);
    write(dir, Object.fromEntries(Array.from({length: 4_100}, (_, index) => [`d/${index}`, ''])));
    const changes = await worktree.changes(before, await idOf(worktree));
    if (changes.kind === 'none') throw new Error(changes.reason);
    expect(changes.files.length + changes.omittedFiles).toBe(4_100);
    const adding = readFileSync(calls, 'utf8').match(/update-index -z --add/g);
    expect(adding).toHaveLength(2);
  });

  it('end as none when they take too long or shall stop', async () => {
    const dir = repository();
    const bin = folder();
    writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec sleep 60\n', {mode: 0o700});
    const slow = {...env, PATH: `${bin}:${process.env.PATH}`};
    const late = await open(dir, {env: slow, gitTimeoutMs: 20}).snapshot();
    expect(late).toEqual({kind: 'none', reason: 'git rev-parse took longer than 20 ms'});
    const stopped = await open(dir, {stop: AbortSignal.abort()}).snapshot();
    expect(stopped).toEqual({kind: 'none', reason: 'git rev-parse was stopped'});
  });
});
