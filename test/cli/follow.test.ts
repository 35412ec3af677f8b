import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../../src/event.ts';
import {claudeSays, type Step} from '../support/session.ts';
import {Place, parseLines, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
  place.installClaude();
});

afterEach(() => place.remove());

const VERIFIED = claudeSays('{"verdict":"DONE","reason":"I looked."}');

function script(runs: Step[][]): {env: Record<string, string>} {
  const path = join(place.home, 'script.json');
  writeFileSync(path, JSON.stringify(runs));
  return {env: {SCRIPT: path}};
}

/** Writes a log by hand, of a session that nobody holds. */
function recorded(...lines: (OneshotEvent | string)[]): string {
  const id = '20260101-120000-aaaaaa';
  const dir = join(place.state, 'sessions', id);
  mkdirSync(dir, {recursive: true});
  const text = lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`));
  writeFileSync(join(dir, 'events.jsonl'), text.join(''));
  return id;
}

const head = (seq: number) => ({
  v: 1 as const,
  seq,
  at: 1000 * seq,
  session: '20260101-120000-aaaaaa',
  iteration: 1,
  role: 'worker' as const,
  source: 'agent' as const,
});

const says = (seq: number, text: string): OneshotEvent => ({
  ...head(seq),
  type: 'agent_message_chunk',
  content: {type: 'text', text},
  messageId: 'm',
  parentToolCallId: null,
});

const finished = (seq: number): OneshotEvent => ({
  ...head(seq),
  type: 'session_finished',
  ending: 'verified',
  reason: 'ok',
  text: 'x',
  iterations: 1,
});

describe('oneshot follow', () => {
  it('shows a session from its beginning and goes on to its end, and exits as it does', async () => {
    const going = join(place.home, 'go');
    const steps = [
      ...claudeSays('I did it.').slice(0, 2),
      {untilFile: going},
      ...claudeSays('I did it.').slice(2),
    ];
    const session = place.start(['do it'], script([steps, VERIFIED]));
    await until(() => place.hasEvent('agent_message_chunk'));
    const followers = [place.start(['follow']), place.start(['follow', 'last', '--json'])];
    await until(() => followers.every((one) => one.stdout().includes('I did it.')));
    expect(followers[0]!.stdout()).not.toContain('verified');
    writeFileSync(going, '');
    const [shown, json] = await Promise.all(followers.map(({ended}) => ended));
    await session.ended;
    expect({code: shown!.code, stderr: shown!.stderr}).toEqual({code: 0, stderr: ''});
    expect(shown!.stdout).toMatch(
      /^session .*\n(.*\n)*I did it\.\n(.*\n)*verified after 1 iteration: I looked\.\n$/,
    );
    expect(json!.stdout).toBe(readFileSync(place.recorded('events.jsonl'), 'utf8'));
  });

  it('ends on Ctrl-C and leaves the session alone', async () => {
    const steps = [...claudeSays('Hello.').slice(0, 2), {sleepMs: 60_000}];
    const session = place.start(['do it'], script([steps]));
    await until(() => place.hasEvent('agent_message_chunk'));
    const follower = place.start(['follow']);
    await until(() => follower.stdout().includes('Hello.'));
    follower.child.kill('SIGINT');
    expect((await follower.ended).code).toBe(130);
    expect(session.child.exitCode).toBe(null);
    session.child.kill('SIGTERM');
    const [{code}, last] = await Promise.all([session.ended, place.run(['follow'])]);
    expect(code).toBe(143);
    expect(last.code).toBe(143);
  });

  it('tells of a session whose oneshot was killed', async () => {
    const steps = [...claudeSays('Hello.').slice(0, 2), {sleepMs: 60_000}];
    const session = place.start(['do it'], script([steps]));
    await until(() => place.hasEvent('agent_message_chunk'));
    const follower = place.start(['follow']);
    await until(() => follower.stdout().includes('Hello.'));
    session.child.kill('SIGKILL');
    const {code, stderr} = await follower.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oneshot: SESSION_ABANDONED: [^\n]* oneshot resume [^\n]*\n$/);
  });

  it('exits as a program under exec did', async () => {
    await place.run(['exec', '--', 'sh', '-c', 'echo hello; exit 7']);
    const {code, stdout} = await place.run(['follow']);
    expect(code).toBe(7);
    expect(stdout).toContain('hello\n');
  });

  it('never says that a damaged log ended well', async () => {
    const id = recorded(says(1, 'x'), '{"v":1\n', finished(3));
    const {code, stderr} = await place.run(['follow', id]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oneshot: SESSION_DAMAGED: /);
  });

  it('is content with a reader that goes away', async () => {
    const id = recorded(...Array.from({length: 20_000}, (_, index) => says(index + 1, 'word '.repeat(20))));
    const follower = place.start(['follow', id]);
    follower.child.stdout!.once('data', () => follower.child.stdout!.destroy());
    expect(await follower.ended).toMatchObject({code: 0, stderr: ''});
  });
});

describe('oneshot replay', () => {
  it('shows a session again, at once', async () => {
    await place.run(['do it'], script([claudeSays('I did it.'), VERIFIED]));
    const {code, stdout, stderr} = await place.run(['replay', '--instant']);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(stdout).toMatch(/I did it\.\n(.*\n)*verified after 1 iteration: I looked\.\n$/);
    const json = await place.run(['replay', '--instant', '--json']);
    expect(json.stdout).toBe(readFileSync(place.recorded('events.jsonl'), 'utf8'));
  });

  it('shows it in its rhythm, and ends on Ctrl-C', async () => {
    const id = recorded(says(1, 'one '), says(2, 'two '), {...says(3, 'three'), at: 90_000_000});
    const fast = await place.run(['replay', id, '--speed', '100']);
    expect(fast).toMatchObject({code: 0, stdout: 'one two three\n'});
    const slow = place.start(['replay', id, '--speed', '0.1']);
    await until(() => slow.stdout() === 'one ');
    slow.child.kill('SIGINT');
    expect(await slow.ended).toMatchObject({code: 130, stdout: 'one \n'});
  });

  it('shows what there is of a session that has no end', async () => {
    const id = recorded(says(1, 'one'), '{"v":1,"se');
    expect(await place.run(['replay', id, '--instant'])).toMatchObject({code: 0, stdout: 'one\n'});
  });
});

describe('oneshot export', () => {
  it('writes a document, the log, a recording and the result', async () => {
    await place.run(['do it'], script([claudeSays('I did it.'), VERIFIED]));
    const log = readFileSync(place.recorded('events.jsonl'), 'utf8');
    const markdown = await place.run(['export', '--format', 'md']);
    expect(markdown).toMatchObject({code: 0, stderr: ''});
    expect(markdown.stdout).toMatch(/^# Session `[^\n]*\n(.*\n)*## Ended: verified\n\n {4}I looked\.\n$/);
    expect((await place.run(['export', '--format', 'jsonl'])).stdout).toBe(log);
    expect((await place.run(['export', '--format', 'result'])).stdout).toBe('I did it.\n');
    const {stdout} = await place.run(['export', '--format', 'asciicast']);
    const [header, ...lines] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(header).toMatchObject({version: 3, term: {cols: 100, rows: 30}, title: 'do it'});
    expect(lines.map(([, , data]) => data).join('')).toContain('I did it.');
  });

  it.each(['md', 'jsonl', 'asciicast', 'result'])(
    'writes %s to a file, for its owner alone',
    async (format) => {
      await place.run(['do it'], script([claudeSays('I did it.'), VERIFIED]));
      const {stdout} = await place.run(['export', '--format', format]);
      const written = await place.run(['export', '--format', format, '--output', 'out']);
      expect(written).toMatchObject({code: 0, stdout: '', stderr: ''});
      expect(readFileSync(join(place.work, 'out'), 'utf8')).toBe(stdout);
    },
  );

  it('leaves a line without an end out of the log, and no file for a result that is not there', async () => {
    const id = recorded(says(1, 'one'), '{"v":1,"se');
    const {stdout} = await place.run(['export', id, '--format', 'jsonl']);
    expect(parseLines(stdout)).toHaveLength(1);
    const {code, stderr} = await place.run(['export', id, '--format', 'result', '--output', 'out']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oneshot: NO_RESULT: /);
    expect(readdirSync(place.work)).toEqual([]);
  });

  it('says when a log is damaged, and where a file cannot be written', async () => {
    const id = recorded(says(1, 'one'), '{\n', finished(3));
    const {code, stdout, stderr} = await place.run(['export', id, '--format', 'md']);
    expect(code).toBe(0);
    expect(stdout).toContain('    one\n');
    expect(stderr).toMatch(/^oneshot: SESSION_DAMAGED: /);
    const failed = await place.run(['export', id, '--format', 'md', '--output', 'no/such/folder']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^oneshot: OUTPUT_FAILED: .*no\/such\/folder.*ENOENT/);
  });

  it('of an empty log is empty', async () => {
    const id = recorded();
    for (const format of ['md', 'jsonl', 'asciicast']) {
      expect(await place.run(['export', id, '--format', format])).toMatchObject({code: 0, stdout: ''});
    }
  });
});

describe('--session-log', () => {
  it('is the document of the session, written as it goes', async () => {
    const log = join(place.work, 'log.md');
    const going = join(place.home, 'go');
    const steps = [
      ...claudeSays('I did it.\n').slice(0, 2),
      {untilFile: going},
      ...claudeSays('I did it.').slice(2),
    ];
    const session = place.start(['do it', '--session-log', 'log.md'], script([steps, VERIFIED]));
    await until(() => place.hasEvent('agent_message_chunk'));
    await until(() => readFileSync(log, 'utf8').endsWith('\n    I did it.\n'));
    writeFileSync(going, '');
    expect((await session.ended).code).toBe(0);
    const {stdout} = await place.run(['export', '--format', 'md']);
    expect(readFileSync(log, 'utf8')).toBe(stdout);
  });

  it('is appended to what is there', async () => {
    const log = join(place.work, 'log.md');
    writeFileSync(log, 'mine\n');
    await place.run(['exec', '--session-log', log, '--', 'echo', 'hello']);
    expect(readFileSync(log, 'utf8')).toMatch(/^mine\n\n# Session (.*\n)*\n {4}hello\n/);
  });

  it('that cannot be opened is an error before anything is done', async () => {
    const {code, stderr} = await place.run(['exec', '--session-log', 'no/such/log.md', '--', 'true']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^oneshot: INVALID_OPTION: --session-log .*ENOENT/);
    expect(place.sessions()).toEqual([]);
  });

  it('that cannot be written ends alone', async () => {
    const {code, stdout, stderr} = await place.run([
      'exec',
      '--session-log',
      '/dev/full',
      '--',
      'echo',
      'hello',
    ]);
    expect({code, stdout}).toEqual({code: 0, stdout: 'hello\n'});
    expect(stderr.match(/OUTPUT_FAILED: the readable log \/dev\/full/g)).toHaveLength(1);
  });
});
