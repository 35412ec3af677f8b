import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place, parseLines, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

const node = (script: string, ...args: string[]) => ['exec', '--', process.execPath, '-e', script, ...args];

describe('oneshot exec', () => {
  it('passes stdout and stderr on byte for byte, and records them', async () => {
    const bytes = randomBytes(3_000_000);
    writeFileSync(join(place.work, 'bytes'), bytes);
    const script = `
      process.stdout.write(fs.readFileSync('bytes'));
      process.stderr.write('\\x1b[31mred\\x1b[0m, no line end');`;
    const {child, ended} = place.start(node(script));
    const hash = createHash('sha256');
    child.stdout!.on('data', (chunk: Buffer) => hash.update(chunk));
    const {code, stderr} = await ended;
    expect(code).toBe(0);
    expect(stderr).toBe('\x1b[31mred\x1b[0m, no line end');
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(hash.digest('hex')).toBe(expected);
    const recorded = readFileSync(place.recorded('1/worker.stdout'));
    expect(createHash('sha256').update(recorded).digest('hex')).toBe(expected);
  });

  it('shows output at once, also where its line has no end yet', async () => {
    const script = `process.on('SIGINT', () => process.exit(5)); setInterval(() => {}, 1e6); process.stdout.write('no line end');`;
    const {child, stdout, ended} = place.start(node(script));
    await until(() => stdout() === 'no line end');
    child.kill('SIGINT');
    expect((await ended).code).toBe(5);
  });

  it.each([
    ['process.exit(0)', 0],
    ['process.exit(3)', 3],
    ["process.kill(process.pid, 'SIGKILL')", 137],
    ["process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1e6)", 143],
  ])('exits as the program does: %s', async (script, code) => {
    expect(await place.run(node(script))).toMatchObject({code, signal: null, stderr: ''});
  });

  it('exits with 127 where there is no such program, and records nothing', async () => {
    expect(await place.run(['exec', '--', 'no-such-program'])).toEqual({
      code: 127,
      signal: null,
      stdout: '',
      stderr: 'oneshot: AGENT_NOT_FOUND: no-such-program is not on PATH. Install it, or correct its name.\n',
    });
    expect((await place.run(['exec', '--', './no/such'])).code).toBe(127);
    expect(place.sessions()).toEqual([]);
  });

  it('finds a program by its path from the folder it runs in', async () => {
    mkdirSync(join(place.work, 'sub'));
    writeFileSync(join(place.work, 'sub', 'hello'), '#!/bin/sh\necho "hello from $(basename "$PWD")"\n', {
      mode: 0o755,
    });
    expect(await place.run(['exec', '--cwd', 'sub', '--', './hello'])).toMatchObject({
      code: 0,
      stdout: 'hello from sub\n',
    });
  });

  it('gives the program /dev/null as stdin, and our own with --stdin', async () => {
    const script =
      "console.log(fs.fstatSync(0).rdev === fs.statSync('/dev/null').rdev, fs.readFileSync(0).length)";
    const without = await place.run(node(script), {input: 'from us'});
    expect(without.stdout).toBe('true 0\n');
    const within = await place.run(['exec', '--stdin', '--', 'cat'], {input: 'from us'});
    expect(within.stdout).toBe('from us');
  });

  it('gives the program the variables asked for, and no colours where stdout is no terminal', async () => {
    const script = 'console.log(process.env.A, process.env.NO_COLOR, process.env.FORCE_COLOR)';
    const args = ['exec', '--env', 'A=1 2', '--', process.execPath, '-e', script];
    expect((await place.run(args)).stdout).toBe('1 2 1 undefined\n');
    expect((await place.run(args, {env: {FORCE_COLOR: '0'}})).stdout).toBe('1 2 undefined 0\n');
  });

  it('prints the event log, and nothing else, under --json', async () => {
    const {code, stdout, stderr} = await place.run([
      ...['exec', '--json', '--', process.execPath, '-e'],
      "console.log('out'); console.error('err'); process.exit(4)",
    ]);
    expect(code).toBe(4);
    expect(stderr).toBe('');
    expect(stdout).toBe(readFileSync(place.recorded('events.jsonl'), 'utf8'));
    const events = parseLines(stdout);
    expect(events.map(({seq}) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({type: 'session_started', task: null, audit: false});
    expect(events.at(-2)).toMatchObject({type: 'run_finished', outcome: 'failed', exitCode: 4});
    expect(events.at(-1)).toMatchObject({type: 'session_finished', ending: 'failed', iterations: 1});
  });

  it('does the same without streaming', async () => {
    const {code, stdout, stderr} = await place.run([
      'exec',
      '--no-streaming',
      '--',
      'sh',
      '-c',
      'echo a; echo b >&2; exit 6',
    ]);
    expect({code, stdout, stderr}).toEqual({code: 6, stdout: 'a\n', stderr: 'b\n'});
    const started = place.events().find(({type}) => type === 'run_started');
    expect(started).toMatchObject({transport: 'buffered'});
  });

  it('lets the program go on when the reader of stdout goes away', async () => {
    const script = `
      let lines = 0;
      const timer = setInterval(() => {
        console.log('line ' + ++lines);
        if (lines === 200) { clearInterval(timer); fs.writeFileSync('done', 'yes'); process.exitCode = 9; }
      }, 1);`;
    const {child, stdout, ended} = place.start(node(script));
    await until(() => stdout().includes('\n'));
    child.stdout!.destroy();
    expect(await ended).toMatchObject({code: 9, stderr: ''});
    expect(readFileSync(join(place.work, 'done'), 'utf8')).toBe('yes');
    expect(readFileSync(place.recorded('1/worker.stdout'), 'utf8')).toMatch(/line 200\n$/);
  });

  it('keeps nothing from a reader who comes late', async () => {
    const script = "for (let i = 0; i < 20000; i++) console.log(String(i).padStart(99, '.'))";
    const {child, stdout, ended} = place.start(node(script));
    child.stdout!.pause();
    await until(() => place.hasEvent('session_finished'));
    expect(child.exitCode).toBeNull();
    child.stdout!.resume();
    expect((await ended).code).toBe(0);
    expect(stdout()).toHaveLength(2_000_000);
  });

  it('says where the session is only when asked, since stderr is the program’s', async () => {
    const {stderr} = await place.run(['exec', '--verbose', '--', 'true']);
    expect(stderr).toContain(`recorded in ${place.recorded('')}`.replace(/\/$/, ''));
  });
});
