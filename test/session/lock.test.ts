import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {hostname, tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import {type LockOptions, lastOwner, lockOwner, takeLock} from '../../src/session/lock.ts';
import {machine} from './logs.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'oneshot-lock-'));
});

afterEach(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, {recursive: true, force: true});
});

const on = (...alive: number[]): LockOptions => ({clock: systemClock, processes: machine(...alive)});
const files = () => readdirSync(dir).toSorted();

/** Makes a file look so many ms old. */
function age(name: string, ms: number): void {
  const at = (Date.now() - ms) / 1000;
  utimesSync(join(dir, name), at, at);
}

describe('the lock of a session', () => {
  it('names its owner and refuses everybody else while that one lives', async () => {
    const lock = await takeLock(dir, on(5));
    expect(lock.epoch).toBe(1);
    expect(lock.isOurs()).toBe(true);
    expect(await lockOwner(dir, on(6, 5))).toMatchObject({pid: 5, startedAt: 't5', host: hostname()});
    await expect(takeLock(dir, on(6, 5))).rejects.toMatchObject({
      code: 'SESSION_LOCKED',
      message: expect.stringMatching(/is held by process 5 since \d{4}-.*Z$/),
      nextStep: expect.stringMatching(/oneshot follow .*oneshot stop /),
    });
    expect(files()).toEqual(['lock.1']);
  });

  it('is free once it is released, and its epoch is not used again', async () => {
    (await takeLock(dir, on(5))).release();
    expect(await lockOwner(dir, on(6, 5))).toBeNull();
    expect(lastOwner(dir)).toMatchObject({pid: 5});
    expect((await takeLock(dir, on(6, 5))).epoch).toBe(2);
    expect(files()).toEqual(['lock.2']);
  });

  it('of a dead owner, or of one whose pid has come again, is taken over', async () => {
    const lost = await takeLock(dir, on(5));
    expect(await lockOwner(dir, on(6))).toBeNull();
    const reused = {
      ...machine(6),
      isAlive: async ({startedAt}: {startedAt: string}) => startedAt === 'later',
    };
    const lock = await takeLock(dir, {clock: systemClock, processes: reused});
    expect([lock.epoch, lock.isOurs(), lost.isOurs()]).toEqual([2, true, false]);
    lost.release();
    expect(lock.isOurs()).toBe(true);
  });

  it('goes to one of many who want it at once', async () => {
    (await takeLock(dir, on(5))).release();
    const alive = Array.from({length: 20}, (_, index) => 100 + index);
    const takers = alive.map((pid) => takeLock(dir, on(pid, ...alive)));
    const taken = await Promise.allSettled(takers);
    expect(taken.filter(({status}) => status === 'fulfilled')).toHaveLength(1);
    for (const one of taken) if (one.status === 'rejected') expect(one.reason.code).toBe('SESSION_LOCKED');
  });

  it('steps back before one who was faster', async () => {
    (await takeLock(dir, on(5))).release();
    // Between the look and the creation another has come, gone on to a higher epoch and removed the old ones.
    const clock = {
      ...systemClock,
      now() {
        rmSync(join(dir, 'lock.1.released'), {force: true});
        writeFileSync(
          join(dir, 'lock.3'),
          JSON.stringify({pid: 6, startedAt: 't6', host: hostname(), at: 0}),
        );
        return systemClock.now();
      },
    };
    await expect(takeLock(dir, {clock, processes: machine(7, 6)})).rejects.toMatchObject({
      code: 'SESSION_LOCKED',
    });
    expect(files()).toEqual(['lock.3']);
  });

  it('gives up when others win again and again', async () => {
    let epoch = 0;
    const clock = {
      ...systemClock,
      now() {
        writeFileSync(join(dir, `lock.${++epoch}`), '');
        writeFileSync(join(dir, `lock.${epoch}.released`), '');
        return systemClock.now();
      },
    };
    await expect(takeLock(dir, {clock, processes: machine(7)})).rejects.toMatchObject({
      code: 'SESSION_LOCKED',
      message: expect.stringContaining('is held by another process'),
    });
  });

  it('that is just being written is held, and free when nobody has finished it', async () => {
    writeFileSync(join(dir, 'lock.1'), '');
    expect(await lockOwner(dir, on(5))).toMatchObject({pid: 0});
    await expect(takeLock(dir, on(5))).rejects.toMatchObject({
      message: expect.stringContaining('is held by another process'),
    });
    age('lock.1', 60_000);
    expect(await lockOwner(dir, on(5))).toBeNull();
    expect((await takeLock(dir, on(5))).epoch).toBe(2);
  });

  it.each([
    'null',
    '7',
    '{"pid":"5","startedAt":"t","host":"h","at":0}',
    '{"pid":5,"startedAt":1,"host":"h","at":0}',
    '{"pid":5,"startedAt":"t","host":1,"at":0}',
    '{"pid":5,"startedAt":"t","host":"h","at":"now"}',
    '{"pid":5,"startedAt":"t","host":"h","at":1e300}',
  ])('that holds %s has no owner', async (content) => {
    writeFileSync(join(dir, 'lock.1'), content);
    age('lock.1', 60_000);
    expect(await lockOwner(dir, on(5))).toBeNull();
    expect(lastOwner(dir)).toBeNull();
  });

  it('of another machine holds as long as its log was written within the hour', async () => {
    await takeLock(dir, {...on(5), host: 'elsewhere'});
    await expect(takeLock(dir, on(6))).rejects.toMatchObject({
      message: expect.stringContaining('process 5 on elsewhere since'),
    });
    const old = {clock: systemClock, processes: machine(5), host: 'elsewhere'};
    const path = join(dir, 'lock.1');
    const owner = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({...owner, at: Date.now() - 7_200_000}));
    writeFileSync(join(dir, 'events.jsonl'), '');
    expect(await lockOwner(dir, on(6))).toMatchObject({host: 'elsewhere'});
    age('events.jsonl', 7_200_000);
    expect(await lockOwner(dir, on(6))).toBeNull();
    expect(await lockOwner(dir, old)).not.toBeNull();
  });

  it('counts as held where nobody can be asked', async () => {
    await takeLock(dir, {clock: systemClock});
    expect(lastOwner(dir)).toMatchObject({pid: process.pid, startedAt: ''});
    await expect(takeLock(dir, {clock: systemClock})).rejects.toMatchObject({code: 'SESSION_LOCKED'});
  });

  it('of nobody is no lock', async () => {
    mkdirSync(join(dir, '1'));
    writeFileSync(join(dir, 'lock.x'), '');
    expect(await lockOwner(dir, on(5))).toBeNull();
    expect(lastOwner(dir)).toBeNull();
  });

  it('passes on what the system says of a folder that is not there', async () => {
    await expect(takeLock(join(dir, 'gone'), on(5))).rejects.toMatchObject({code: 'ENOENT'});
    const lock = await takeLock(dir, on(5));
    rmSync(dir, {recursive: true});
    expect(() => lock.isOurs()).toThrow(/ENOENT/);
    lock.release();
    mkdirSync(dir);
  });

  it('passes on why it cannot be created', async () => {
    const clock = {
      ...systemClock,
      now() {
        rmSync(dir, {recursive: true, force: true});
        return 0;
      },
    };
    await expect(takeLock(dir, {clock, processes: machine(5)})).rejects.toMatchObject({code: 'ENOENT'});
    mkdirSync(dir);
  });
});
