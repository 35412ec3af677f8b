import {type ChildProcess, spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {describe, expect, onTestFinished, test} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import {Family, newMark} from '../../src/transport/family.ts';
import {linuxProcesses} from '../../src/transport/linux-processes.ts';
import {type SweepOptions, sweep} from '../../src/transport/sweep.ts';
import {drive} from './drive.ts';
import {FakeTable} from './fake-table.ts';
import {ManualClock} from './manual-clock.ts';
import {isRunning, onLinux, scratch, until} from './start.ts';
import {ALL_WILD, agent, marked, running, WILD_COUNT, waitFor} from './wild.ts';

const MARK = 'ONESHOT_RUN_0011223344556677';
/** No system gives out such a number. */
const PID = 5_000_000;
const variables = [MARK];

/** Sweeps a made-up system. */
function sweepIn(table: FakeTable, more: Partial<SweepOptions> = {}) {
  const clock = new ManualClock();
  const family = new Family({table, rootPid: null, mark: MARK});
  const killNow = new AbortController();
  const sweeping = sweep(family, {clock, killNow: killNow.signal, kill: table.kill, ...more});
  return {clock, killNow, sweeping, swept: () => drive(clock, sweeping)};
}

const nothing = {ended: [], survivors: [], kept: [], failed: null};

describe('a sweep', () => {
  test('that finds nothing takes one look', async () => {
    const table = new FakeTable({pid: PID, parentPid: 1});
    const {sweeping, clock} = sweepIn(table);
    expect(await sweeping).toEqual(nothing);
    expect(table.looks).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('ends each process alone, with SIGTERM where that is enough', async () => {
    const table = new FakeTable(
      {pid: PID, parentPid: 1, command: 'server', variables},
      {pid: PID + 1, parentPid: PID, command: 'helper'},
    );
    const {swept} = sweepIn(table);
    const ended = [
      {pid: PID, command: 'server'},
      {pid: PID + 1, command: 'helper'},
    ];
    expect(await swept()).toEqual({...nothing, ended});
    expect(table.signals).toEqual([`SIGTERM ${PID}`, `SIGTERM ${PID + 1}`]);
  });

  test('kills after 1 s what SIGTERM does not end', async () => {
    const table = new FakeTable({pid: PID, parentPid: 1, variables});
    const {swept, clock} = sweepIn(table);
    let killedAtMs = 0;
    table.add({
      pid: PID,
      parentPid: 1,
      variables,
      onSignal: (signal) => {
        if (signal === 'SIGTERM') return;
        killedAtMs = clock.monotonicMs();
        table.processes.delete(PID);
      },
    });
    expect((await swept()).ended).toHaveLength(1);
    expect(table.signals).toEqual([`SIGTERM ${PID}`, `SIGKILL ${PID}`]);
    expect(killedAtMs).toBeGreaterThanOrEqual(1000);
    expect(killedAtMs).toBeLessThan(1200);
  });

  test('kills at once when told to, before and while it waits', async () => {
    const ignoresTerm = (table: FakeTable) => (signal: NodeJS.Signals) => {
      if (signal === 'SIGKILL') table.processes.delete(PID);
    };
    const early = new FakeTable({pid: PID, parentPid: 1, variables});
    const {swept} = sweepIn(early, {killNow: AbortSignal.abort()});
    expect((await swept()).ended).toHaveLength(1);
    expect(early.signals).toEqual([`SIGKILL ${PID}`]);

    const late = new FakeTable({pid: PID, parentPid: 1, variables});
    late.add({pid: PID, parentPid: 1, variables, onSignal: ignoresTerm(late)});
    const {swept: sweptLate, killNow, clock} = sweepIn(late);
    await until(() => late.signals.length === 1);
    killNow.abort();
    expect((await sweptLate()).ended).toHaveLength(1);
    expect(clock.monotonicMs()).toBeLessThan(1000);
  });

  test('finds what is forked while it works', async () => {
    const table = new FakeTable();
    let left = 3;
    const fork = (pid: number) =>
      table.add({
        pid,
        parentPid: 1,
        variables,
        onSignal: () => {
          table.processes.delete(pid);
          left -= 1;
          if (left > 0) fork(pid + 1);
        },
      });
    fork(PID);
    const {ended, survivors} = await sweepIn(table).swept();
    expect(ended.map(({pid}) => pid)).toEqual([PID, PID + 1, PID + 2]);
    expect(survivors).toEqual([]);
  });

  test('only lists what is to be kept', async () => {
    const table = new FakeTable({pid: PID, parentPid: 1, command: 'server', variables});
    const kept = [{pid: PID, command: 'server'}];
    expect(await sweepIn(table, {keep: true}).sweeping).toEqual({...nothing, kept});
    expect(table.signals).toEqual([]);
  });

  test('reports what does not end, after 3 s', async () => {
    const table = new FakeTable({pid: PID, parentPid: 1, command: 'hangs', variables, onSignal: () => {}});
    const {swept, clock} = sweepIn(table);
    expect(await swept()).toEqual({...nothing, survivors: [{pid: PID, command: 'hangs'}]});
    expect(table.signals).toEqual([`SIGTERM ${PID}`, `SIGKILL ${PID}`]);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(3000);
    expect(clock.monotonicMs()).toBeLessThan(3500);
  });

  test('does not wait for what is not ours to signal', async () => {
    const refuse = () => {
      throw Object.assign(new Error('not permitted'), {code: 'EPERM'});
    };
    const table = new FakeTable({pid: PID, parentPid: 1, command: 'root', variables, onSignal: refuse});
    const {swept, clock} = sweepIn(table);
    expect(await swept()).toEqual({...nothing, survivors: [{pid: PID, command: 'root'}]});
    expect(clock.monotonicMs()).toBeLessThan(100);
  });

  test('does not claim what has ended by itself', async () => {
    const table = new FakeTable({pid: PID, parentPid: 1, variables});
    const kill = (pid: number, signal: NodeJS.Signals) => {
      table.processes.delete(PID);
      table.kill(pid, signal);
    };
    expect(await sweepIn(table, {kill}).swept()).toEqual(nothing);
  });

  test('does not signal a process that has taken the number since the look', async () => {
    const table = new FakeTable({pid: PID, parentPid: 1, variables});
    table.onList = async () => {
      if (table.looks === 2) table.add({pid: PID, parentPid: 1, startedAt: '2'});
    };
    expect(await sweepIn(table).swept()).toEqual(nothing);
    expect(table.signals).toEqual([]);
  });

  test('says so where the system does not tell of processes', async () => {
    const table = new FakeTable();
    table.onList = () => Promise.reject(new Error('no /proc'));
    expect(await sweepIn(table).sweeping).toEqual({...nothing, failed: 'no /proc'});
    expect(await sweepIn(table, {keep: true}).sweeping).toEqual({...nothing, failed: 'no /proc'});
  });

  test('says so where it does not tell in time', async () => {
    const table = new FakeTable({pid: PID, parentPid: 1, command: 'server', variables});
    table.onList = () => (table.looks <= 2 ? Promise.resolve() : new Promise(() => {}));
    const {swept} = sweepIn(table);
    expect(await swept()).toEqual({
      ...nothing,
      survivors: [{pid: PID, command: 'server'}],
      failed: 'the system did not list its processes in 1000 ms',
    });
  });
});

describe.skipIf(!onLinux)('a sweep of real processes', () => {
  const table = linuxProcesses();
  const options = {clock: systemClock, killNow: new AbortController().signal};

  /** Starts a process that is none of ours; it must outlive the test. */
  function bystander(argv: [string, ...string[]], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(argv[0], argv.slice(1), {stdio: 'ignore', env: {...process.env, ...env}});
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return child;
  }

  test('leaves none of them after a normal end, also of those known by descent alone', async () => {
    const {mark, child} = await agent(ALL_WILD, waitFor(scratch('end')));
    const family = new Family({table, rootPid: child.pid, mark});
    await family.look();
    writeFileSync(scratch('end'), '');
    await child.exit;
    const {ended, survivors, failed} = await sweep(family, options);
    expect(ended).toHaveLength(WILD_COUNT);
    expect(ended.map(({command}) => command)).toContain('sleep 66');
    expect({survivors, failed}).toEqual({survivors: [], failed: null});
    expect(marked(mark)).toEqual([]);
    expect(ended.filter(({pid, command}) => running(command).includes(pid))).toEqual([]);
  });

  test('never touches look-alikes', async () => {
    const {mark, child} = await agent(['setsid sleep 67 &'], 'exit 0');
    const outer = newMark();
    const others = [
      bystander(['sleep', '67']),
      bystander(['sleep', '67'], {[newMark()]: '1', [`${mark}X`]: '1', [`X${mark}`]: '1'}),
      bystander([process.execPath, '-e', 'setTimeout(() => {}, 60_000)', `${mark}=1`], {
        [outer]: `${mark}=1`,
      }),
    ];
    const family = new Family({table, rootPid: child.pid, mark});
    await child.exit;
    const {ended} = await sweep(family, options);
    expect(ended).toEqual([{pid: expect.any(Number), command: 'sleep 67'}]);
    expect(others.map(({pid}) => pid)).not.toContain(ended[0]?.pid);
    expect(others.map(({exitCode, signalCode}) => exitCode ?? signalCode)).toEqual([null, null, null]);
    for (const {pid} of others) expect(isRunning(Number(pid))).toBe(true);
  });

  test('inside a run ends its own processes and none of the outer run', async () => {
    const outer = await agent(['setsid sleep 68 &']);
    const inner = await agent(['setsid sleep 69 &'], 'exit 0', {[outer.mark]: '1'});
    const innerFamily = new Family({table, rootPid: inner.child.pid, mark: inner.mark});
    await inner.child.exit;
    expect((await sweep(innerFamily, options)).ended).toHaveLength(1);
    // The agent and its own child.
    expect(marked(outer.mark)).toHaveLength(2);
    const outerFamily = new Family({table, rootPid: outer.child.pid, mark: outer.mark});
    expect((await sweep(outerFamily, options)).ended).toHaveLength(2);
    expect(marked(outer.mark)).toEqual([]);
  });
});
