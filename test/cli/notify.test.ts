import {chmodSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {endingSchema} from '../../src/cli/output-schema.ts';
import {Hook, silence, status} from '../notify/server.ts';
import {claudeSays, type Step} from '../support/session.ts';
import {Place, PROGRAM, until} from './program.ts';

let place: Place;
let hook: Hook | null;

beforeEach(() => {
  place = new Place();
  place.installClaude();
  hook = null;
});

afterEach(async () => {
  await hook?.stop();
  place.remove();
});

function script(...runs: Step[][]): {SCRIPT: string} {
  const path = join(place.home, 'script.json');
  writeFileSync(path, JSON.stringify(runs));
  return {SCRIPT: path};
}

const verdict = (word: string) => claudeSays(JSON.stringify({verdict: word, reason: `It is ${word}.`}));
const inWork = (name: string) => join(place.work, name);
const read = (name: string) => readFileSync(inWork(name), 'utf8');
const report = (name: string) => endingSchema.strict().parse(JSON.parse(read(name)));
const quick = ['--no-audit', '--executor', 'command', '--agent-arg', 'cat'];

describe('oneshot --on-end', () => {
  it('tells the ending to each command in order, and keeps stdout clean', async () => {
    const env = script(claudeSays('First.'), verdict('RETRY'), claudeSays('Second.'), verdict('DONE'));
    const {code, stdout, stderr} = await place.run(
      ['do it', '--on-end', 'cat > one; echo told', '--on-end', 'test -s one && echo two > two'],
      {env},
    );
    expect({code, stdout}).toEqual({code: 0, stdout: 'Second.\n'});
    const started = place.events()[0]!;
    expect(report('one')).toEqual({
      v: 1,
      session: started.session,
      task: 'do it',
      ending: 'verified',
      reason: 'It is DONE.',
      text: 'Second.',
      iterations: 2,
      exitCode: 0,
      costUsd: 2,
      durationMs: place.events().at(-1)!.at - started.at,
      cwd: place.work,
      dir: place.recorded('').replace(/\/$/, ''),
      startedAt: started.at,
      endedAt: place.events().at(-1)!.at,
    });
    expect(read('two')).toBe('two\n');
    expect(stderr).toMatch(/recorded in .*\ntold\n$/);
  });

  it('leaves the event log alone on stdout under --json', async () => {
    const {code, stdout} = await place.run([...quick, '--json', 'say hi', '--on-end', 'cat; exit 9']);
    expect({code, stdout}).toEqual({code: 0, stdout: readFileSync(place.recorded('events.jsonl'), 'utf8')});
  });

  it.each([
    ['verified', 0, [claudeSays('x'), verdict('DONE')]],
    ['unverified', 3, [claudeSays('x'), claudeSays('no verdict')]],
    ['impossible', 4, [claudeSays('x'), verdict('IMPOSSIBLE')]],
    ['exhausted', 3, [claudeSays('x'), verdict('RETRY')]],
    ['failed', 1, [[{stdout: 'oops\n'}, {exit: 7}]]],
  ] as const)('does not change the exit code of a session that ended %s', async (ending, exitCode, runs) => {
    const env = script(...(runs as unknown as Step[][]));
    const args = ['do it', '--max-iterations', '1', '--on-end', 'cat > told; exit 42'];
    const {code, stderr} = await place.run(args, {env});
    expect(code).toBe(exitCode);
    expect(report('told')).toMatchObject({ending, exitCode});
    expect(stderr).toContain('oneshot: NOT_NOTIFIED: --on-end command exited with 42.');
  });

  it('tells of a session that was interrupted', async () => {
    const env = script([{json: {type: 'system', subtype: 'init', session_id: 's'}}, {untilSignal: true}]);
    const {child, ended} = place.start(['do it', '--on-end', 'cat > told'], {env});
    await until(() => place.hasEvent('agent_session'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({code: 130});
    expect(report('told')).toMatchObject({ending: 'interrupted', exitCode: 130});
  });

  it('is itself ended by Ctrl-C, and the exit code stays', async () => {
    const args = [...quick, 'say hi', '--on-end', 'touch begun; sleep 1000', '--on-end', 'touch next'];
    const {child, ended} = place.start(args);
    await until(() => existsSync(inWork('begun')));
    child.kill('SIGINT');
    const {code, stdout, stderr} = await ended;
    expect({code, stdout}).toEqual({code: 0, stdout: 'say hi\n'});
    expect(stderr).toContain('--on-end command 1 was ended, as asked');
    expect(existsSync(inWork('next'))).toBe(false);
  });

  it('has secrets masked', async () => {
    const env = {MY_TOKEN: 'abcdefgh12345678'};
    const args = ['--no-audit', '--executor', 'command', '--agent-arg', 'sh', '--agent-arg', '-c'];
    const {code} = await place.run(
      [...args, '--agent-arg', 'echo $MY_TOKEN', 'say abcdefgh12345678', '--on-end', 'cat > told'],
      {env},
    );
    expect(code).toBe(0);
    expect(read('told')).not.toContain('abcdefgh12345678');
    expect(report('told').text).toContain('[redacted]');
  });

  it('is told of a resumed session as a whole, and of its duration since then', async () => {
    await place.run([...quick, 'say hi']);
    const {code} = await place.run(['resume', 'say more', '--on-end', 'cat > told']);
    expect(code).toBe(0);
    const told = report('told');
    const resumed = place.events().find(({type}) => type === 'session_resumed')!;
    expect(told).toMatchObject({
      session: resumed.session,
      task: 'say hi',
      startedAt: place.events()[0]!.at,
      iterations: 2,
    });
    expect(told.durationMs).toBe(told.endedAt - resumed.at);
  });

  it('is told nothing where nothing was resumed', async () => {
    await place.run([...quick, 'say hi']);
    const {code} = await place.run(['resume', '--on-end', 'cat > told']);
    expect(code).toBe(2);
    expect(existsSync(inWork('told'))).toBe(false);
  });

  it('ends an open line of its output', async () => {
    const args = [...quick, 'say hi', '--on-end', 'printf one; exit 1', '--on-end', 'printf two'];
    expect((await place.run(args)).stderr).toMatch(/\none\noneshot: NOT_NOTIFIED: .*\ntwo\n$/);
  });

  it('may begin the next session in the same folder', async () => {
    const next = `"${process.execPath}" "${PROGRAM}" ${quick.join(' ')} "say more" > next`;
    const {code, stderr} = await place.run([...quick, 'say hi', '--on-end', next]);
    expect({code, stderr}).toEqual({code: 0, stderr: expect.not.stringContaining('NOT_NOTIFIED')});
    expect(read('next')).toBe('say more\n');
  });

  it('can be tried with the demo', async () => {
    const {code} = await place.run(['demo', '--on-end', 'cat > told']);
    expect(code).toBe(0);
    expect(report('told')).toMatchObject({ending: 'verified'});
  });

  it('is told of each task of a batch, and speaks in its view', async () => {
    writeFileSync(inWork('tasks.jsonl'), '{"task": "say one"}\n{"task": "say two"}\n');
    const batch = ['batch', 'tasks.jsonl', '--concurrency', '1', ...quick];
    const {code, stdout, stderr} = await place.run([...batch, '--on-end', 'cat >> told; echo noted; exit 5']);
    expect(code).toBe(0);
    const told = read('told').trimEnd().split('\n');
    expect(told.map((line) => endingSchema.strict().parse(JSON.parse(line)).task)).toEqual([
      'say one',
      'say two',
    ]);
    expect(stdout).not.toContain('noted');
    expect(stderr.match(/^\S+ noted$/gm)).toHaveLength(2);
    expect(stderr.match(/^\S+ oneshot: NOT_NOTIFIED: --on-end command exited with 5\./gm)).toHaveLength(2);
    await place.run([...batch, '--fresh', '--quiet', '--on-end', 'echo noted; exit 5']).then((quiet) => {
      expect(quiet.stderr).toContain('NOT_NOTIFIED');
      expect(quiet.stderr).not.toContain('noted\n');
    });
  });

  it('says nothing of its output under --quiet, but that it failed', async () => {
    const {stderr} = await place.run([...quick, '--quiet', 'say hi', '--on-end', 'echo noise; exit 1']);
    expect(stderr).not.toContain('noise');
    expect(stderr).toContain('NOT_NOTIFIED');
  });
});

describe('oneshot --notify-url', () => {
  it('posts the ending, also to a URL of a variable, which is told to nobody', async () => {
    hook = new Hook(status(200));
    const url = await hook.start();
    const args = ['--no-audit', '--executor', 'command', '--agent-arg', 'sh', '--agent-arg', '-c'];
    const env = {ONESHOT_NOTIFY_URL: url};
    const {code, stdout, stderr} = await place.run([...args, '--agent-arg', 'env', 'say hi', '--debug'], {
      env,
    });
    expect(code).toBe(0);
    expect(endingSchema.strict().parse(JSON.parse(hook.got[0]!.body))).toMatchObject({
      ending: 'unverified',
      exitCode: 0,
    });
    const log = readFileSync(place.recorded('events.jsonl'), 'utf8');
    expect(log).toContain('ONESHOT_NOTIFY_URL=[redacted:ONESHOT_NOTIFY_URL]');
    for (const text of [stdout, stderr, log, hook.got[0]!.body]) expect(text).not.toContain('hook-s3cret');
  });

  it('posts what Slack takes', async () => {
    hook = new Hook(status(200));
    const args = [...quick, 'a <b> & c', '--notify-url', await hook.start(), '--notify-format', 'slack'];
    expect((await place.run(args)).code).toBe(0);
    const {text} = JSON.parse(hook.got[0]!.body);
    expect(text).toContain('oneshot: unverified after 1 iteration');
    expect(text).toContain('Task: a &lt;b&gt; &amp; c');
  });

  it('names the host alone when it cannot, and keeps the exit code', async () => {
    hook = new Hook(status(410));
    const url = await hook.start();
    const {code, stderr} = await place.run([...quick, 'say hi', '--notify-url', url]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `NOT_NOTIFIED: the notification to ${new URL(url).host} was answered with HTTP 410.`,
    );
    expect(stderr).not.toContain('s3cret');
  });

  it('is given up with Ctrl-C', async () => {
    hook = new Hook(silence);
    const {child, ended} = place.start([...quick, 'say hi', '--notify-url', await hook.start()]);
    await until(() => hook!.got.length === 1);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({code: 0, stdout: 'say hi\n'});
  });

  it.each([
    [['--notify-url', 'hook-s3cret'], 'INVALID_OPTION: --notify-url is no http or https URL'],
    [['--notify-url', 'file:///hook-s3cret'], 'INVALID_OPTION: --notify-url'],
    [['--notify-url', 'https://me:hook-s3cret@127.0.0.1/'], 'INVALID_OPTION: --notify-url'],
    [['--notify-format', 'slak'], 'Did you mean slack?'],
    [['--on-end', ' '], 'INVALID_OPTION: --on-end'],
    [['--on-end', '--json'], 'INVALID_OPTION: --on-end'],
  ])('refuses %j before anything runs', async (args, message) => {
    const {code, stderr} = await place.run([...quick, 'say hi', ...args]);
    expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining(message)});
    expect(stderr).not.toContain('s3cret');
    expect(place.sessions()).toEqual([]);
  });

  it('comes from the configuration, where a project needs trust for it', async () => {
    hook = new Hook(status(200));
    const url = await hook.start();
    const write = (path: string, value: object) => writeFileSync(path, JSON.stringify(value));
    write(join(place.home, '.oneshot.json'), {notifyUrl: {fromFile: 'hook.txt'}, onEnd: ['cat > told']});
    expect(await place.run([...quick, 'say hi'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('hook.txt'),
    });
    writeFileSync(join(place.home, 'hook.txt'), `${url}\n`);
    expect((await place.run([...quick, 'say hi'])).code).toBe(0);
    expect(report('told')).toEqual(JSON.parse(hook.got[0]!.body));
    const shown = await place.run(['config', 'show']);
    expect(shown.stdout).toMatch(/notifyUrl +\{"fromFile":"[^"]*hook\.txt"\}/);
    write(inWork('.oneshot.json'), {notifyUrl: {fromEnv: 'HOOK'}});
    const refused = await place.run([...quick, 'say hi']);
    expect(refused).toMatchObject({code: 2, stderr: expect.stringContaining('CONFIG_UNTRUSTED')});
    expect(hook.got).toHaveLength(1);
    await place.run(['trust']);
    expect((await place.run([...quick, 'say hi'], {env: {HOOK: url}})).code).toBe(0);
    expect(hook.got).toHaveLength(2);
    expect(await place.run([...quick, 'say hi'], {env: {HOOK: 'x s3cret'}})).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^oneshot: CONFIG_INVALID: notifyUrl is no http(?!.*s3cret)/s),
    });
    expect((await place.run(['config', 'show'], {env: {ONESHOT_NOTIFY_URL: url}})).stdout).not.toContain(
      's3cret',
    );
  });
});

describe('docs/notifications.md', () => {
  const page = readFileSync(new URL('../../docs/notifications.md', import.meta.url), 'utf8');
  const commands = [...page.matchAll(/--on-end '([^\n]*)'$/gm)].map(([, command]) => command!);

  /** A program on PATH that keeps its arguments and its input. */
  function recorder(name: string): void {
    const path = join(place.bin, name);
    writeFileSync(
      path,
      `#!/bin/sh\nprintf '%s\\n' "$@" > "${inWork(name)}.args"\ncat > "${inWork(name)}.in"\n`,
    );
    chmodSync(path, 0o755);
  }

  it.each([
    ['curl', 'https://hooks.slack.com/', ''],
    ['notify-send', 'unverified', ''],
    ['osascript', 'display notification', ''],
    ['mail', 'unverified', '"ending":"unverified"'],
    ['sendmail', '', 'Subject: oneshot unverified'],
  ])('has a command for %s that works', async (name, argument, input) => {
    const command = commands.find((one) => new RegExp(`(^|[ |])${name} `).test(one));
    expect(command, `no command for ${name} in ${commands.join('\n')}`).toBeDefined();
    recorder(name);
    const {code, stderr} = await place.run([...quick, 'say hi', '--on-end', command!], {
      env: {SLACK_HOOK: 'https://hooks.slack.com/services/x'},
    });
    expect(code).toBe(0);
    expect(stderr).not.toContain('NOT_NOTIFIED');
    expect(read(`${name}.args`)).toContain(argument);
    expect(read(`${name}.in`)).toContain(input);
  });
});
