import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {linuxProcesses} from '../../src/transport/linux-processes.ts';
import type {ProcessEntry} from '../../src/transport/process-table.ts';
import {ManualClock} from './manual-clock.ts';
import {fixture, onLinux, scratch, start, until} from './start.ts';

const table = linuxProcesses(scratch('proc'));

/** Writes a process into a folder that looks like /proc. */
function make(pid: number, files: Record<string, string>): void {
  mkdirSync(scratch('proc', String(pid)), {recursive: true});
  for (const [name, text] of Object.entries(files)) writeFileSync(scratch('proc', String(pid), name), text);
}

const statOf = (name: string, state = 'S', parentPid = 1) =>
  `7 (${name}) ${state} ${parentPid} 7 7 0 -1 4194560 1 2 3 4 250 50 80 276 20 0 1 0 123456 45985792 3704`;

async function entry(pid: number): Promise<ProcessEntry> {
  const found = (await table.list()).find((one) => one.pid === pid);
  if (!found) throw new Error(`process ${pid} is not listed`);
  return found;
}

const describeOne = async (pid: number) => (await table.describe([await entry(pid)]))[0];

describe('the process table of Linux', () => {
  test('reads parent, start, state and CPU time, whatever the program is called', async () => {
    const facts = {parentPid: 1, startedAt: '123456', cpuMs: 3000, isZombie: false};
    for (const [pid, name] of ['agent', 'a) Z 9 (b', 'two words\n) '].entries()) {
      make(pid + 1, {stat: statOf(name)});
      expect(await entry(pid + 1)).toEqual({pid: pid + 1, ...facts});
    }
    make(4, {stat: statOf('gone', 'Z', 2)});
    make(5, {stat: statOf('dead', 'X', 2)});
    expect(await entry(4)).toMatchObject({parentPid: 2, isZombie: true});
    expect(await entry(5)).toMatchObject({isZombie: true});
    expect((await table.list([5, 4, 99])).map(({pid}) => pid)).toEqual([5, 4]);
  });

  test('tells what descends from a process by the children of its threads', async () => {
    const withChildren = (pid: number, ...threads: string[]) => {
      make(pid, {stat: statOf('node')});
      for (const [index, children] of threads.entries()) {
        mkdirSync(scratch('proc', String(pid), 'task', String(index)), {recursive: true});
        writeFileSync(scratch('proc', String(pid), 'task', String(index), 'children'), children);
      }
    };
    const below = async (...pids: number[]) =>
      (await table.below!(pids))?.map(({pid}) => pid).toSorted((a, b) => a - b);
    withChildren(40, '41 ', '42 43 ');
    withChildren(41, '');
    withChildren(42, '44 ');
    withChildren(44, '');
    expect(await below(40, 41, 99)).toEqual([40, 41, 42, 44]);
    expect(await below()).toEqual([]);
    // It ends after its threads were looked for, or the kernel has no such files.
    make(45, {stat: statOf('sh')});
    expect(await below(45)).toBeUndefined();
    withChildren(46);
    mkdirSync(scratch('proc', '46', 'task', '46'), {recursive: true});
    expect(await below(40, 46)).toBeUndefined();
  });

  test('is looked at once for all who ask in one turn of the event loop', async () => {
    make(7, {stat: statOf('agent'), environ: 'ONE=1\0TWO=2\0'});
    const [one, other] = await Promise.all([table.list(), table.list()]);
    expect(other).toBe(one);
    expect(await table.list()).not.toBe(one);
    const carriers = await Promise.all(['ONE', 'TWO', 'THREE'].map((name) => table.withVariable([7], name)));
    expect(carriers).toEqual([new Set([7]), new Set([7]), new Set()]);
    make(7, {environ: 'THREE=3\0'});
    expect(await table.withVariable([7], 'THREE')).toEqual(new Set([7]));
  });

  test('leaves out what ends between the look at the folder and the look at the process', async () => {
    make(6, {});
    mkdirSync(scratch('proc', 'self'), {recursive: true});
    expect((await table.list()).map(({pid}) => pid)).not.toContain(6);
  });

  test('fails where a process is there and cannot be read, and where there is no table', async () => {
    mkdirSync(scratch('other', '8', 'stat'), {recursive: true});
    await expect(linuxProcesses(scratch('other')).list()).rejects.toThrow('EISDIR');
    await expect(linuxProcesses(scratch('nothing')).list()).rejects.toThrow('ENOENT');
  });

  test('shows the command on one line, short and without control characters', async () => {
    make(10, {stat: statOf('sh'), cmdline: `sh\0-c\0echo \u001b[31mred\u0007\nand more\0`});
    make(11, {stat: statOf('long'), cmdline: `long\0${'x'.repeat(1000)}`});
    make(12, {stat: statOf('kworker/0:1'), cmdline: '', comm: 'kworker/0:1\n'});
    make(13, {stat: statOf('ended')});
    expect(await describeOne(10)).toMatchObject({command: 'sh -c echo red and more'});
    expect((await describeOne(11))?.command).toHaveLength(200);
    expect(await describeOne(12)).toMatchObject({command: '[kworker/0:1]'});
    expect(await describeOne(13)).toMatchObject({command: '', ioBytes: null});
  });

  test('adds up what was read and written', async () => {
    make(14, {stat: statOf('cp'), io: 'rchar: 1000\nwchar: 234\nsyscr: 5\nsyscw: 6\nread_bytes: 7\n'});
    expect(await describeOne(14)).toMatchObject({ioBytes: 1234});
  });

  test('finds a variable by its whole name only', async () => {
    make(20, {environ: 'PATH=/bin\0MARK=1\0'});
    make(21, {environ: 'MARK=\0'});
    make(22, {environ: 'MARKS=1\0REMARK=1\0OTHER=MARK=1\0MARK\0'});
    make(23, {cmdline: 'sh\0MARK=1\0', environ: ''});
    make(24, {environ: 'OTHER=MARK=1\0MARK=2\0'});
    symlinkSync('/bin/sh', scratch('proc', '23', 'exe'));
    expect(await table.withVariable([20, 21, 22, 23, 24, 25], 'MARK')).toEqual(new Set([20, 21, 24]));
  });

  test('waits for a process that is between two programs, but not for ever', async () => {
    const clock = new ManualClock();
    for (const pid of [30, 31]) {
      make(pid, {environ: '', cmdline: ''});
      symlinkSync('/bin/sh', scratch('proc', String(pid), 'exe'));
    }
    make(32, {environ: 'MARK=1\0'});
    make(33, {environ: '', cmdline: ''});
    let found: Set<number> | null = null;
    void linuxProcesses(scratch('proc'), clock)
      .withVariable([30, 31, 32, 33], 'MARK')
      .then((pids) => {
        found = pids;
      });
    const pass = async (ms: number) => {
      for (let passedMs = 0; passedMs < ms; passedMs += 5) {
        clock.advance(5);
        // Timers go on in one turn, and looks in the next.
        for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
      }
    };
    await pass(50);
    make(30, {environ: 'MARK=1\0', cmdline: 'sleep\x001\0'});
    await pass(40);
    expect(found).toBeNull();
    await pass(50);
    expect(found).toEqual(new Set([30, 32]));
    expect(clock.pending).toBe(0);
  });
});

describe.skipIf(!onLinux)('the real process table', () => {
  const real = linuxProcesses();

  test('tells of this process, of a child and what it carries', async () => {
    const {child, stdout} = await start(fixture('stubborn'), {
      transport: 'pipe',
      env: {...process.env, MARK_OF_THIS_TEST: '1'},
    });
    await until(() => stdout().length > 0);
    const entries = await real.list();
    const own = entries.filter(({pid}) => pid === process.pid);
    expect(own).toMatchObject([{parentPid: process.ppid, isZombie: false}]);
    expect(own[0]?.cpuMs).toBeGreaterThan(0);
    expect((await real.below!([child.pid]))?.map(({pid}) => pid)).toEqual([child.pid]);
    const [facts] = await real.describe(entries.filter(({pid}) => pid === child.pid));
    expect(facts).toMatchObject({parentPid: process.pid});
    expect(facts?.command).toContain('stubborn.js');
    expect(facts?.ioBytes).toBeGreaterThan(0);
    const pids = entries.map(({pid}) => pid);
    expect(await real.withVariable(pids, 'MARK_OF_THIS_TEST')).toEqual(new Set([child.pid]));
    const again = (await real.list()).find(({pid}) => pid === child.pid);
    expect(again?.startedAt).toBe(facts?.startedAt);
    child.kill('SIGKILL');
    await child.exit;
  });

  test('finds the variable of a process that goes from program to program without a pause', async () => {
    const again = 'exec sh -c "$0" "$0"';
    const env = {...process.env, MARK_OF_THIS_TEST: '1'};
    const {child} = await start(['sh', '-c', again, again], {transport: 'pipe', env});
    for (let look = 0; look < 100; look += 1)
      expect(await real.withVariable([child.pid], 'MARK_OF_THIS_TEST')).toEqual(new Set([child.pid]));
    child.kill('SIGKILL');
    await child.exit;
  });
});
