import {appendFileSync, chmodSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {ChangeLimits, Changes, Comparison} from '../../src/changes/comparison.ts';
import {type Worktree, worktreeOf} from '../../src/changes/worktree.ts';
import {type Files, git, hasGit, idOf, open, repository, write} from './repository.ts';

/** What `act` changes in a repository that holds `files`. */
async function changesBy(
  act: (dir: string) => void,
  files: Files,
  limits?: Partial<ChangeLimits>,
): Promise<Comparison> {
  const dir = repository(files);
  const worktree = open(dir);
  const before = await idOf(worktree);
  act(dir);
  return told(await worktree.changes(before, await idOf(worktree), limits));
}

function told(changes: Changes): Comparison {
  if (changes.kind === 'none') throw new Error(changes.reason);
  return changes;
}

const LINES = Array.from({length: 40}, (_, index) => `line ${index}\n`).join('');

describe.skipIf(!hasGit)('what changed in a git worktree', () => {
  it('is nothing between two equal states', async () => {
    const worktree = open(repository());
    const id = await idOf(worktree);
    const nothing = {kind: 'changes', files: [], omittedFiles: 0, text: ''};
    expect(await worktree.changes(id, id)).toEqual(nothing);
  });

  it('is told with a status for each file, and the lines', async () => {
    const files = {'a.txt': 'one\n', 'b.txt': 'gone\n', 'c.txt': LINES, 'd.txt': 'file\n'};
    const changes = await changesBy((dir) => {
      write(dir, {'a.txt': 'two\n', 'new.txt': 'fresh\n'});
      rmSync(join(dir, 'b.txt'));
      renameSync(join(dir, 'c.txt'), join(dir, 'moved.txt'));
      rmSync(join(dir, 'd.txt'));
      symlinkSync('a.txt', join(dir, 'd.txt'));
    }, files);
    const whole = {isBinary: false, shown: 'whole', previousPath: null};
    expect(changes.files).toEqual([
      {path: 'a.txt', status: 'modified', ...whole},
      {path: 'b.txt', status: 'deleted', ...whole},
      {path: 'd.txt', status: 'type-changed', ...whole},
      {path: 'moved.txt', status: 'renamed', ...whole, previousPath: 'c.txt'},
      {path: 'new.txt', status: 'added', ...whole},
    ]);
    expect(changes.text).toMatch(/^5 files changed:\n- modified a\.txt\n/);
    expect(changes.text).toContain('- renamed c.txt -> moved.txt\n');
    expect(changes.text).toContain('\n-one\n+two\n');
    expect(changes.text).toContain('\n+fresh\n');
    expect(changes.text).not.toContain('left out');
  });

  it('includes what was committed since', async () => {
    const changes = await changesBy(
      (dir) => {
        write(dir, {'a.txt': 'two\n'});
        git(dir, 'commit', '--quiet', '--all', '--message=second');
      },
      {'a.txt': 'one\n'},
    );
    expect(changes.text).toContain('\n-one\n+two\n');
  });

  it('can be told by another process', async () => {
    const dir = repository();
    const {options, ...worktree} = open(dir);
    const before = await idOf(worktree);
    write(dir, {'a.txt': 'two\n'});
    const after = await idOf(worktreeOf(options));
    expect(told(await worktreeOf(options).changes(before, after)).text).toContain('+two');
  });

  it('names binary and large files only', async () => {
    const changes = await changesBy(
      (dir) => write(dir, {'a.png': Buffer.from([0, 1, 2]), 'b.txt': 'long line\n'.repeat(200_000)}),
      {'a.txt': 'one\n'},
    );
    expect(changes.files).toMatchObject([
      {path: 'a.png', isBinary: true, shown: 'named'},
      {path: 'b.txt', isBinary: true, shown: 'named'},
    ]);
    expect(changes.text).toBe(
      '2 files changed:\n- added a.png (binary or large)\n- added b.txt (binary or large)\n',
    );
  });

  it('shows the beginning of a long difference', async () => {
    const changes = await changesBy(
      (dir) =>
        write(dir, {'a.txt': LINES.repeat(100), 'b.txt': 'x'.repeat(50_000), 'c.txt': 'é'.repeat(8_000)}),
      {'z.txt': ''},
    );
    expect(changes.files.map(({shown}) => shown)).toEqual(['part', 'part', 'part']);
    expect(changes.text.match(/\[the rest of this file is left out\]/g)).toHaveLength(3);
    expect(changes.text).toContain('+line 3\n');
    expect(changes.text).not.toContain('\ufffd');
    expect(Buffer.byteLength(changes.text)).toBeLessThan(3 * 8192 + 500);
  });

  it('stays within its bounds and says how much is left out', async () => {
    const many = Object.fromEntries(
      Array.from({length: 600}, (_, index) => [`file-${String(index).padStart(3, '0')}.txt`, LINES]),
    );
    const changes = await changesBy((dir) => write(dir, many), {'a.txt': 'one\n'});
    expect(changes.files).toHaveLength(500);
    expect(changes.omittedFiles).toBe(100);
    expect(Buffer.byteLength(changes.text)).toBeLessThanOrEqual(48 * 1024);
    const shown = changes.files.filter((file) => file.shown === 'whole').length;
    expect(shown).toBeGreaterThan(30);
    expect(changes.text).toMatch(/^600 files changed:\n/);
    expect(changes.text).toMatch(/\n\[\d+ more are left out\]\n/);
    expect(changes.text).toMatch(
      new RegExp(`\\n\\[the differences of ${600 - shown - partial(changes)} more are left out\\]\\n$`),
    );
  });

  it('keeps to smaller bounds', async () => {
    const limits = {totalBytes: 2_000, fileBytes: 300, files: 2};
    const changes = await changesBy(
      (dir) => write(dir, {'1.txt': LINES, '2.txt': LINES, '3.txt': LINES}),
      {'a.txt': 'one\n'},
      limits,
    );
    expect(changes).toMatchObject({files: [{path: '1.txt'}, {path: '2.txt'}], omittedFiles: 1});
    expect(Buffer.byteLength(changes.text)).toBeLessThanOrEqual(2_000);
    expect(changes.text).toContain('[1 more are left out]');
    expect(changes.text).toContain('[the differences of 1 more are left out]');
  });

  it('shows control characters and odd names so that nothing is taken for something else', async () => {
    const changes = await changesBy(
      (dir) => {
        write(dir, {'esc.txt': 'a\u001b[2Jb\r\n\u007f\n', 'line\nend "q".txt': 'x\n', 'späß.txt': 'y\n'});
        writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0x66, 0xff])]), 'z\n');
      },
      {'a.txt': 'one\n'},
    );
    expect(changes.files.map(({path}) => path)).toEqual([
      'esc.txt',
      'f\ufffd',
      'line\nend "q".txt',
      'späß.txt',
    ]);
    expect(changes.text).toContain('+a␛[2Jb␍\n+␡\n');
    expect(changes.text).toContain('- added "line\\nend \\"q\\".txt"\n');
    expect(changes.text).toContain('b/späß.txt');
  });

  it('is told by git alone: no attribute, driver or setting of the repository hides or runs anything', async () => {
    const ran = join(repository(), 'ran');
    const changes = await changesBy(
      (dir) => {
        for (const key of ['diff.external', 'diff.evil.command', 'diff.evil.textconv', 'core.pager'])
          git(dir, 'config', key, `touch ${ran}; true`);
        git(dir, 'config', 'diff.noprefix', 'true');
        write(dir, {'.gitattributes': '* -diff\n*.txt diff=evil\n', 'a.txt': 'two\n'});
        appendFileSync(join(dir, '.git/info/attributes'), '* binary\n');
      },
      {'a.txt': 'one\n'},
    );
    expect(changes.text).toContain('\n-one\n+two\n');
    expect(() => chmodSync(ran, 0o600)).toThrow('ENOENT');
  });

  it('cannot be told from ids that are none, unknown or of two kinds', async () => {
    const worktree: Worktree = open(repository());
    const id = await idOf(worktree);
    const reasons = async (from: string) => (await worktree.changes(from, id)) as {reason?: string};
    expect(await reasons('--output=x')).toEqual({kind: 'none', reason: '--output=x is no id of a snapshot'});
    expect((await reasons(`git:${'0'.repeat(39)}1`)).reason).toMatch(/^git diff-tree failed: /);
    expect((await reasons(`manifest:${'0'.repeat(64)}`)).reason).toBe(
      'one of the two was taken with git and the other without',
    );
  });
});

function partial({files}: Comparison): number {
  return files.filter(({shown}) => shown === 'part').length;
}
