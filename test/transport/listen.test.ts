import {expect, test} from 'vitest';
import {type Listener, type ListenOptions, listen} from '../../src/transport/listen.ts';
import {ManualClock} from './manual-clock.ts';
import {fixture, scratch, until} from './start.ts';

const how = {
  env: process.env,
  cwd: process.cwd(),
  stdin: null,
  transport: 'pipe',
  spoolDir: scratch(),
  timeoutMs: 60_000,
} satisfies ListenOptions;

const WAIT: [string, ...string[]] = [
  process.execPath,
  '-e',
  'console.log("begun"); setInterval(() => {}, 1000)',
];

const all: Listener = () => true;

test('a helper gets its input and is heard to its end', async () => {
  const echo: [string, ...string[]] = [process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
  let said = '';
  const heard = await listen(echo, {...how, stdin: Buffer.from('a word')}, (_, bytes) => {
    said += bytes;
    return true;
  });
  expect(said).toBe('a word');
  expect(heard).toEqual({exitCode: 0, signal: null, endedBy: 'itself'});
});

test('a helper that says too much is killed, and not heard any more', async () => {
  let calls = 0;
  const heard = await listen(fixture('write-and-exit', 5_000_000), how, () => {
    calls += 1;
    return false;
  });
  expect(heard).toEqual({exitCode: null, signal: 'SIGKILL', endedBy: 'enough'});
  expect(calls).toBe(1);
});

test('a helper that has ended when enough is heard has ended by itself', async () => {
  const heard = await listen(
    fixture('write-and-exit', 200_000),
    {...how, transport: 'buffered'},
    () => false,
  );
  expect(heard).toEqual({exitCode: 0, signal: null, endedBy: 'itself'});
});

test('a helper that takes too long is killed', async () => {
  const clock = new ManualClock();
  const ended = listen(WAIT, {...how, clock, timeoutMs: 5000}, all);
  await until(() => clock.pending === 1);
  clock.advance(5000);
  expect(await ended).toMatchObject({signal: 'SIGKILL', endedBy: 'timed-out'});
});

test('a helper is killed when it shall stop, before or while it runs', async () => {
  const stopped = {signal: 'SIGKILL', endedBy: 'stopped'};
  expect(await listen(WAIT, {...how, stop: AbortSignal.abort()}, all)).toMatchObject(stopped);
  const stop = new AbortController();
  const ended = listen(WAIT, {...how, stop: stop.signal}, () => {
    stop.abort();
    return true;
  });
  expect(await ended).toMatchObject(stopped);
});
