import {mkdtempSync, readdirSync} from 'node:fs';
import {parse} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {capture} from '../../src/transport/capture.ts';
import {pattern} from '../fixtures/programs/pattern.js';
import {ManualClock} from './manual-clock.ts';
import {fixture, scratch, until} from './start.ts';

const limits = {env: process.env, timeoutMs: 60_000, maxBytes: 1_000_000};

const before = process.env.TMPDIR;
beforeAll(() => {
  process.env.TMPDIR = mkdtempSync(scratch('tmp-'));
});
afterAll(() => {
  expect(readdirSync(process.env.TMPDIR as string)).toEqual([]);
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
});

test('a helper command is heard out', async () => {
  const script =
    'console.log("1.2.3"); console.error(require("fs").readFileSync(0).length); process.exitCode = 3';
  const captured = await capture([process.execPath, '-e', script], limits);
  expect(captured).toEqual({stdout: '1.2.3\n', stderr: '0\n', exitCode: 3, signal: null, timedOut: false});
});

test('it runs where asked, and else where we are', async () => {
  const where = [process.execPath, '-e', 'console.log(process.cwd())'] as [string, ...string[]];
  const {root} = parse(process.cwd());
  expect((await capture(where, limits)).stdout).toBe(`${process.cwd()}\n`);
  expect((await capture(where, {...limits, cwd: root})).stdout).toBe(`${root}\n`);
});

test('no more is kept than asked for', async () => {
  const captured = await capture(fixture('write-and-exit', 200_000), {...limits, maxBytes: 100_000});
  expect(captured.stdout).toBe(String(pattern(100_000)));
  expect(captured.exitCode).toBe(0);
});

test.skipIf(process.platform === 'win32')(
  'a command that takes too long is killed with its whole group',
  async () => {
    const clock = new ManualClock();
    const ended = capture(['/bin/sh', '-c', 'echo begun; sleep 60 & wait'], {
      ...limits,
      timeoutMs: 5000,
      clock,
    });
    await until(() => clock.pending === 1);
    clock.advance(4999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await ended).toMatchObject({exitCode: null, signal: 'SIGKILL', timedOut: true});
  },
);

test('a command that is missing is an error', async () => {
  await expect(capture(['no-such-program'], limits)).rejects.toMatchObject({code: 'AGENT_NOT_FOUND'});
});
