import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import type {GuardLine} from '../../src/transport/guard-lines.ts';
import {guardUntilGone} from '../../src/transport/guarding.ts';
import {type Platform, posixPlatform, windowsPlatform} from '../../src/transport/platform.ts';
import {drive} from './drive.ts';
import {FakeTable} from './fake-table.ts';
import {ManualClock} from './manual-clock.ts';
import {until} from './start.ts';

const MARK = 'ONESHOT_RUN_0011223344556677';
/** No system gives out such a number. */
const ROOT = 5_000_000;
const ONESHOT = 4_999_999;

const watch: GuardLine = {type: 'watch', mark: MARK};
const started: GuardLine = {type: 'started', mark: MARK, pid: ROOT, parentPid: ONESHOT};
const ended: GuardLine = {type: 'ended', mark: MARK};

/** A guard in a made-up system. Signals to a group count as signals to its leader, named `group`. */
function guarding(table: FakeTable) {
  const clock = new ManualClock();
  const groups: {signal: string; atMs: number}[] = [];
  const platform: Platform = {
    ...posixPlatform(),
    processes: table,
    signal: (pid, signal) => {
      groups.push({signal: `${signal} ${pid}`, atMs: clock.monotonicMs()});
      table.processes.get(pid)?.onSignal?.(signal);
      return true;
    },
  };
  const input = new PassThrough();
  const guarded = guardUntilGone(input, {platform, clock, kill: table.kill});
  return {
    clock,
    groups,
    input,
    tell: (...lines: GuardLine[]) => {
      for (const line of lines) input.write(`${JSON.stringify(line)}\n`);
    },
    /** oneshot is gone. */
    vanish: () => {
      input.end();
      return drive(clock, guarded);
    },
    guarded,
  };
}

const root = {pid: ROOT, parentPid: ONESHOT};
const tool = {pid: ROOT + 1, parentPid: ROOT, variables: [MARK]};

describe('guarding', () => {
  test('without a run ends with oneshot', async () => {
    const table = new FakeTable(root);
    const {vanish, tell} = guarding(table);
    tell(watch, started, ended);
    await vanish();
    expect(table.signals).toEqual([]);
  });

  test('stops the agent in steps and then sweeps', async () => {
    const table = new FakeTable(tool);
    table.add({
      ...root,
      onSignal: (signal) => {
        if (signal !== 'SIGKILL') return;
        table.processes.delete(ROOT);
        table.add({...tool, parentPid: 1});
      },
    });
    const {vanish, tell, groups} = guarding(table);
    tell(watch, started);
    await until(() => table.looks === 1);
    await vanish();
    expect(groups.map(({signal}) => signal)).toEqual(
      ['SIGINT', 'SIGTERM', 'SIGKILL'].map((s) => `${s} ${ROOT}`),
    );
    const [int, term, kill] = groups.map(({atMs}) => atMs);
    expect(Number(term) - Number(int)).toBeGreaterThanOrEqual(3000);
    expect(Number(kill) - Number(term)).toBeGreaterThanOrEqual(3000);
    expect(Number(kill)).toBeLessThan(6500);
    expect(table.signals).toEqual([`SIGTERM ${ROOT + 1}`]);
    expect(table.processes.size).toBe(0);
  });

  test('goes no further than an agent needs', async () => {
    const table = new FakeTable();
    table.add({...root, onSignal: () => table.processes.delete(ROOT)});
    const {vanish, tell, groups, clock} = guarding(table);
    tell(watch, started);
    await vanish();
    expect(groups.map(({signal}) => signal)).toEqual([`SIGINT ${ROOT}`]);
    expect(clock.monotonicMs()).toBeLessThan(1000);
  });

  test('sweeps a run of which it does not know the process', async () => {
    const table = new FakeTable({...root, variables: [MARK]}, {pid: ROOT + 2, parentPid: 1});
    const {vanish, tell, groups} = guarding(table);
    tell(watch);
    await vanish();
    expect(groups).toEqual([]);
    expect(table.signals).toEqual([`SIGTERM ${ROOT}`]);
  });

  test('looks again for a process that had no mark at first', async () => {
    const table = new FakeTable();
    const {vanish, tell, clock} = guarding(table);
    tell(watch);
    clock.after(300, () => table.add(tool));
    await vanish();
    expect(table.signals).toEqual([`SIGTERM ${ROOT + 1}`]);
    // Two looks without a find must follow.
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(1500);
  });

  test('does not touch a process that has taken the number of the agent', async () => {
    const table = new FakeTable(root);
    const {vanish, tell, groups} = guarding(table);
    tell(watch, started);
    await until(() => table.looks === 1);
    table.add({...root, startedAt: '2'});
    await vanish();
    expect([...groups, ...table.signals]).toEqual([]);
  });

  test('gives up on what cannot be ended', async () => {
    const table = new FakeTable({...tool, onSignal: () => {}});
    const {vanish, tell} = guarding(table);
    tell(watch);
    await vanish();
    expect(table.signals.slice(0, 2)).toEqual([`SIGTERM ${ROOT + 1}`, `SIGKILL ${ROOT + 1}`]);
  });

  test.each([
    ['fails', () => Promise.reject(new Error('no /proc'))],
    ['hangs', () => new Promise<void>(() => {})],
  ])('ends though the system %s', async (_, onList) => {
    const table = new FakeTable(root);
    table.onList = onList;
    const {vanish, tell, groups, clock} = guarding(table);
    tell(watch, started);
    await vanish();
    expect(groups).toEqual([]);
    // It has tried more than once.
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(4500);
  });

  test('takes lines in pieces, and a broken pipe for the end', async () => {
    const table = new FakeTable(tool);
    const {guarded, input, clock} = guarding(table);
    const line = JSON.stringify(watch);
    input.write(line.slice(0, 9));
    input.write(`${line.slice(9)}\n{"type":"end`);
    await until(() => input.readableLength === 0);
    input.destroy(new Error('EIO'));
    await drive(clock, guarded);
    expect(table.signals).toEqual([`SIGTERM ${ROOT + 1}`]);
  });

  test('is not ended by signals', async () => {
    const listeners = () => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const {vanish} = guarding(new FakeTable());
    expect(listeners()).toEqual(before.map((count) => count + 1));
    process.kill(process.pid, 'SIGHUP');
    await vanish();
    expect(listeners()).toEqual(before);
  });

  test('does nothing where processes cannot be found', async () => {
    await guardUntilGone(new PassThrough(), {platform: windowsPlatform()});
  });

  test('is by default of the system it runs on', async () => {
    const input = new PassThrough();
    const guarded = guardUntilGone(input);
    input.end();
    await guarded;
  });
});
