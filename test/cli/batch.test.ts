/** Many tasks in one process, as users run them. */
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {BatchResult} from '../../src/cli/batch-result.ts';
import {batchSchema} from '../../src/cli/output-schema.ts';
import {Repository} from '../worktree/repository.ts';
import {Place, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

/** A task whose agent is a shell script, in a folder of its own. */
function task(script: string, more: Record<string, unknown> = {}) {
  const cwd = `folder-${readdirSync(place.work).length}`;
  mkdirSync(join(place.work, cwd));
  return {
    task: `do ${cwd}`,
    cwd,
    executor: 'command',
    audit: false,
    agentArgs: ['sh', '-c', script],
    ...more,
  };
}

function write(...lines: unknown[]): string {
  const path = join(place.home, 'tasks.jsonl');
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(path, `${texts.join('\n')}\n`);
  return path;
}

const batch = (...more: string[]) => ['batch', join(place.home, 'tasks.jsonl'), ...more];

/** What stdout says of each line, under --json. */
function resultsOf(stdout: string): BatchResult[] {
  const lines = stdout.split('\n').slice(0, -1);
  const results = lines.map((line) => batchSchema.strict().parse(JSON.parse(line)));
  return results.toSorted((one, other) => one.line - other.line);
}

describe('a batch', () => {
  it('shows no secret of a task', async () => {
    write(task('true', {task: 'use hidden-word-1'}));
    const {code, stdout, stderr} = await place.run(batch(), {env: {MY_TOKEN: 'hidden-word-1'}});
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^\[1\] use \*+|^\[1\] use \[redacted/m);
    expect(stdout + stderr).not.toContain('hidden-word');
  });

  it('runs each line in a session of its own, and prints a table', async () => {
    write('// two tasks', task('echo one', {id: 'first'}), '', task('echo two'));
    const {code, stdout, stderr} = await place.run(batch());
    expect(code).toBe(0);
    const [header, ...rows] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^LINE +ID +ENDING +ITER +TIME +COST +SESSION$/);
    expect(rows.map((row) => row.split(/\s+/).slice(0, 2))).toEqual([
      ['2', 'first'],
      ['4', 'unverified'],
    ]);
    for (const id of place.sessions()) expect(stdout).toContain(id);
    expect(place.sessions()).toHaveLength(2);
    expect(stderr).toContain('[2 first] do folder-0');
    expect(stderr).toContain('2 of 2 tasks: 2 unverified');
  });

  it('with --json prints a line for each task, by its schema', async () => {
    write(task('echo one', {id: 'a'}), task('exit 3'));
    const {code, stdout} = await place.run(batch('--json', '--quiet'));
    expect(code).toBe(1);
    expect(resultsOf(stdout)).toMatchObject([
      {
        line: 1,
        id: 'a',
        ending: 'unverified',
        exitCode: 0,
        text: 'one\n',
        iterations: 1,
        before: false,
        error: null,
      },
      {line: 2, id: null, ending: 'failed', exitCode: 1, before: false, error: null},
    ]);
  });

  it('tells a line that is no task with its number, runs the others and exits with the worst', async () => {
    write(task('echo one'), 'no task', {task: 'x', cwd: 'nowhere'}, task('exit 1'));
    const {code, stdout, stderr} = await place.run(batch('--json'));
    expect(code).toBe(2);
    expect(resultsOf(stdout).map(({line, exitCode, error}) => [line, exitCode, error?.code])).toEqual([
      [1, 0, undefined],
      [2, 2, 'BATCH_LINE_INVALID'],
      [3, 2, 'CWD_UNUSABLE'],
      [4, 1, undefined],
    ]);
    expect(stderr).toContain('[2] no task: it is not JSON');
  });

  it('takes the flags of a task for all of them, and a line wins over them', async () => {
    const {agentArgs: _, ...plain} = task('');
    write(plain, task('echo "mine $WORD"', {env: {WORD: 'own'}}));
    const flags = [
      '--agent-arg',
      'sh',
      '--agent-arg',
      '-c',
      '--agent-arg',
      'echo "all $WORD"',
      '--env',
      'WORD=given',
    ];
    const {stdout} = await place.run(batch('--json', ...flags));
    expect(resultsOf(stdout).map(({text}) => text)).toEqual(['all given\n', 'mine own\n']);
  });

  it('reads stdin', async () => {
    const input = `${JSON.stringify(task('echo one'))}\n`;
    const {code, stdout} = await place.run(['batch', '-', '--json'], {input});
    expect(code).toBe(0);
    expect(resultsOf(stdout)).toMatchObject([{text: 'one\n', before: false}]);
    const again = await place.run(['batch', '-', '--json'], {input});
    expect(resultsOf(again.stdout)).toMatchObject([{text: 'one\n', before: true}]);
  });

  it('has no more at work at once than it may', async () => {
    const lock = join(place.home, 'lock');
    const alone = `mkdir ${lock} || exit 9; sleep 0.1; rmdir ${lock}`;
    write(task(alone), task(alone), task(alone));
    const {code, stdout} = await place.run(batch('--json', '--concurrency', '1'));
    expect({code, endings: resultsOf(stdout).map(({ending}) => ending)}).toEqual({
      code: 0,
      endings: ['unverified', 'unverified', 'unverified'],
    });
  });

  it('an empty one is wrong usage', async () => {
    write('', '// nothing');
    const {code, stderr} = await place.run(batch());
    expect(code).toBe(2);
    expect(stderr).toContain('there is no task in');
  });

  it('a file that is not there is told', async () => {
    const {code, stderr} = await place.run(['batch', 'nowhere.jsonl']);
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere.jsonl');
  });
});

describe('a batch that is run again', () => {
  it('does not do again what has ended, and does what was changed or added', async () => {
    const count = join(place.home, 'count');
    const first = task(`echo x >> ${count}`);
    write(first, task('exit 1'));
    await place.run(batch());
    write(first, task('echo new'));
    const {code, stdout, stderr} = await place.run(batch('--json'));
    expect(code).toBe(0);
    expect(resultsOf(stdout).map(({before}) => before)).toEqual([true, false]);
    expect(readFileSync(count, 'utf8')).toBe('x\n');
    expect(stderr).toContain('1 from a former run; --fresh begins anew');
  });

  it('begins anew with --fresh', async () => {
    const count = join(place.home, 'count');
    write(task(`echo x >> ${count}`));
    await place.run(batch());
    await place.run(batch('--fresh'));
    expect(readFileSync(count, 'utf8')).toBe('x\nx\n');
    expect(place.sessions()).toHaveLength(2);
  });

  it('goes on with what failed, when it is told to, in the same session', async () => {
    const ok = join(place.home, 'ok');
    write(task(`test -e ${ok}`));
    expect((await place.run(batch())).code).toBe(1);
    writeFileSync(ok, '');
    expect((await place.run(batch())).code).toBe(1);
    expect((await place.run(batch('--retry-failed'))).code).toBe(0);
    expect(place.sessions()).toHaveLength(1);
  });

  it('begins a task anew whose session was removed', async () => {
    write(task('echo one'));
    await place.run(batch());
    await place.run(['rm', 'last', '--yes']);
    const {stdout} = await place.run(batch('--json'));
    expect(resultsOf(stdout)).toMatchObject([{before: false, ending: 'unverified'}]);
  });

  it('is refused while it runs', async () => {
    const go = join(place.home, 'go');
    write(task(`until test -e ${go}; do sleep 0.05; done`));
    const running = place.start(batch());
    await until(() => running.stderr().includes('[1] do'));
    const {code, stderr} = await place.run(batch());
    expect(code).toBe(1);
    expect(stderr).toContain(`process ${running.child.pid} runs this batch already`);
    writeFileSync(go, '');
    expect((await running.ended).code).toBe(0);
  });
});

describe('Ctrl-C', () => {
  it('stops all that runs, begins nothing more, and the same command goes on', async () => {
    const go = join(place.home, 'go');
    const waits = (name: string) =>
      task(`echo x >> ${join(place.home, name)}; until test -e ${go}; do sleep 0.05; done; echo ${name}`);
    write(waits('a'), waits('b'), waits('c'));
    const running = place.start(batch('--json', '--concurrency', '2'));
    await until(() => ['a', 'b'].every((name) => existsSync(join(place.home, name))));
    running.child.kill('SIGINT');
    const {code, stdout, stderr} = await running.ended;
    expect(code).toBe(130);
    expect(resultsOf(stdout)).toMatchObject([
      {line: 1, ending: 'interrupted', exitCode: 130},
      {line: 2, ending: 'interrupted', exitCode: 130},
    ]);
    expect(stderr).toContain('1 not begun; the same command goes on');
    expect(existsSync(join(place.home, 'c'))).toBe(false);
    writeFileSync(go, '');
    const again = await place.run(batch('--json', '--concurrency', '2'));
    expect(again.code).toBe(0);
    expect(resultsOf(again.stdout).map(({text}) => text)).toEqual(['a\n', 'b\n', 'c\n']);
    expect(place.sessions()).toHaveLength(3);
  });

  it('a second one kills', async () => {
    const ready = join(place.home, 'ready');
    write(task(`trap '' INT TERM; echo x > ${ready}; while :; do sleep 0.05; done`));
    const running = place.start(batch());
    await until(() => existsSync(ready));
    running.child.kill('SIGINT');
    await until(() => running.stderr().includes('SIGINT'));
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(130);
  });
});

describe('one worktree for several tasks', () => {
  it('is refused before anything runs', async () => {
    const one = task('echo one');
    write(one, {...one, task: 'another'});
    const {code, stderr} = await place.run(batch('--concurrency', '2'));
    expect(code).toBe(1);
    expect(stderr).toContain(`lines 1 and 2 would work in ${join(place.work, one.cwd)} at the same time`);
    expect(stderr).toContain('--worktree');
    expect(place.sessions()).toEqual([]);
  });

  it.each([[['--concurrency', '1']], [['--permission-mode', 'agent', '--no-worktree-lock']]])(
    'is fine with %s',
    async (flags) => {
      const one = task('echo one');
      write(one, {...one, task: 'another'});
      expect((await place.run(batch('--concurrency', '2', ...flags))).code).toBe(0);
    },
  );

  it('is fine with a git worktree for each', async () => {
    const repository = new Repository();
    repository.commit('file');
    const lines = ['one', 'two'].map((name) => task(`echo ${name} > result`, {cwd: repository.path}));
    write(...lines);
    const {code, stdout, stderr} = await place.run(batch('--worktree', '--json', '--concurrency', '2'));
    expect(code).toBe(0);
    const words = resultsOf(stdout).map(({worktree}) => readFileSync(join(worktree!.path, 'result'), 'utf8'));
    expect(words).toEqual(['one\n', 'two\n']);
    expect(stderr).toMatch(/\[1\] worktree .*, branch oneshot\/.*: no commits, 1 file not committed/);
    expect(repository.git('branch', '--format=%(refname:short)').split('\n')).toHaveLength(4);
    repository.remove();
  });
});
