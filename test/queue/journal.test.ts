import {appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import {openJournal} from '../../src/queue/journal.ts';
import type {ProcessLookup} from '../../src/session/lock.ts';

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'oneshot-journal-'));
});

afterEach(() => rmSync(stateDir, {recursive: true, force: true}));

const processes: ProcessLookup = {self: async () => ({pid: 7, startedAt: '1'}), isAlive: async () => true};

const open = (more: {name?: string; fresh?: boolean} = {}) =>
  openJournal({stateDir, name: 'a file', fresh: false, clock: systemClock, processes, ...more});

const entries = () => {
  const [batch] = readdirSync(join(stateDir, 'batches'));
  return join(stateDir, 'batches', batch!, 'tasks.jsonl');
};

it('the next run of a batch knows the sessions of the one before, and the newest of a task', async () => {
  const first = await open();
  expect(first.sessionOf('key')).toBeNull();
  first.add('key', 'session-1');
  first.add('key', 'session-2');
  first.close();
  const second = await open();
  expect(second.sessionOf('key')).toBe('session-2');
  second.close();
  expect((await open({name: 'another file'})).sessionOf('key')).toBeNull();
});

it('a fresh run forgets them, for good', async () => {
  const first = await open();
  first.add('key', 'session-1');
  first.close();
  const second = await open({fresh: true});
  expect(second.sessionOf('key')).toBeNull();
  second.close();
  expect((await open()).sessionOf('key')).toBeNull();
});

it('a batch that runs is not run again at the same time', async () => {
  await open();
  await expect(open()).rejects.toMatchObject({
    code: 'BATCH_RUNNING',
    message: 'process 7 runs this batch already',
  });
});

it('a line that cannot be read says nothing, and a torn one is not gone on with', async () => {
  const first = await open();
  first.add('one', 'session-1');
  first.close();
  appendFileSync(entries(), 'null\n7\n{"key":"two","session":"ses');
  const second = await open();
  second.add('three', 'session-3');
  second.close();
  const third = await open();
  expect(['one', 'two', 'three'].map((key) => third.sessionOf(key))).toEqual([
    'session-1',
    null,
    'session-3',
  ]);
});

it('a state folder that cannot be written is an error of its own', async () => {
  writeFileSync(join(stateDir, 'batches'), '');
  await expect(open()).rejects.toMatchObject({code: 'STATE_UNWRITABLE'});
});
