import {describe, expect, test} from 'vitest';
import {ProcessesSource, type ProcessSample} from '../../src/activity/processes.ts';
import {ManualClock} from '../support/manual-clock.ts';

const settle = () => new Promise((done) => setImmediate(done));

function process(pid: number, more: Partial<ProcessSample> = {}): ProcessSample {
  return {pid, startedAt: '1', command: `program-${pid}`, cpuMs: 0, ioBytes: 0, ...more};
}

/** A source on processes that the test makes up; `look` lets it look once at what there is then. */
async function watching(isAgent: boolean, first: ProcessSample[], pollMs = 5_000) {
  const clock = new ManualClock();
  let living: ProcessSample[] | Error = first;
  let lists = 0;
  const source = new ProcessesSource({
    clock,
    isAgent,
    pollMs,
    list: async () => {
      lists++;
      if (living instanceof Error) throw living;
      return living;
    },
  });
  const seen: string[] = [];
  const failures: string[] = [];
  source.start({alive: (what) => seen.push(what), failed: (why) => failures.push(why)});
  await settle();
  const next = async (now: ProcessSample[] | Error, ms = pollMs) => {
    living = now;
    clock.advance(ms);
    await settle();
    return seen.splice(0);
  };
  return {source, clock, next, failures, lists: () => lists};
}

describe('an agent', () => {
  test('shows no life by processes of its own, born before its first progress', async () => {
    const {next} = await watching(true, [process(1)]);
    expect(await next([process(1, {cpuMs: 400}), process(2)])).toEqual([]);
    expect(await next([process(1, {cpuMs: 800, ioBytes: 30_000_000})])).toEqual([]);
  });

  test('is alive when what it has started since then works', async () => {
    const {source, next} = await watching(true, [process(1)]);
    source.settled();
    source.settled();
    await settle();
    expect(await next([process(1), process(7)])).toEqual(['process 7 (program-7) started']);
    expect(await next([process(1), process(7)])).toEqual([]);
    expect(await next([process(1), process(7, {cpuMs: 250})])).toEqual([
      'process 7 (program-7) used 5 % of a core',
    ]);
    expect(await next([process(1), process(7, {cpuMs: 499})])).toEqual([]);
    expect(await next([process(1), process(7, {cpuMs: 500, ioBytes: 10_000})])).toEqual([
      'process 7 (program-7) moved 2 kB/s',
    ]);
    expect(await next([process(1), process(7, {cpuMs: 500, ioBytes: null})])).toEqual([]);
    expect(await next([process(1), process(7, {cpuMs: 500, ioBytes: 1_000})])).toEqual([]);
    expect(await next([process(1)])).toEqual(['process 7 (program-7) ended']);
  });

  test('is alive when it is busy itself for long', async () => {
    const {next} = await watching(true, [process(1)]);
    expect(await next([process(1, {cpuMs: 2_499})])).toEqual([]);
    expect(await next([process(1, {cpuMs: 4_999})])).toEqual(['process 1 (program-1) used 50 % of a core']);
  });

  test('is not alive by a short peak, however often it is looked at', async () => {
    const {next} = await watching(true, [process(1)], 500);
    expect(await next([process(1, {cpuMs: 450})])).toEqual([]);
    expect(await next([process(1, {cpuMs: 900})])).toEqual([]);
  });

  test('has a new process when a number comes again', async () => {
    const {source, next} = await watching(true, [process(1)]);
    source.settled();
    await settle();
    await next([process(1), process(7)]);
    expect(await next([process(1), process(7, {startedAt: '2'})])).toEqual(['process 7 (program-7) started']);
  });
});

describe('a plain program', () => {
  test('does the work itself', async () => {
    const {source, next} = await watching(false, [process(1)]);
    source.settled();
    expect(await next([process(1, {cpuMs: 300})])).toEqual(['process 1 (program-1) used 6 % of a core']);
  });

  test('is not judged over less than half a second', async () => {
    const {next} = await watching(false, [process(1)], 100);
    expect(await next([process(1, {cpuMs: 90})])).toEqual([]);
    for (let look = 0; look < 3; look++) expect(await next([process(1, {cpuMs: 90})])).toEqual([]);
    expect(await next([process(1, {cpuMs: 90})])).toEqual(['process 1 (program-1) used 18 % of a core']);
  });
});

describe('looking', () => {
  test('fails once and for all', async () => {
    const {next, failures, clock, lists} = await watching(true, [process(1)]);
    await next(new Error('no /proc'));
    expect(failures).toEqual(['no /proc']);
    expect(clock.pendingMs()).toEqual([]);
    expect(lists()).toBe(2);
  });

  test('is done once at a time', async () => {
    const {source, lists} = await watching(true, [process(1)]);
    await Promise.all([source.look(), source.look()]);
    expect(lists()).toBe(2);
  });

  test('ends before it has begun', () => {
    const clock = new ManualClock();
    const source = new ProcessesSource({clock, isAgent: true, pollMs: 1, list: async () => []});
    source.stop();
    expect(clock.pendingMs()).toEqual([]);
  });

  test('ends with the run, in the middle of a look too', async () => {
    const {source, clock, next, failures} = await watching(false, [process(1)]);
    const looking = source.look();
    source.stop();
    await looking;
    expect(clock.pendingMs()).toEqual([]);
    expect(await next([process(1), process(2)])).toEqual([]);
    await source.look();
    expect(await next(new Error('gone'))).toEqual([]);
    await source.look();
    expect(failures).toEqual([]);
  });
});
