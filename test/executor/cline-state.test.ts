import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, mkdirSync, readFileSync, realpathSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {cline} from '../../src/executor/cline.ts';
import {getClineSessionDir, getClineTaskDir} from '../../src/executor/cline-state.ts';
import {command} from '../../src/executor/command.ts';
import type {Installation, RunTraces} from '../../src/executor/executor.ts';
import {type Programs, programs} from './programs.ts';

const RECORDINGS = fileURLToPath(new URL('../recordings/cline/', import.meta.url));
const TASK = '1795337729034';
const SESSION = '1795337656803_iozqr';
/** No process has this one. */
const GONE = 2 ** 30;

const installed = (adapter: string): Installation => ({
  executor: 'cline',
  adapter,
  program: ['cline'],
  version: null,
});
const cline2 = installed('cline-2');
const cline3 = installed('cline-3');

let world: Programs;
let cwd: string;
let traces: RunTraces;
beforeEach(() => {
  world = programs();
  cwd = join(world.dir, 'work');
  mkdirSync(cwd);
  const env = {HOME: world.dir};
  traces = {env, agentArgs: [], cwd, pid: GONE, agentSession: null, startedAtMs: 0};
});
afterEach(() => world.remove());

const write = (path: string, content: unknown) =>
  world.write(path, typeof content === 'string' ? content : JSON.stringify(content));

describe('the folder of a Cline 2 task', () => {
  const dir = (env = {}, agentArgs: string[] = []) =>
    getClineTaskDir(TASK, {env: {HOME: '/h', ...env}, agentArgs, cwd: '/w'});

  it('is where Cline puts it', () => {
    expect(dir()).toBe(`/h/.cline/data/tasks/${TASK}`);
    expect(dir({CLINE_DIR: '/c'})).toBe(`/c/data/tasks/${TASK}`);
    expect(dir({CLINE_DIR: '/c'}, ['--config', '/f'])).toBe(`/f/data/tasks/${TASK}`);
    expect(dir({}, ['--config=conf'])).toBe(`/w/conf/data/tasks/${TASK}`);
    // Version 3 alone knows it.
    expect(dir({CLINE_DATA_DIR: '/d'})).toBe(`/h/.cline/data/tasks/${TASK}`);
    expect(getClineTaskDir(TASK, {env: {HOME: '/h'}})).toBe(`/h/.cline/data/tasks/${TASK}`);
  });

  it('is nowhere without a proper id', async () => {
    expect(getClineTaskDir('../x', {env: {}})).toBeNull();
    expect(await cline.stateFiles(cline2, traces)).toBeNull();
    expect(await cline.stateFiles(cline2, {...traces, agentSession: '../x'})).toBeNull();
    expect(await cline.stateFiles(cline2, {...traces, agentSession: TASK})).toBe(
      join(world.dir, '.cline/data/tasks', TASK),
    );
  });
});

describe('a question in the files of a Cline 2 task', () => {
  const pending = (content: unknown, more: Partial<RunTraces> = {}) => {
    write(`.cline/data/tasks/${TASK}/ui_messages.json`, content);
    return cline.pendingAsk(cline2, {...traces, agentSession: TASK, ...more});
  };
  const approval = {
    ts: 5,
    type: 'ask',
    ask: 'tool',
    text: JSON.stringify({tool: 'newFileCreated', path: 'x.txt'}),
    partial: false,
  };

  it('is open while it is the last message', async () => {
    expect(await pending([approval])).toContain('x.txt');
    expect(await pending([{ts: 5, type: 'ask', ask: 'followup', text: '{"question":"Which?"}'}])).toBe(
      'Which?',
    );
    expect(await pending([approval, {ts: 6, type: 'say', say: 'text', text: 'ok'}])).toBeNull();
  });

  it('is none of an earlier run, and none without files', async () => {
    expect(await pending([approval], {startedAtMs: 6})).toBeNull();
    expect(await pending([])).toBeNull();
    expect(await pending([approval], {agentSession: null})).toBeNull();
    expect(await cline.pendingAsk(cline3, {...traces, agentSession: TASK})).toBeNull();
  });
});

describe('what is recovered of a Cline 2 task', () => {
  const path = `.cline/data/tasks/${TASK}/ui_messages.json`;
  const recover = (content: unknown, more: Partial<RunTraces> = {}) => {
    write(path, content);
    return cline.recover(cline2, {...traces, agentSession: TASK, ...more});
  };
  const recorded = readFileSync(join(RECORDINGS, `c2-01-basic-pipe/tasks/${TASK}/ui_messages.json`), 'utf8');
  const done = {ts: 5, type: 'say', say: 'completion_result', text: 'Done.'};

  it('is its completion, from real files', async () => {
    expect(await recover(recorded, {startedAtMs: Number(TASK)})).toEqual({
      text: '[[c0]]All done: [[c1]]é ✓ [[c2]]end.',
      agentSession: TASK,
      path: join(world.dir, path),
    });
  });

  it('is nothing of an earlier run', async () => {
    expect(await recover(recorded, {startedAtMs: Number(TASK) + 3_600_000})).toBeNull();
    expect(await recover([done], {startedAtMs: 5})).toMatchObject({text: 'Done.'});
    expect(await recover([done], {startedAtMs: 6})).toBeNull();
  });

  it('is nothing while the run is at any earlier point', async () => {
    const messages = JSON.parse(recorded) as {say?: string}[];
    const end = messages.findIndex(({say}) => say === 'completion_result');
    for (let count = 0; count <= end; count++) expect(await recover(messages.slice(0, count))).toBeNull();
  });

  it.each([
    ['work went on', [done, {ts: 6, say: 'user_feedback', text: 'more'}]],
    ['the model was asked again', [done, {ts: 6, say: 'api_req_started', text: '{}'}]],
    ['the completion was still being written', [{...done, partial: true}]],
    ['it has no words', [{...done, text: undefined}]],
    ['it has no time', [{...done, ts: undefined}]],
    ['the file is torn', JSON.stringify([done]).slice(0, -2)],
    ['the file holds no messages', {messages: []}],
  ])('is nothing when %s', async (_what, content) => {
    expect(await recover(content, {startedAtMs: 1})).toBeNull();
  });

  it('is nothing without a task or its files', async () => {
    expect(await recover([done], {agentSession: null})).toBeNull();
    expect(await cline.recover(cline2, {...traces, agentSession: '17'})).toBeNull();
  });
});

/** A session as Cline 3 writes it. */
const session = (id: string, facts: Record<string, unknown> = {}, folder = '.cline/data/sessions') =>
  write(`${folder}/${id}/${id}.json`, {session_id: id, pid: GONE + 1, cwd, status: 'running', ...facts});
const sessionDir = (id: string, folder = '.cline/data/sessions') => join(world.dir, folder, id);

describe('the folder of a Cline 3 session', () => {
  const find = (more: Partial<RunTraces> = {}) => cline.stateFiles(cline3, {...traces, ...more});

  it('is nowhere before there is one', async () => {
    expect(await find()).toBeNull();
    mkdirSync(join(world.dir, '.cline/data/sessions/100_a'), {recursive: true});
    write('.cline/data/sessions/101_b/101_b.json', '{"pid":');
    write('.cline/data/sessions/no-time/no-time.json', {pid: GONE, cwd});
    write('.cline/data/sessions/102.tmp/102.tmp.json', {pid: GONE, cwd});
    expect(await find()).toBeNull();
  });

  it.runIf(process.platform === 'linux')(
    'is that of the process or of one that it has started, and of no other while it runs',
    async () => {
      const launcher = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait']);
      const [line] = (await once(launcher.stdout, 'data')) as [Buffer];
      const real = Number(String(line));
      onTestFinished(() => void [launcher.pid!, real].map((pid) => process.kill(pid, 'SIGKILL')));
      const pid = launcher.pid!;
      session('100_other', {pid: process.pid});
      session('101_no-pid', {pid: 'x'});
      expect(await find({pid})).toBeNull();
      session('102_ours', {pid: real, cwd: '/elsewhere'});
      expect(await find({pid})).toBe(sessionDir('102_ours'));
      expect(await find({pid: real})).toBe(sessionDir('102_ours'));
      // Begun by the same process later, such as for a sub-agent.
      session('103_later', {pid: real});
      expect(await find({pid})).toBe(sessionDir('102_ours'));
      expect(await find({pid, startedAtMs: 104})).toBeNull();
    },
  );

  it('is, of a process that is gone, the first one begun in its working directory since its start', async () => {
    session('100_before');
    session('200_elsewhere', {cwd: '/elsewhere'});
    session('300_ours');
    session('400_later');
    expect(await find({startedAtMs: 150})).toBe(sessionDir('300_ours'));
    expect(await find({startedAtMs: 500})).toBeNull();
    renameSync(sessionDir('300_ours'), join(world.dir, 'moved'));
    session('300_ours', {cwd: realpathSync(cwd)});
    expect(await find({startedAtMs: 150})).toBe(sessionDir('300_ours'));
    session('250_asked', {cwd: join(cwd, 'sub')});
    expect(await find({startedAtMs: 150, agentArgs: ['--cwd', 'sub']})).toBe(sessionDir('250_asked'));
    expect(await find({startedAtMs: 150, agentArgs: ['-c', './sub']})).toBe(sessionDir('250_asked'));
  });

  it.each([
    ['CLINE_DIR', 'around/data/sessions', {CLINE_DIR: 'around'}, []],
    ['--config', 'around/data/sessions', {CLINE_DIR: '/nowhere'}, ['--config', 'around']],
    ['CLINE_DATA_DIR', 'data/sessions', {CLINE_DATA_DIR: 'data'}, ['--config', '/nowhere']],
    ['CLINE_SESSION_DATA_DIR', 's', {CLINE_SESSION_DATA_DIR: 's', CLINE_DATA_DIR: '/nowhere'}, []],
    ['--data-dir', 'data/sessions', {CLINE_SESSION_DATA_DIR: '/nowhere'}, ['--data-dir=data']],
  ])('is where %s says', async (_name, folder, env, agentArgs) => {
    session('300_ours', {}, join('work', folder));
    expect(await find({env: {HOME: world.dir, ...env}, agentArgs})).toBe(
      sessionDir('300_ours', join('work', folder)),
    );
  });

  it('can be asked for without arguments of the agent', async () => {
    session('300_ours');
    const {env} = traces;
    expect(await getClineSessionDir({env, cwd, pid: GONE, startedAtMs: 1})).toBe(sessionDir('300_ours'));
  });
});

describe('what is recovered of a Cline 3 session', () => {
  const messages = (...list: unknown[]) =>
    write('.cline/data/sessions/300_ours/300_ours.messages.json', {messages: list});
  const recover = (more: Partial<RunTraces> = {}) => cline.recover(cline3, {...traces, ...more});
  const says = (...texts: string[]) => ({
    role: 'assistant',
    content: texts.map((text) => ({type: 'text', text})),
  });

  it('is the last answer, from real files in another place', async () => {
    const folder = join(world.dir, '.cline/data/sessions', SESSION);
    cpSync(join(RECORDINGS, `c3-01-basic-pipe/sessions/${SESSION}`), folder, {recursive: true});
    const path = join(folder, `${SESSION}.json`);
    const {cwd: recordedCwd} = JSON.parse(readFileSync(path, 'utf8')) as {cwd: string};
    expect(await recover({cwd: recordedCwd})).toEqual({
      text: '[[c0]]All done: [[c1]]\u001b[31mred\u001b[0m é ✓ [[c2]]end.',
      agentSession: SESSION,
      path: join(folder, `${SESSION}.messages.json`),
    });
    expect(await recover({cwd: recordedCwd, startedAtMs: Date.parse('2026-11-22T09:00:00Z')})).toBeNull();
  });

  it('is nothing of a session that has not completed', async () => {
    messages(says('Done.'));
    for (const status of ['running', 'failed', 'cancelled', undefined]) {
      session('300_ours', {status});
      expect(await recover()).toBeNull();
    }
    session('300_ours', {status: 'completed'});
    expect(await recover()).toMatchObject({text: 'Done.', agentSession: '300_ours'});
  });

  it('is nothing without words', async () => {
    session('300_ours', {status: 'completed'});
    expect(await recover()).toBeNull();
    messages({role: 'user', content: [{type: 'text', text: 'x'}]});
    expect(await recover()).toBeNull();
    messages(says('Earlier.'), {role: 'assistant', content: [{type: 'tool_use'}]});
    expect(await recover()).toBeNull();
  });

  it('is nothing without a session', async () => {
    expect(await recover()).toBeNull();
  });
});

it('a command has no files that we know', async () => {
  const installation = await command.locate({}, ['tool']);
  expect(await command.stateFiles(installation, traces)).toBeNull();
  expect(await command.recover(installation, traces)).toBeNull();
});
