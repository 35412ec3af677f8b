import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import type {ProcessLookup} from '../../src/session/lock.ts';
import {forgetWorktree, lockWorktree} from '../../src/worktree/lock.ts';
import {ID, linesOf, recordSession, runStarted, VERIFIED_SESSION} from '../session/logs.ts';

let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'oneshot-lock-'));
});

afterEach(() => rmSync(stateDir, {recursive: true, force: true}));

const living: ProcessLookup = {self: async () => ({pid: 7, startedAt: '1'}), isAlive: async () => true};
const dead: ProcessLookup = {...living, isAlive: async () => false};

const lock = (
  session: string,
  more: {processes?: ProcessLookup; env?: Record<string, string>; host?: string} = {},
) => lockWorktree('/work', {stateDir, session, env: {}, clock: systemClock, processes: living, ...more});

it('a second session in a worktree is refused and told which session and process has it', async () => {
  await lock('one');
  await expect(lock('two')).rejects.toMatchObject({
    code: 'WORKTREE_BUSY',
    message: 'the session one (process 7) works in /work',
    nextStep: expect.stringContaining('--worktree'),
  });
});

it('a worktree is free again once it was released', async () => {
  (await lock('one')).release();
  await expect(lock('two')).resolves.toBeDefined();
});

it('a dead owner holds nothing', async () => {
  await lock('one');
  await expect(lock('two', {processes: dead})).resolves.toBeDefined();
});

it('another worktree is another lock', async () => {
  await lock('one');
  const other = {stateDir, session: 'two', env: {}, clock: systemClock, processes: living};
  await expect(lockWorktree('/another', other)).resolves.toBeDefined();
});

it('a session on another machine that was silent for long holds nothing', async () => {
  mkdirSync(join(stateDir, 'sessions', 'one'), {recursive: true});
  writeFileSync(join(stateDir, 'sessions', 'one', 'events.jsonl'), '');
  await lock('one', {host: 'elsewhere'});
  await expect(lock('two')).rejects.toMatchObject({code: 'WORKTREE_BUSY'});
  const later = {...systemClock, now: () => Date.now() + 2 * 3_600_000};
  const options = {stateDir, session: 'two', env: {}, clock: later, processes: living};
  await expect(lockWorktree('/work', options)).resolves.toBeDefined();
});

it('what an agent of the session starts works with it, and releases nothing', async () => {
  recordSession(stateDir, linesOf(VERIFIED_SESSION));
  await lock(ID);
  const inner = await lock('inner', {env: {[runStarted().mark]: '1'}});
  inner.release();
  const stranger = {env: {ONESHOT_RUN_ffffffffffffffff: '1'}};
  await expect(lock('two', stranger)).rejects.toMatchObject({code: 'WORKTREE_BUSY'});
  await expect(lock('two')).rejects.toMatchObject({code: 'WORKTREE_BUSY'});
});

it('a forgotten worktree leaves nothing behind', async () => {
  await lock('one');
  forgetWorktree(stateDir, '/work');
  expect(readdirSync(join(stateDir, 'worktree-locks'))).toEqual([]);
});

it('a state folder that cannot be written is an error of its own', async () => {
  writeFileSync(join(stateDir, 'worktree-locks'), '');
  await expect(lock('one')).rejects.toMatchObject({code: 'STATE_UNWRITABLE'});
});
