import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {afterAll, describe, expect, test} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import {Family} from '../../src/transport/family.ts';
import {linuxProcesses} from '../../src/transport/linux-processes.ts';
import {windowsPlatform} from '../../src/transport/platform.ts';
import {stopChild} from '../../src/transport/stop.ts';
import {sweep} from '../../src/transport/sweep.ts';
import type {Child} from '../../src/transport/transport.ts';
import {FakeTable} from './fake-table.ts';
import {ManualClock} from './manual-clock.ts';
import {fixture, isRunning, liveTransports, onLinux, scratch, start, transports, until} from './start.ts';
import {ALL_WILD, agent, marked, running, waitFor} from './wild.ts';

/** Starts stopping and shows what has been sent so far. */
function stopping(
  child: Child,
  clock = new ManualClock(),
  killNow = new AbortController(),
  family: Family | null = null,
) {
  const sent: NodeJS.Signals[] = [];
  const onSignal = (signal: NodeJS.Signals) => sent.push(signal);
  const stopped = stopChild(child, {clock, family, onSignal, killNow: killNow.signal});
  return {sent, stopped, clock, killNow};
}

/** A child that ignores these signals, once it does. */
async function stubborn(...signals: string[]): Promise<Child> {
  const {child, stdout} = await start(fixture('stubborn', ...signals), {transport: 'pipe'});
  await until(() => stdout().length > 0);
  return child;
}

describe.skipIf(process.platform === 'win32')('stopping', () => {
  test('ends with SIGINT where that is enough', async () => {
    const child = await stubborn();
    const {sent, stopped, clock} = stopping(child);
    await stopped;
    expect(sent).toEqual(['SIGINT']);
    expect(await child.exit).toMatchObject({signal: 'SIGINT'});
    expect(clock.pending).toBe(0);
  });

  test('goes on to SIGTERM after 3 s and not before', async () => {
    const child = await stubborn('SIGINT');
    const {sent, stopped, clock} = stopping(child);
    clock.advance(2999);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sent).toEqual(['SIGINT']);
    clock.advance(1);
    await stopped;
    expect(sent).toEqual(['SIGINT', 'SIGTERM']);
    expect(await child.exit).toMatchObject({signal: 'SIGTERM'});
  });

  test('goes on to SIGKILL after 3 s more', async () => {
    const child = await stubborn('SIGINT', 'SIGTERM');
    const {sent, stopped, clock} = stopping(child);
    clock.advance(3000);
    await until(() => sent.length === 2);
    await until(() => clock.pending === 1);
    clock.advance(3000);
    await stopped;
    expect(sent).toEqual(['SIGINT', 'SIGTERM', 'SIGKILL']);
    expect(await child.exit).toMatchObject({signal: 'SIGKILL'});
  });

  test('takes other steps where asked', async () => {
    const child = await stubborn('SIGINT', 'SIGTERM');
    const sent: string[] = [];
    const killNow = new AbortController().signal;
    await stopChild(child, {
      clock: systemClock,
      stepMs: 20,
      onSignal: (signal) => sent.push(signal),
      killNow,
    });
    expect(sent).toEqual(['SIGINT', 'SIGTERM', 'SIGKILL']);
  });

  test('kills at once when told to, in a step and before the first', async () => {
    const patient = stopping(await stubborn('SIGINT', 'SIGTERM'));
    expect(patient.sent).toEqual(['SIGINT']);
    patient.killNow.abort();
    await patient.stopped;
    expect(patient.sent).toEqual(['SIGINT', 'SIGKILL']);
    expect(patient.clock.pending).toBe(0);

    const impatient = stopping(await stubborn('SIGINT'), new ManualClock(), patient.killNow);
    await impatient.stopped;
    expect(impatient.sent).toEqual(['SIGKILL']);
  });

  test('sends nothing to a child that is gone', async () => {
    const {child} = await start(fixture('write-and-exit', 0), {transport: 'pipe'});
    await child.exit;
    const {sent, stopped} = stopping(child);
    await stopped;
    expect(sent).toEqual([]);
  });

  test('reaches the whole process group', async () => {
    const script = 'sleep 60 & echo $!; wait';
    const {child, stdout} = await start(['/bin/sh', '-c', script], {transport: 'pipe'});
    await until(() => stdout().length > 0);
    await stopping(child, undefined, aborted()).stopped;
    await until(() => !isRunning(Number(String(stdout()))) || isZombie(Number(String(stdout()))));
  });
});

describe.skipIf(process.platform === 'win32')('stopping a family', () => {
  /** No system gives out such a number. */
  const ORPHAN = 5_000_000;

  /** Stops a real child; the family is made up. */
  async function stoppingWith(table: FakeTable, killNow = new AbortController()) {
    const child = await stubborn();
    const family = new Family({table, rootPid: child.pid, mark: 'ONESHOT_RUN_0011223344556677'});
    return {family, child, ...stopping(child, new ManualClock(), killNow, family)};
  }

  test('looks at it before the first signal', async () => {
    const table = new FakeTable();
    let looked = () => {};
    table.onList = () =>
      new Promise((resolve) => {
        looked = resolve;
      });
    const {child, family, sent, stopped} = await stoppingWith(table);
    table.add({pid: child.pid, parentPid: process.pid});
    table.add({pid: ORPHAN, parentPid: child.pid});
    expect(sent).toEqual([]);
    looked();
    await stopped;
    expect(sent).toEqual(['SIGINT']);
    table.onList = null;
    table.processes.delete(child.pid);
    table.add({pid: ORPHAN, parentPid: 1});
    expect(await family.look()).toMatchObject([{pid: ORPHAN}]);
  });

  test('does not wait long for a system that does not tell, nor at all for one that fails', async () => {
    const slow = new FakeTable();
    slow.onList = () => new Promise(() => {});
    const {sent, stopped, clock} = await stoppingWith(slow);
    clock.advance(999);
    expect(sent).toEqual([]);
    clock.advance(1);
    await stopped;
    expect(sent).toEqual(['SIGINT']);

    const failing = new FakeTable();
    failing.onList = () => Promise.reject(new Error('no /proc'));
    const second = await stoppingWith(failing);
    await second.stopped;
    expect(second.sent).toEqual(['SIGINT']);
  });

  test('does not wait for it when told to kill', async () => {
    const slow = new FakeTable();
    slow.onList = () => new Promise(() => {});
    const {sent, stopped, killNow} = await stoppingWith(slow);
    killNow.abort();
    await stopped;
    expect(sent).toEqual(['SIGKILL']);
    const impatient = await stoppingWith(slow, aborted());
    await impatient.stopped;
    expect(impatient.sent).toEqual(['SIGKILL']);
    expect(impatient.clock.pending).toBe(0);
  });
});

describe.skipIf(!onLinux)('stopping and sweeping', () => {
  const table = linuxProcesses();
  const options = {clock: systemClock, stepMs: 50, killNow: new AbortController().signal, onSignal: () => {}};

  const OUT_OF_REACH = [61, 63, 64, 65, 66].map((time) => `sleep ${time}`);

  test.each([
    ['that obeys', ''],
    ['that ignores SIGINT', `trap '' INT`],
    ['that ignores SIGINT and SIGTERM', `trap '' INT TERM`],
  ])('an agent %s leaves nothing behind', async (_, trap) => {
    const {mark, child} = await agent(ALL_WILD, `${trap}\n${waitFor(scratch('never'))}`);
    // Each has become what it will be, in a session of its own.
    await until(() => OUT_OF_REACH.every((command) => running(command).length > 0));
    const family = new Family({table, rootPid: child.pid, mark});
    await stopChild(child, {...options, family});
    const {ended, survivors} = await sweep(family, options);
    const commands = ended.map(({command}) => command);
    // A signal to the group has reached the rest.
    expect(commands).toEqual(expect.arrayContaining(OUT_OF_REACH));
    expect(survivors).toEqual([]);
    expect(marked(mark)).toEqual([]);
    expect(ended.filter(({pid, command}) => running(command).includes(pid))).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('a child blocked in a write', () => {
  test.each(liveTransports)('on %s sees SIGINT, since its output is drained', async (transport) => {
    let paused = false;
    const {child} = await start(fixture('endless-writer'), {transport}, (me) => {
      if (!paused) me.pause();
      paused = true;
    });
    await until(() => paused);
    const {sent, stopped} = stopping(child);
    await stopped;
    expect(sent).toEqual(['SIGINT']);
    expect(await child.exit).toMatchObject({exitCode: 7, signal: null});
  });

  test.each(transports)('on %s that ignores all signals is killed', async (transport) => {
    const {child} = await start(fixture('endless-writer', 'ignore'), {transport});
    child.pause();
    await until(() => child.bytesSeen() > 0 || transport !== 'buffered');
    await stopping(child, undefined, aborted()).stopped;
    expect(await child.exit).toMatchObject({signal: 'SIGKILL'});
  });
});

describe('stopping on Windows', () => {
  const path = process.env.PATH;
  afterAll(() => {
    process.env.PATH = path;
  });

  test('a child that taskkill has ended is stopped', async () => {
    const {child} = await start(fixture('stubborn'), {transport: 'pipe'}, undefined, {
      platform: windowsPlatform(
        async () => (file, args) => ({command: file, args: [...args], options: {}, file}),
        (args) => args.includes('/F') && process.kill(Number(args[1]), 'SIGKILL'),
      ),
    });
    const {sent, stopped, clock} = stopping(child);
    clock.advance(3000);
    await until(() => sent.length === 2 && clock.pending === 1);
    clock.advance(3000);
    await stopped;
    expect(sent).toEqual(['SIGINT', 'SIGTERM', 'SIGKILL']);
  });

  test.skipIf(process.platform === 'win32')(
    'taskkill is called by name, and its absence is no error',
    async () => {
      mkdirSync(scratch('windows'), {recursive: true});
      process.env.PATH = scratch('windows');
      expect(windowsPlatform().signal(7, 'SIGINT')).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 50));
      writeFileSync(
        scratch('windows', 'taskkill'),
        `#!/bin/sh\necho "$@" > '${scratch('windows', 'args')}'\n`,
      );
      chmodSync(scratch('windows', 'taskkill'), 0o755);
      expect(windowsPlatform().signal(7, 'SIGKILL')).toBe(true);
      const said = () => {
        try {
          return readFileSync(scratch('windows', 'args'), 'utf8');
        } catch {
          return '';
        }
      };
      await until(() => said() !== '');
      expect(said()).toBe('/pid 7 /T /F\n');
    },
  );
});

function aborted(): AbortController {
  const controller = new AbortController();
  controller.abort();
  return controller;
}

/** Nobody may be there to reap what is left of a group. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
