import {describe, expect, test} from 'vitest';
import {pattern} from '../fixtures/programs/pattern.js';
import {finish, fixture, liveTransports, start, transports} from './start.ts';

/** Blocks the event loop, and with it every reader. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe.each(transports)('on %s', (transport) => {
  test.skipIf(process.platform === 'win32')(
    '100 KB written by a program that exits at once arrive, many times in a row',
    async () => {
      const expected = pattern(100_000);
      const echo = ['/bin/sh', '-c', 'printf %s "$TEXT"'] as [string, ...string[]];
      const runs = transport === 'pty' ? 100 : 25;
      for (let run = 0; run < runs; run += 1) {
        const {stdout, exit} = await finish(echo, {transport, env: {TEXT: String(expected)}});
        expect(stdout.length).toBe(expected.length);
        expect(stdout.equals(expected)).toBe(true);
        expect(exit).toEqual({exitCode: 0, signal: null, drained: true});
      }
    },
  );

  test('1 MB written by a Node program that exits at once arrives', async () => {
    for (let run = 0; run < 3; run += 1) {
      const {stdout} = await finish(fixture('write-and-exit', 1_000_000), {transport});
      expect(stdout.equals(pattern(1_000_000))).toBe(true);
    }
  });

  test.skipIf(process.platform === 'win32')(
    'a child that opens its terminal by name loses nothing',
    async () => {
      const {stdout, exit} = await finish(fixture('take-terminal', 100_000), {transport});
      // A socket cannot be opened by name, so on a pipe the program fails before it writes.
      expect(stdout.length).toBe(transport === 'pipe' ? 0 : 100_000);
      expect(exit.exitCode).toBe(transport === 'pipe' ? 1 : 0);
    },
  );
});

describe.each(liveTransports)('on %s with a blocked event loop', (transport) => {
  test('what a child writes last, before it exits, arrives', async () => {
    // The first 100 bytes come at once; the rest, as much as fits into the kernel, while nobody can read.
    const {stdout, exit} = await finish(
      fixture('write-and-exit', 12_000, 150),
      {transport},
      (_child, _stream, bytes) => {
        if (bytes.length === 100) block(2000);
      },
    );
    expect(stdout.equals(pattern(12_000))).toBe(true);
    expect(exit).toEqual({exitCode: 0, signal: null, drained: true});
  });

  test('a handler that blocks after the exit costs nothing either', async () => {
    let exited = false;
    const {child, stdout} = await start(fixture('leave-behind', 'hold'), {transport}, () => {
      if (exited) block(1200);
    });
    child.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    exited = true;
    child.resume();
    const {drained} = await child.exit;
    expect(drained).toBe(false);
    expect(Number(String(stdout()))).toBeGreaterThan(0);
    process.kill(Number(String(stdout())), 'SIGKILL');
  });
});
