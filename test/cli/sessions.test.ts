import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {newMark} from '../../src/transport/family.ts';
import {
  eventsOf,
  ID,
  linesOf,
  OPEN_SESSION,
  recordSession,
  runStarted,
  sessionStarted,
  VERIFIED_SESSION,
} from '../session/logs.ts';
import {Place, parseLines, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

const idAt = (second: number) => `20261123-1425${second}-aaaaaa`;
const record = (second: number, parts = VERIFIED_SESSION) =>
  recordSession(place.state, linesOf(parts, idAt(second)), idAt(second));

/** A lock of a process that no longer is. */
function diedOver(dir: string): void {
  const owner = {pid: 4_194_305, startedAt: '1', host: hostname(), at: 0};
  writeFileSync(join(dir, 'lock.1'), JSON.stringify(owner));
}

describe('oneshot list', () => {
  it('is a table of the newest sessions, or JSON', async () => {
    for (const second of [30, 31, 32]) record(second);
    const {code, stdout, stderr} = await place.run(['list', '--limit', '2']);
    expect({code, stderr}).toEqual({
      code: 0,
      stderr: 'older sessions that are not shown: 1; see --limit\n',
    });
    const [head, first, second, ...more] = stdout.split('\n');
    expect(head).toMatch(/^ID +STATUS +AGE +ITER +COST +TASK$/);
    expect(first).toMatch(new RegExp(`^${idAt(32)}  verified  .* 1/5 +\\$1\\.00 +fix the bug$`));
    expect(second).toContain(idAt(31));
    expect(more).toEqual(['']);
    const json = JSON.parse((await place.run(['list', '--json', '--status', 'verified'])).stdout);
    expect(json).toMatchObject({older: 0, sessions: [{id: idAt(32), status: 'verified'}, {}, {}]});
  });

  it('says when there is none', async () => {
    expect(await place.run(['list'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'there is no session yet\n',
    });
    record(30);
    expect(await place.run(['list', '--status', 'crashed'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'no session is crashed\n',
    });
  });

  it.each([
    [
      ['list', '--status', 'verifed'],
      /INVALID_OPTION: --status cannot be "verifed"\. Did you mean verified\?/,
    ],
    [['list', '--limit', '0'], /INVALID_OPTION/],
  ])('refuses %j', async (args, message) => {
    const {code, stderr} = await place.run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('oneshot show', () => {
  it('tells all there is to know of a session', async () => {
    const dir = record(30);
    const {code, stdout} = await place.run(['show']);
    expect(code).toBe(0);
    expect(stdout.replaceAll(dir, 'DIR').split('\n')).toEqual([
      `session ${idAt(30)}`,
      'status    verified',
      'reason    the tests pass',
      'task      fix the bug',
      'folder    /work',
      'worker    claude, permission mode agent',
      'auditor   claude, permission mode agent',
      'began     2026-11-23T14:25:30.000Z',
      'took      8.0 s',
      'usage     20 tokens in, 10 out, $1.00',
      'recorded  DIR',
      `          events.jsonl (${linesOf(VERIFIED_SESSION, idAt(30)).length + 1} bytes)`,
      expect.stringMatching(/^ {10}session\.json \(\d+ bytes\)$/),
      '',
      'iteration 1',
      '  worker completed (claude 2.1.197, m, 2.0 s, 10 tokens in, 5 out, $0.5000)',
      '  auditor completed (claude 2.1.197, m, 1.0 s, 10 tokens in, 5 out, $0.5000)',
      '  verdict DONE: the tests pass',
      '',
      "worker's final words:",
      '  all done',
      '',
    ]);
    const json = JSON.parse((await place.run(['show', 'last', '--json'])).stdout);
    expect(json).toMatchObject({id: idAt(30), status: 'verified', iterations: [{runs: [{}, {}]}], gaps: {}});
  });

  it('calls a damaged session damaged, whatever its log says', async () => {
    const lines = linesOf(VERIFIED_SESSION).split('\n');
    recordSession(place.state, lines.filter((_, index) => index !== 4).join('\n'));
    const {stdout} = await place.run(['show']);
    expect(stdout).toMatch(/^status {4}damaged: lines of its log are missing or changed/m);
    expect(stdout).toMatch(/^log {7}lines out of order: 1$/m);
    expect((await place.run(['explain'])).stdout).toMatch(/^damaged: /m);
    const events = await place.run(['show', '--events']);
    expect(events.stderr).toBe('lines of the log are missing or changed; see oneshot show\n');
  });

  it('shows the events, readable or as they were recorded', async () => {
    const part = (text: string) =>
      [
        {type: 'agent_message_chunk', content: {type: 'text', text}, messageId: 'n', parentToolCallId: null},
        {iteration: 1, role: 'worker', source: 'agent'},
      ] as const;
    const parts = [...OPEN_SESSION, part('half a '), part(''), part('line')];
    recordSession(place.state, linesOf(parts));
    const {stdout} = await place.run(['show', '--events']);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => /^\[\d+\] /.test(line))).toHaveLength(parts.length);
    expect(lines).toContain('verdict DONE: the tests pass');
    expect(lines.slice(-2)).toEqual(['line', '']);
    const json = await place.run(['show', '--events', '--json']);
    expect(json.stdout).toBe(linesOf(parts));
  });

  it('is clean for a reader that leaves early', async () => {
    const text = 'x'.repeat(60_000);
    const note = [{type: 'note', level: 'info', code: 'X', text}] as const;
    recordSession(place.state, linesOf(Array.from({length: 100}, () => note)));
    for (const args of [['--events'], ['--events', '--json']]) {
      const started = place.start(['show', ...args]);
      await once(started.child.stdout!, 'data');
      started.child.stdout!.destroy();
      expect(await started.ended).toMatchObject({code: 0, stderr: ''});
    }
  });

  it.each([
    ['show', 'nope'],
    ['path', '../..'],
    ['stop', 'nope'],
    ['rm', 'nope'],
  ])('and the others refuse what is no session: %s %s', async (...args) => {
    const {code, stdout, stderr} = await place.run(args);
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toMatch(/^oneshot: SESSION_NOT_FOUND: [^\n]*\n$/);
  });

  it('refuses a session of a newer oneshot', async () => {
    recordSession(place.state, linesOf(VERIFIED_SESSION).replace('"v":1', '"v":2'));
    const {code, stderr} = await place.run(['show']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^oneshot: SESSION_UNSUPPORTED: .* Update oneshot\.\n$/);
  });
});

it.skipIf(process.platform === 'win32')('a pipe in the place of a log holds no command up', async () => {
  const dir = record(30);
  record(31);
  rmSync(join(dir, 'events.jsonl'));
  rmSync(join(dir, 'session.json'), {force: true});
  spawnSync('mkfifo', [join(dir, 'events.jsonl')]);
  expect((await place.run(['list'])).stdout).toMatch(new RegExp(`${idAt(30)}  damaged`));
  for (const command of [
    ['show'],
    ['show', '--events', '--json'],
    ['follow'],
    ['export', '--format', 'jsonl'],
  ]) {
    const {code, stderr} = await place.run([command[0]!, idAt(30), ...command.slice(1)]);
    expect(code, command.join(' ')).toBe(2);
    expect(stderr).toContain('it is not a file');
  }
  expect((await place.run(['rm', '--yes', idAt(30)])).code).toBe(0);
});

describe('oneshot path', () => {
  it('is the folder of a session', async () => {
    const dir = record(30);
    expect(await place.run(['path', idAt(30).slice(0, 12)])).toMatchObject({code: 0, stdout: `${dir}\n`});
    expect(await place.run(['path'])).toMatchObject({code: 0, stdout: `${dir}\n`});
  });
});

describe('oneshot stop', () => {
  it('ends a session as Ctrl-C does, and waits for its end', async () => {
    const running = place.start(['exec', '--', 'sleep', '1000']);
    await until(() => place.hasEvent('run_started'));
    const [id] = place.sessions();
    expect((await place.run(['list'])).stdout).toContain(`${id}  running`);
    expect((await place.run(['show'])).stdout).toMatch(/^status {4}running in process \d+ since /m);
    expect(await place.run(['stop', 'last'])).toMatchObject({
      code: 0,
      stdout: `session ${id} is over: interrupted\n`,
      stderr: '',
    });
    expect((await running.ended).code).toBe(130);
    expect((await place.run(['stop', 'last'])).stdout).toBe(`session ${id} is over: interrupted\n`);
  });

  it('says what to do about a program that takes its time, and kills it when asked', async () => {
    const script = 'trap "" INT TERM; while :; do sleep 0.1; done';
    const running = place.start(['exec', '--', 'sh', '-c', script]);
    await until(() => place.hasEvent('run_started'));
    const slow = await place.run(['stop', 'last', '--wait', '100ms']);
    expect(slow.code).toBe(1);
    expect(slow.stderr).toMatch(
      /SESSION_LOCKED: .* 100ms after it was asked to stop\. Wait, or use oneshot stop --kill/,
    );
    expect(await place.run(['stop', 'last', '--kill'])).toMatchObject({code: 0});
    await running.ended;
    expect(
      place
        .events()
        .filter(({type}) => type === 'signal_sent')
        .at(-1),
    ).toMatchObject({signal: 'SIGKILL'});
  });

  it('gives up on a oneshot that does not answer at all', async () => {
    const running = place.start(['exec', '--', 'sleep', '1000']);
    await until(() => place.hasEvent('run_started'));
    running.child.kill('SIGSTOP');
    const {code, stderr} = await place.run(['stop', 'last', '--kill', '--wait', '100ms']);
    running.child.kill('SIGCONT');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Wait, or end process \d+ yourself\./);
    await running.ended;
  });

  it('ends what a dead oneshot has left', async () => {
    const mark = newMark();
    const left = spawn('sleep', ['1000'], {env: {[mark]: '1'}, stdio: 'ignore'});
    const ended = once(left, 'exit');
    const role = {iteration: 1, role: 'worker'} as const;
    const dir = record(30, [[sessionStarted()], [runStarted({mark}), role]]);
    diedOver(dir);
    const {code, stdout} = await place.run(['stop', 'last']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `session ${idAt(30)} is over: its oneshot has died\nended what it had left running, 1 process: ${left.pid} sleep 1000\n`,
    );
    await ended;
    expect((await place.run(['stop', 'last'])).stdout).toBe(
      `session ${idAt(30)} is over: its oneshot has died\n`,
    );
  });

  it('ends what a session with a damaged log has left', async () => {
    const mark = newMark();
    const left = spawn('sleep', ['1000'], {env: {[mark]: '1'}, stdio: 'ignore'});
    const ended = once(left, 'exit');
    const role = {iteration: 1, role: 'worker'} as const;
    const dir = record(30, [[sessionStarted()], [runStarted({mark}), role]]);
    appendFileSync(join(dir, 'events.jsonl'), '{"no":"event"}\n');
    diedOver(dir);
    const {code, stdout} = await place.run(['stop', 'last']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/is over: its log is damaged .*\nended what it had left running, 1 process: /);
    await ended;
  });

  it('says so when it cannot read a session', async () => {
    const log = join(record(30), 'events.jsonl');
    rmSync(log);
    symlinkSync('events.jsonl', log);
    const {code, stdout, stderr} = await place.run(['stop', 'last']);
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toMatch(/^oneshot: UNREADABLE_FILE: /);
  });

  it.each([
    [
      {pid: 7, startedAt: '1', host: 'elsewhere', at: Date.now()},
      /held by process 7 on elsewhere\. Run oneshot stop/,
    ],
    ['', /held by a process that is just starting\. Try again\./],
  ])('cannot reach everybody', async (owner, message) => {
    writeFileSync(join(record(30), 'lock.1'), owner === '' ? '' : JSON.stringify(owner));
    const {code, stderr} = await place.run(['stop', 'last']);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});

describe('oneshot rm and prune', () => {
  it('remove sessions when they are told to', async () => {
    for (const second of [30, 31]) record(second);
    const refused = await place.run(['rm', idAt(30)]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/CONFIRMATION_NEEDED: 1 session would be removed\. Say so with --yes\./);
    const {code, stdout} = await place.run(['rm', '--yes', idAt(30), idAt(30)]);
    expect({code, stdout}).toEqual({code: 0, stdout: `${idAt(30)}\n`});
    expect(readdirSync(join(place.state, 'sessions'))).toEqual([idAt(31)]);
  });

  it('leave alone what runs', async () => {
    const running = place.start(['exec', '--', 'sleep', '1000']);
    await until(() => place.hasEvent('run_started'));
    const removed = await place.run(['rm', '--yes', 'last']);
    expect(removed).toMatchObject({code: 1, stdout: ''});
    expect(removed.stderr).toMatch(
      /^oneshot: the session .* is held by process \d+ since .*\. Watch it with/,
    );
    expect(await place.run(['prune', '--yes', '--keep', '0'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'there is nothing to remove\n',
    });
    running.child.kill('SIGINT');
    await running.ended;
  });

  it('prune by age and number', async () => {
    for (const second of [30, 31, 32]) record(second);
    expect((await place.run(['prune', '--yes', '--older-than', '9000w'])).stdout).toBe('');
    expect((await place.run(['prune', '--yes', '--keep', '2'])).stdout).toBe(`${idAt(30)}\n`);
    expect((await place.run(['prune', '--yes', '--older-than', '1.5m', '--keep', '1'])).stdout).toBe(
      `${idAt(31)}\n`,
    );
  });

  it.each([
    [['prune'], /USAGE: prune was not told what to remove/],
    [['prune', '--older-than', '30'], /It takes an age such as 30d/],
    [['prune', '--keep', 'few'], /whole number from 0 on/],
    [['rm'], /USAGE/],
  ])('refuse %j', async (args, message) => {
    const {code, stderr} = await place.run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('a session folder that is removed while it is written', () => {
  it('stops the program and says so', async () => {
    const running = place.start(['exec', '--', 'sh', '-c', 'while :; do echo x; sleep 0.1; done']);
    await until(() => place.hasEvent('agent_message_chunk'));
    rmSync(place.recorded('.'), {recursive: true});
    const {code, stderr} = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/RECORDING_FAILED: .*the session folder .* is gone\. Nothing of it is left/);
    expect(existsSync(join(place.state, 'sessions'))).toBe(true);
    expect(place.sessions()).toEqual([]);
  });
});

describe('what is on disk', () => {
  it('is enough to list a session whose snapshot is torn', async () => {
    const dir = record(30);
    mkdirSync(join(dir, '1'));
    writeFileSync(join(dir, '1', 'worker.stdout'), 'raw');
    appendFileSync(join(dir, 'events.jsonl'), '{"torn');
    writeFileSync(join(dir, 'session.json'), '{"v":1,');
    expect((await place.run(['list'])).stdout).toContain('verified');
    const {stdout} = await place.run(['show']);
    expect(stdout).toMatch(/^ {10}1\/worker\.stdout \(3 bytes\)$/m);
    expect(stdout).toMatch(/^log {7}its last line is unfinished$/m);
  });

  it('has one line for each event that was shown', async () => {
    await place.run(['exec', '--', 'echo', 'hi']);
    const lines = parseLines(readFileSync(place.recorded('events.jsonl'), 'utf8'));
    expect(lines.map(({seq}) => seq)).toEqual(lines.map((_, index) => index + 1));
    expect(eventsOf(VERIFIED_SESSION, ID)).toHaveLength(9);
  });
});
