import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {afterEach, describe, expect, it} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import {newMark} from '../../src/transport/family.ts';
import {Lookup} from '../../src/transport/lookup.ts';
import {platformOf} from '../../src/transport/platform.ts';
import type {ProcessEntry, ProcessTable} from '../../src/transport/process-table.ts';
import {endStrays} from '../../src/transport/stray.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {stdio: 'ignore', env});
  children.push(child);
  return child;
}

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), {code});
};

describe('looking up processes', () => {
  it('knows this process and its children while they live', async () => {
    const lookup = new Lookup();
    const self = await lookup.self();
    expect(self).toEqual({pid: process.pid, startedAt: expect.stringMatching(/./)});
    expect(await lookup.isAlive(self)).toBe(true);
    expect(await lookup.isAlive({pid: process.pid, startedAt: 'another time'})).toBe(false);
    expect(await lookup.isAlive({pid: process.pid, startedAt: ''})).toBe(true);
    const child = start();
    const known = {pid: child.pid!, startedAt: ''};
    expect(await lookup.isAlive(known)).toBe(true);
    expect(await lookup.signal(known, 'SIGKILL')).toBe(true);
    await once(child, 'exit');
    expect(await lookup.isAlive(known)).toBe(false);
    expect(await lookup.signal(known, 'SIGKILL')).toBe(false);
  });

  it('takes those that ended and were not waited for as dead', async () => {
    const entry: ProcessEntry = {pid: 7, parentPid: 1, startedAt: 't', cpuMs: 0, isZombie: true};
    const table = {...platformOf('linux').processes!, list: async () => [entry]};
    expect(await new Lookup({table}).isAlive({pid: 7, startedAt: 't'})).toBe(false);
  });

  it('shares one look among those who ask at the same time', async () => {
    let looks = 0;
    const table: ProcessTable = {
      ...platformOf('linux').processes!,
      async list() {
        looks++;
        return [];
      },
    };
    const lookup = new Lookup({table});
    await Promise.all([1, 2, 3].map((pid) => lookup.isAlive({pid, startedAt: ''})));
    expect(looks).toBe(1);
    await lookup.isAlive({pid: 4, startedAt: ''});
    expect(looks).toBe(2);
  });

  it.each([
    ['there is no table', null],
    ['the table fails', {...platformOf('linux').processes!, list: () => Promise.reject(new Error('no'))}],
  ])('asks by a signal that does nothing where %s', async (_case, table) => {
    const known = {pid: process.pid, startedAt: 'some time'};
    expect(await new Lookup({table}).self()).toEqual({pid: process.pid, startedAt: ''});
    expect(await new Lookup({table}).isAlive(known)).toBe(true);
    expect(await new Lookup({table, kill: failing('ESRCH')}).isAlive(known)).toBe(false);
    expect(await new Lookup({table, kill: failing('EPERM')}).isAlive(known)).toBe(true);
    expect(await new Lookup({table, kill: failing('EPERM')}).signal(known, 'SIGINT')).toBe(false);
  });
});

describe('what a dead oneshot has left', () => {
  it('is found by the marks of its runs and ended', async () => {
    const [mark, other] = [newMark(), newMark()];
    const child = start({[mark]: '1'});
    const ended = once(child, 'exit');
    expect(await endStrays([other], {clock: systemClock})).toMatchObject({ended: [], survivors: []});
    const swept = await endStrays([other, mark], {clock: systemClock});
    expect(swept).toMatchObject({ended: [{pid: child.pid}], survivors: [], failed: null});
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('that may not be signalled is told', async () => {
    const mark = newMark();
    const child = start({[mark]: '1'});
    const swept = await endStrays([mark], {clock: systemClock, kill: failing('EPERM')});
    expect(swept).toMatchObject({ended: [], survivors: [{pid: child.pid}]});
  });

  it('is nothing where nobody can be looked up', async () => {
    expect(await endStrays([newMark()], {clock: systemClock, table: null})).toEqual({
      ended: [],
      survivors: [],
      kept: [],
      failed: null,
    });
  });
});
