import {createHash, randomBytes} from 'node:crypto';
import {readFileSync, readlinkSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {describe, expect, test} from 'vitest';
import {PTY_COLUMNS, PTY_ROWS} from '../../src/transport/transport.ts';
import {pattern} from '../fixtures/programs/pattern.js';
import {
  finish,
  fixture,
  isRunning,
  liveTransports,
  onLinux,
  scratch,
  start,
  transports,
  until,
} from './start.ts';

describe.each(transports)('on %s', (transport) => {
  test('a prompt of 1 MiB in one line arrives byte for byte', async () => {
    const stdin = Buffer.alloc(1024 * 1024, 'prompt ');
    const {stdout, exit} = await finish(fixture('stdin-digest'), {transport, stdin});
    const sha256 = createHash('sha256').update(stdin).digest('hex');
    expect(JSON.parse(String(stdout))).toEqual({bytes: stdin.length, sha256});
    expect(exit).toEqual({exitCode: 0, signal: null, drained: true});
  });

  test('without a prompt stdin is empty, and an empty one is closed', async () => {
    for (const stdin of [null, new Uint8Array()]) {
      const {stdout} = await finish(fixture('stdin-digest'), {transport, stdin});
      expect(JSON.parse(String(stdout)).bytes).toBe(0);
    }
  });

  test.skipIf(!onLinux)('inherited stdin is our own', async () => {
    const script = 'console.log(require("fs").readlinkSync("/proc/self/fd/0"))';
    const {stdout} = await finish([process.execPath, '-e', script], {transport, stdin: 'inherit'});
    expect(String(stdout)).toBe(`${readlinkSync('/proc/self/fd/0')}\n`);
  });

  test('a child that never reads its prompt ends as it likes', async () => {
    const stdin = Buffer.alloc(4 * 1024 * 1024);
    const {stdout, exit} = await finish(fixture('write-and-exit', 10), {transport, stdin});
    expect(String(stdout)).toBe(String(pattern(10)));
    expect(exit).toEqual({exitCode: 0, signal: null, drained: true});
  });

  test('any bytes pass unchanged', async () => {
    const bytes = randomBytes(3_000_000);
    writeFileSync(scratch('random'), bytes);
    const {stdout, stderr, child} = await finish(fixture('copy-file', scratch('random')), {transport});
    expect(stdout.equals(bytes)).toBe(true);
    expect(stderr.length).toBe(0);
    expect(child.bytesSeen()).toBe(bytes.length);
  });

  test('stdout and stderr never mix, and each keeps its order', async () => {
    const {stdout, stderr} = await finish(fixture('both-streams', 2000), {transport});
    const lines = (word: string) => Array.from({length: 2000}, (_, line) => `${word} ${line}\n`).join('');
    expect(String(stdout)).toBe(lines('out'));
    expect(String(stderr)).toBe(lines('err'));
  });

  test('exit code and arguments are passed on', async () => {
    const script = 'process.exitCode = Number(process.argv[1])';
    const ended = await finish([process.execPath, '-e', script, '42'], {transport});
    expect(ended.exit).toEqual({exitCode: 42, signal: null, drained: true});
  });

  test.skipIf(process.platform === 'win32')(
    'a signal ends the child, and is not sent to one that is gone',
    async () => {
      const {child} = await start(fixture('stubborn'), {transport});
      expect(child.kill('SIGTERM')).toBe(true);
      expect(await child.exit).toEqual({exitCode: null, signal: 'SIGTERM', drained: true});
      expect(child.kill('SIGTERM')).toBe(false);
    },
  );

  test('the environment and the working directory are the ones asked for', async () => {
    const script = 'console.log(JSON.stringify([process.cwd(), process.env.ONE, process.env.TWO]))';
    const env = {...process.env, ONE: '1', TWO: undefined};
    const {stdout} = await finish([process.execPath, '-e', script], {transport, env});
    const [cwd, one, two] = JSON.parse(String(stdout));
    expect([basename(cwd) === basename(scratch()), one, two]).toEqual([true, '1', null]);
  });

  test('bytes count as life while the child runs', async () => {
    const {child} = await start(fixture('stubborn'), {transport});
    await until(() => child.bytesSeen() === 'ready\n'.length);
    expect(isRunning(child.pid)).toBe(true);
    child.kill('SIGKILL');
    await child.exit;
    expect(child.bytesSeen()).toBe('ready\n'.length);
  });

  test.concurrent('output of a child that exits while paused waits for the reader', async () => {
    let chunks = 0;
    const {child, stdout} = await start(fixture('write-and-exit', 8000), {transport}, () => {
      chunks += 1;
    });
    let over = false;
    void child.exit.then(() => {
      over = true;
    });
    child.pause();
    await until(() => !isRunning(child.pid));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([chunks, over]).toEqual([0, false]);
    child.resume();
    expect((await child.exit).drained).toBe(true);
    expect(stdout().equals(pattern(8000))).toBe(true);
  });

  test('a reader that pauses at every chunk gets everything, in order and never while paused', async () => {
    let paused = false;
    let wrong = 0;
    const total = 1_000_000;
    const {stdout, exit} = await finish(fixture('write-and-exit', total), {transport}, (child) => {
      if (paused) wrong += 1;
      paused = true;
      child.pause();
      setImmediate(() => {
        paused = false;
        child.resume();
      });
    });
    expect(wrong).toBe(0);
    expect(exit.drained).toBe(true);
    expect(stdout.equals(pattern(total))).toBe(true);
  });

  test('a reader that resumes inside its handler is not called again before it returns', async () => {
    let depth = 0;
    let deepest = 0;
    const total = 1_000_000;
    const {stdout} = await finish(fixture('write-and-exit', total), {transport}, (child) => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      child.pause();
      child.resume();
      child.pause();
      child.drain();
      depth -= 1;
    });
    expect(deepest).toBe(1);
    expect(stdout.equals(pattern(total))).toBe(true);
  });

  test('draining outlasts a pause, before it and after it', async () => {
    const {child, stdout} = await start(fixture('write-and-exit', 1_000_000), {transport});
    child.pause();
    child.drain();
    child.pause();
    expect((await child.exit).drained).toBe(true);
    expect(stdout().equals(pattern(1_000_000))).toBe(true);
  });

  test('a buffer handed on is only valid during the call', async () => {
    const {stdout} = await finish(
      fixture('write-and-exit', 300_000),
      {transport},
      (_child, _stream, bytes) => {
        bytes.fill(0);
      },
    );
    expect(stdout.equals(pattern(300_000))).toBe(true);
  });
});

describe.each(liveTransports)('live on %s', (transport) => {
  test.concurrent('a reader paused for 3 s holds the child up and loses nothing', async () => {
    const total = 1_000_000;
    const counter = scratch(`written-${transport}`);
    const written = () => Number(readFileSync(counter, 'utf8'));
    let chunks = 0;
    const {child, stdout} = await start(fixture('steady-writer', total, counter), {transport}, (me) => {
      chunks += 1;
      if (chunks === 1) me.pause();
    });
    await until(() => chunks === 1);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(chunks).toBe(1);
    expect(isRunning(child.pid)).toBe(true);
    expect(written()).toBeLessThan(total / 2);
    child.resume();
    expect(await child.exit).toEqual({exitCode: 0, signal: null, drained: true});
    expect(written()).toBe(total);
    expect(stdout().equals(pattern(total))).toBe(true);
  });

  test('the first bytes arrive while the child still runs', async () => {
    const {child, stdout} = await start(fixture('stubborn'), {transport});
    await until(() => String(stdout()) === 'ready\n');
    expect(isRunning(child.pid)).toBe(true);
    child.kill('SIGKILL');
    await child.exit;
  });
});

describe('what the child sees', () => {
  const report = async (transport: (typeof transports)[number]) => {
    const {stdout} = await finish(fixture('terminal-report'), {transport, stdin: new Uint8Array()});
    return JSON.parse(String(stdout));
  };

  test.skipIf(process.platform === 'win32')(
    'on a PTY stdout alone is a terminal, with a real size',
    async () => {
      const expected = {isatty: [false, true, false], columns: PTY_COLUMNS, rows: PTY_ROWS};
      expect(await report('pty')).toEqual(expected);
    },
  );

  test('on the others nothing is a terminal', async () => {
    for (const transport of ['pipe', 'buffered'] as const) {
      expect(await report(transport)).toEqual({isatty: [false, false, false], columns: null, rows: null});
    }
  });
});
