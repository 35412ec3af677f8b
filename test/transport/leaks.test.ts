import {closeSync, openSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import type {OneshotError} from '../../src/error.ts';
import {openPty, type Pty} from '../../src/transport/openpty.ts';
import type {TransportChoice} from '../../src/transport/transport.ts';
import {finish, fixture, onLinux, scratch, start, transports} from './start.ts';

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function zombies(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return state === 'Z' && Number(parent) === process.pid;
    } catch {
      return false;
    }
  });
}

/** Runs `use` once to load what is loaded lazily, then says how many descriptors further uses cost. */
async function leakOf(times: number, use: () => Promise<unknown>): Promise<number> {
  await use();
  await settled();
  const before = descriptors();
  for (let time = 0; time < times; time += 1) await use();
  await settled();
  return descriptors() - before;
}

/** Closing goes through the event loop. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe.skipIf(!onLinux)('descriptors and processes', () => {
  test.each(transports)('50 runs on %s leave neither descriptors nor zombies', async (transport) => {
    const stdin = new Uint8Array(10);
    expect(await leakOf(50, () => finish(['/bin/echo', 'hello'], {transport, stdin}))).toBe(0);
    expect(zombies()).toEqual([]);
    expect(readdirSync(scratch())).toEqual([]);
  });

  test.each(transports)(
    'a run on %s that a grandchild outlives gives its descriptors back',
    async (transport) => {
      const leak = await leakOf(3, async () => {
        const {stdout} = await finish(fixture('leave-behind', 'hold'), {transport});
        process.kill(Number(String(stdout)), 'SIGKILL');
      });
      expect(leak).toBe(0);
    },
  );

  test.each(transports)('programs that cannot be started on %s leave no descriptors', async (transport) => {
    const stdin = new Uint8Array(10);
    const failures: [[string, ...string[]], object][] = [
      [['no-such-program'], {}],
      [['/etc/passwd'], {}],
      [['/bin/echo', 'x'.repeat(3_000_000)], {}],
      [['/bin/echo'], {cwd: scratch('missing')}],
    ];
    const leak = await leakOf(10, async () => {
      for (const [argv, more] of failures) {
        await expect(finish(argv, {transport, stdin, ...more})).rejects.toThrow();
      }
    });
    expect(leak).toBe(0);
    expect(readdirSync(scratch())).toEqual([]);
  });

  test.each<TransportChoice>(['auto', 'pipe', 'buffered'])(
    'with no descriptor left %s fails cleanly',
    async (transport) => {
      const run = () => finish(['/bin/echo'], {transport, stdin: new Uint8Array(1)});
      await run();
      await settled();
      const before = descriptors();
      const codes: string[] = [];
      const held = allDescriptors();
      // With none, one, … to spare, another step is the one that fails.
      for (let spare = 0; spare < 16; spare += 1) {
        await run().catch((error: OneshotError) => codes.push(error.code));
        closeSync(held.pop() as number);
      }
      for (const fd of held) closeSync(fd);
      await settled();
      expect(codes.length).toBeGreaterThan(2);
      for (const code of codes) expect(['SPAWN_FAILED', 'STATE_UNWRITABLE']).toContain(code);
      expect(descriptors()).toBe(before);
      expect(readdirSync(scratch())).toEqual([]);
    },
  );

  test('another child does not inherit the PTY', async () => {
    const ptys: Pty[] = [];
    const opened = async () => {
      const pty = await openPty();
      if ('master' in pty) ptys.push(pty);
      return pty;
    };
    const {child} = await start(fixture('stubborn'), {}, () => {}, {openPty: opened});
    const [pty] = ptys as [Pty];
    const slave = readlinkSync(`/proc/self/fd/${pty.slave}`);
    expect(slave).toMatch(/^\/dev\/pts\/\d+$/);
    const {stdout} = await finish(fixture('descriptors'), {transport: 'pipe'});
    const inherited = JSON.parse(String(stdout));
    expect(inherited.length).toBeGreaterThan(2);
    expect(inherited).not.toContain(slave);
    expect(inherited.filter((link: string) => link.includes('ptmx'))).toEqual([]);
    child.kill('SIGKILL');
    await child.exit;
  });
});

/** Takes every descriptor that is to be had. */
function allDescriptors(): number[] {
  const held: number[] = [];
  try {
    for (;;) held.push(openSync('/dev/null', 'r'));
  } catch {
    return held;
  }
}
