import {afterEach, describe, expect, test} from 'vitest';
import {Grace} from '../../src/transport/grace.ts';
import {finish, fixture, isRunning, liveTransports, start, transports, until} from './start.ts';

const left: number[] = [];
afterEach(() => {
  for (const pid of left.splice(0)) process.kill(pid, 'SIGKILL');
});

/** The pid a `leave-behind` program printed. */
function grandchild(stdout: Buffer): number {
  const pid = Number.parseInt(String(stdout), 10);
  left.push(pid);
  return pid;
}

describe.each(transports)('a grandchild on %s', (transport) => {
  test('that holds the streams does not hold the run', async () => {
    const {stdout, exit} = await finish(fixture('leave-behind', 'hold'), {transport});
    expect(isRunning(grandchild(stdout))).toBe(true);
    // Files cannot tell who holds them; all that was written is there all the same.
    expect(exit).toEqual({exitCode: 0, signal: null, drained: transport === 'buffered'});
  });

  test.each(['write', 'flood'])('that keeps on writing (%s) does not hold the run', async (mode) => {
    const {stdout, exit} = await finish(fixture('leave-behind', mode), {transport});
    expect(grandchild(stdout)).toBeGreaterThan(0);
    expect(exit.exitCode).toBe(0);
  });

  test('that floods the streams cannot hold a run whose reader is slow', async () => {
    const {stdout} = await finish(fixture('leave-behind', 'flood'), {transport}, (child) => {
      child.pause();
      setTimeout(() => child.resume(), 5);
    });
    expect(grandchild(stdout)).toBeGreaterThan(0);
  });
});

describe.skipIf(process.platform === 'win32')('a paused run', () => {
  test.each(liveTransports)(
    'on %s does not end before the reader goes on, whatever a grandchild does',
    async (transport) => {
      let over = false;
      const {child, stdout} = await start(fixture('leave-behind', 'hold'), {transport});
      void child.exit.then(() => {
        over = true;
      });
      child.pause();
      await until(() => !isRunning(child.pid));
      child.resume();
      child.pause();
      await new Promise((resolve) => setImmediate(resolve));
      expect(over).toBe(false);
      child.resume();
      // The grace has begun when the reader pauses again.
      await new Promise((resolve) => setImmediate(resolve));
      child.pause();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(over).toBe(false);
      child.resume();
      await child.exit;
      expect(isRunning(grandchild(stdout()))).toBe(true);
    },
  );
});

describe('the grace', () => {
  /** Rounds of `ms` until it is over, with `chunks` in each. */
  function roundsOf(ms: number, chunks: number): number {
    const grace = new Grace(0);
    let rounds = 0;
    for (let nowMs = 0; !grace.isOver(nowMs) && rounds < 1000; nowMs += ms) {
      for (let chunk = 0; chunk < chunks; chunk += 1) grace.chunk();
      grace.round(ms);
      rounds += 1;
    }
    return rounds;
  }

  test('is over after 100 ms of quiet', () => {
    expect(roundsOf(20, 0)).toBe(5);
  });

  test('is over after 1 s of bytes', () => {
    expect(roundsOf(20, 3)).toBe(50);
  });

  test('leaves a reader on a blocked event loop some rounds or chunks', () => {
    expect(roundsOf(2000, 1)).toBe(16);
    expect(roundsOf(2000, 31)).toBe(1);
  });

  test('begins anew with each byte, and a byte that has just come is not quiet', () => {
    const grace = new Grace(0);
    grace.round(90);
    grace.chunk();
    grace.round(90);
    grace.round(90);
    expect(grace.isOver(0)).toBe(false);
    grace.round(10);
    expect(grace.isOver(0)).toBe(true);
    grace.chunk();
    expect(grace.isOver(0)).toBe(false);
  });

  test('is over for a reader that pauses at every chunk, once the child has surely been heard out', () => {
    const grace = new Grace(0);
    for (let chunk = 0; chunk < 31; chunk += 1) grace.chunk();
    expect(grace.isOver(5000)).toBe(false);
    grace.chunk();
    expect(grace.isOver(5000)).toBe(true);
  });
});
