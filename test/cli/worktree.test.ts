/** Two sessions in one worktree, and sessions with a worktree of their own. */
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {claudeSays, type Step} from '../support/session.ts';
import {Repository} from '../worktree/repository.ts';
import {Place, until} from './program.ts';

let place: Place;
let repository: Repository;

beforeEach(() => {
  place = new Place();
  place.installClaude();
  repository = new Repository();
  repository.commit('file');
});

afterEach(() => {
  place.remove();
  repository.remove();
});

function script(...runs: Step[][]): {SCRIPT: string} {
  const path = join(place.home, 'script.json');
  writeFileSync(path, JSON.stringify(runs));
  return {SCRIPT: path};
}

const run = (...more: string[]) => ['run', '--cwd', repository.path, '--no-audit', ...more, 'do it'];

it('a second session in a worktree is refused while the first one works there', async () => {
  const go = join(place.home, 'go');
  const env = script([{untilFile: go}, ...claudeSays('done')]);
  const waiting = place.start(run(), {env});
  await until(() => place.hasEvent('run_started'));
  const [id] = place.sessions();
  const refused = await place.run(run());
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    `the session ${id} (process ${waiting.child.pid}) works in ${repository.path}`,
  );
  expect(refused.stderr).toContain('--worktree');
  expect(place.sessions()).toEqual([id]);
  writeFileSync(go, '');
  expect((await waiting.ended).code).toBe(0);
  expect((await place.run(run(), {env})).code).toBe(0);
});

it.each([[['--permission-mode', 'read']], [['--no-worktree-lock']], [['--worktree']]])(
  'with %s a second one may work at the same time',
  async (flags) => {
    const go = join(place.home, 'go');
    const waiting = place.start(run(), {
      env: script([{untilFile: go}, ...claudeSays('first')], claudeSays('second')),
    });
    await until(() => place.hasEvent('run_started'));
    await until(() => existsSync(join(place.home, 'script.json.starts')));
    const second = await place.run(run(...flags), {env: {SCRIPT: join(place.home, 'script.json')}});
    expect(second).toMatchObject({code: 0, stdout: 'second\n'});
    writeFileSync(go, '');
    expect((await waiting.ended).code).toBe(0);
  },
);

it('--worktree works on a branch of its own, leaves it to the user and says where it is', async () => {
  repository.write('uncommitted');
  const env = script([{writeFile: ['result', 'work\n']}, ...claudeSays('done')]);
  const {code, stderr} = await place.run(run('--worktree'), {env});
  expect(code).toBe(0);
  const [id] = place.sessions();
  const path = join(place.state, 'worktrees', id!, 'repo');
  expect(stderr).toContain(`worktree ${path}, branch oneshot/${id}: no commits, 1 file not committed`);
  expect(stderr).toContain(`What is not committed in ${repository.path} (files: 1) is not there.`);
  expect(readFileSync(join(path, 'result'), 'utf8')).toBe('work\n');
  expect(existsSync(join(repository.path, 'result'))).toBe(false);
  expect(place.events()[0]).toMatchObject({type: 'session_started', cwd: path});
  const removed = await place.run(['rm', 'last', '--yes']);
  expect(removed).toMatchObject({code: 0, stdout: `${id}\n`});
  expect(removed.stderr).toContain(`its worktree stays: ${path}, branch oneshot/${id}`);
  expect(existsSync(join(path, 'result'))).toBe(true);
});

it('a worktree in which nothing was done is gone, and comes back when the session is resumed', async () => {
  const env = script(claudeSays('nothing to do'), [
    {writeFile: ['result', 'work\n']},
    ...claudeSays('now there was'),
  ]);
  const {stderr} = await place.run(run('--worktree'), {env});
  expect(stderr).toContain('the worktree was removed again');
  expect(repository.git('branch', '--format=%(refname:short)')).toBe('main\n');
  expect(readdirSync(join(place.state, 'worktree-locks'))).toEqual([]);
  const resumed = await place.run(['resume', 'last', 'do more'], {env});
  expect(resumed).toMatchObject({code: 0, stdout: 'now there was\n'});
  expect(resumed.stderr).toContain('no commits, 1 file not committed');
  expect(readFileSync(join(place.state, 'worktrees', place.sessions()[0]!, 'repo', 'result'), 'utf8')).toBe(
    'work\n',
  );
});

it('--worktree outside of git is refused before anything is recorded', async () => {
  const {code, stderr} = await place.run(['run', '--worktree', 'do it']);
  expect(code).toBe(2);
  expect(stderr).toContain('is in no git repository');
  expect(place.sessions()).toEqual([]);
});
