import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import type {EventDraft, OneshotEvent} from '../../src/event.ts';
import type {Write} from '../../src/session/append-file.ts';
import {foldLog} from '../../src/session/fold-log.ts';
import {lookAtSession} from '../../src/session/list.ts';
import {lockOwner} from '../../src/session/lock.ts';
import type {SessionLog} from '../../src/session/log.ts';
import {openSessionLog, reopenSessionLog} from '../../src/session/open.ts';
import {readSnapshot} from '../../src/session/snapshot.ts';
import {ManualClock} from '../support/manual-clock.ts';
import {
  eventsOf,
  ID,
  linesOf,
  machine,
  OPEN_SESSION,
  recordSession,
  sessionStarted,
  VERIFIED_SESSION,
} from './logs.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-reopen-'));
});

afterEach(() => rmSync(home, {recursive: true, force: true}));

const reopen = (id = ID, processes = machine(1)) =>
  reopenSessionLog({stateDir: home, id, clock: systemClock, processes});

function note(text: string): EventDraft {
  const body = {type: 'note', level: 'info', code: 'TEST', text} as const;
  return {body, iteration: 1, role: null, source: 'runner'};
}

const recorded = (dir: string): OneshotEvent[] =>
  readFileSync(join(dir, 'events.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe('a session that is opened again', () => {
  it('goes on with the next number, after the state that its log adds up to', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    const {log, state} = await reopen();
    expect(state).toMatchObject({
      seq: OPEN_SESSION.length,
      task: 'fix the bug',
      iteration: 1,
      workerText: 'all done',
      damaged: false,
      finished: null,
    });
    log.append(note('more'));
    await log.close();
    expect(state.seq).toBe(OPEN_SESSION.length);
    expect(recorded(dir).map(({seq}) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await foldLog(dir)).state).toMatchObject({seq: 9, damaged: false});
  });

  it('has its torn last line cut off, and a note of that', async () => {
    const whole = linesOf(OPEN_SESSION);
    const dir = recordSession(home, `${whole}{"v":1,"seq":9,"at`);
    const {log} = await reopen();
    await log.close();
    expect(readFileSync(join(dir, 'events.jsonl'), 'utf8').startsWith(whole)).toBe(true);
    expect(recorded(dir).at(-1)).toMatchObject({
      seq: 9,
      type: 'note',
      code: 'LOG_REPAIRED',
      text: 'The last line of the log had no end: 18 bytes were cut off.',
      iteration: 1,
    });
  });

  it('whose log is damaged says so from then on', async () => {
    const lines = linesOf(VERIFIED_SESSION).split('\n');
    const dir = recordSession(home, lines.filter((_, index) => index !== 3).join('\n'));
    const {log, state} = await reopen();
    expect(state.damaged).toBe(true);
    await log.close();
    expect(recorded(dir).at(-1)).toMatchObject({seq: 10, code: 'LOG_DAMAGED', level: 'warning'});
    expect(readSnapshot(dir)?.status).toBe('damaged');
    // What was lost cannot be seen any more, the note can.
    writeFileSync(join(dir, 'events.jsonl'), linesOf([...OPEN_SESSION, [damagedNote()]]));
    rmSync(join(dir, 'session.json'));
    expect((await foldLog(dir)).state.damaged).toBe(true);
  });

  it('adds to its raw files', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    mkdirSync(join(dir, '1'));
    writeFileSync(join(dir, '1/worker.stdout'), 'before');
    const {log} = await reopen();
    expect(log.rawSize(1, 'worker', 'stdout')).toBe(6);
    expect(log.rawSize(1, 'worker', 'stderr')).toBe(0);
    expect(log.appendRaw(1, 'worker', 'stdout', Buffer.from(' after'))).toBe(6);
    expect(log.appendRaw(2, 'worker', 'stdout', Buffer.from('new'))).toBe(0);
    expect(log.rawSize(1, 'worker', 'stdout')).toBe(12);
    await log.close();
    expect(readFileSync(join(dir, '1/worker.stdout'), 'utf8')).toBe('before after');
  });

  it('has one writer at a time', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    const {log} = await reopen(ID, machine(1, 2));
    await expect(reopen(ID, machine(2, 1))).rejects.toMatchObject({code: 'SESSION_LOCKED'});
    await log.close();
    expect(await lockOwner(dir, {clock: systemClock, processes: machine(2, 1)})).toBeNull();
    await (await reopen(ID, machine(2, 1))).log.close();
  });

  it('whose owner died is taken over', async () => {
    const first = await openSessionLog({stateDir: home, clock: systemClock, processes: machine(1)});
    first.append({body: sessionStarted(), iteration: 0, role: null, source: 'runner'});
    await first.flush();
    const {log, state} = await reopen(first.id, machine(2));
    expect(state.seq).toBe(1);
    await first.sync();
    expect(first.failure()?.message).toBe('another oneshot has taken the session over');
    expect(log.failure()).toBeNull();
    await Promise.all([first.close(), log.close()]);
    expect(await lockOwner(log.dir, {clock: systemClock, processes: machine(2)})).toBeNull();
  });

  it('of a newer format is left as it is', async () => {
    const [first, ...more] = eventsOf(OPEN_SESSION);
    const newer = [first, ...more.map((event) => ({...event, v: 2}))].map((event) => JSON.stringify(event));
    const log = `${newer.join('\n')}\n{"torn`;
    const dir = recordSession(home, log);
    await expect(reopen()).rejects.toMatchObject({
      code: 'SESSION_UNSUPPORTED',
      message: expect.stringContaining(`${ID} is in format 2 of a newer oneshot`),
      nextStep: 'Update oneshot.',
    });
    expect(readFileSync(join(dir, 'events.jsonl'), 'utf8')).toBe(log);
    expect(await lockOwner(dir, {clock: systemClock, processes: machine(1)})).toBeNull();
  });

  it('that cannot be locked or read is an error', async () => {
    await expect(reopen('none')).rejects.toMatchObject({code: 'STATE_UNWRITABLE'});
    mkdirSync(join(home, 'sessions', 'empty'), {recursive: true});
    await expect(reopen('empty')).rejects.toMatchObject({code: 'UNREADABLE_FILE'});
  });
});

function damagedNote() {
  return {type: 'note', level: 'warning', code: 'LOG_DAMAGED', text: 'x'} as const;
}

describe('at the boundary of a step', () => {
  it('all is on the disk and the snapshot tells of it', async () => {
    const log = await openSessionLog({stateDir: home, clock: systemClock});
    log.append({body: sessionStarted(), iteration: 0, role: null, source: 'runner'});
    log.appendRaw(1, 'worker', 'stdout', Buffer.from('raw'));
    await log.sync();
    const {size, mtimeMs} = statSync(log.eventsPath);
    expect(readSnapshot(log.dir)).toMatchObject({
      v: 1,
      id: log.id,
      seq: 1,
      bytes: size,
      logMtimeMs: mtimeMs,
      status: 'open',
      task: 'fix the bug',
      command: null,
      executor: 'claude',
    });
    expect(statSync(join(log.dir, 'session.json')).mode & 0o777).toBe(0o600);
    log.append({
      body: {type: 'session_finished', ending: 'failed', reason: 'no\nluck', text: null, iterations: 0},
      iteration: 0,
      role: null,
      source: 'runner',
    });
    await Promise.all([log.close(), log.close()]);
    expect(readSnapshot(log.dir)).toMatchObject({status: 'failed', reason: 'no luck', seq: 2});
  });

  /** Takes what is written and keeps nothing: a descriptor that is closed is found out by the sync. */
  const take: Write = (_fd, bytes, done) => done(null, bytes.length);

  it('a disk that fails is a failure of the log', async () => {
    const log = await openSessionLog({stateDir: home, clock: systemClock, write: take});
    await log.close();
    log.append(note('x'));
    await log.sync();
    expect(log.failure()).toMatchObject({code: 'EBADF'});
    await log.sync();
  });

  it('a disk that fails while it is still written is one too', async () => {
    const log = await openSessionLog({stateDir: home, clock: systemClock, write: take});
    const raw = Buffer.alloc(16 * 1024 * 1024);
    const write = async () => {
      log.appendRaw(1, 'worker', 'stdout', raw);
      await log.flush();
    };
    await write();
    await log.close();
    expect(log.failure()).toBeNull();
    await write();
    await log.sync();
    expect(log.failure()).toMatchObject({code: 'EBADF'});
  });

  it('a disk that does not answer is not waited for once the log is given up', async () => {
    const log = await openSessionLog({stateDir: home, clock: systemClock, write: () => {}});
    log.append(note('x'));
    const synced = log.sync();
    log.abandon(new Error('given up'));
    await synced;
    expect(readSnapshot(log.dir)).toBeNull();
  });

  it('a snapshot that cannot be written is made later', async () => {
    const log = await openSessionLog({stateDir: home, clock: systemClock});
    mkdirSync(join(log.dir, 'session.json'));
    log.append(note('x'));
    await log.sync();
    expect(log.failure()).toBeNull();
    await log.close();
  });
});

describe('a session folder that is removed under its writer', () => {
  const removed = async (log: SessionLog) => {
    rmSync(log.dir, {recursive: true});
    log.append(note('y'));
    return vi.waitUntil(() => log.failure());
  };

  it('is found out with what is written a second later', async () => {
    const clock = new ManualClock();
    const log = await openSessionLog({stateDir: home, clock});
    clock.advance(1_000);
    log.append(note('x'));
    await log.flush();
    clock.advance(1_000);
    expect((await removed(log))?.message).toBe(`the session folder ${log.dir} is gone`);
    await log.close();
  });

  it('is found out at the next step', async () => {
    const log = await openSessionLog({stateDir: home, clock: new ManualClock()});
    rmSync(log.dir, {recursive: true});
    log.append(note('y'));
    await log.sync();
    expect(log.failure()?.message).toBe(`the session folder ${log.dir} is gone`);
    await log.close();
  });

  it('is not made again for raw bytes', async () => {
    const log = await openSessionLog({stateDir: home, clock: new ManualClock()});
    rmSync(log.dir, {recursive: true});
    log.appendRaw(1, 'worker', 'stdout', Buffer.from('x'));
    expect(log.failure()).toMatchObject({
      message: `the session folder ${log.dir} is gone`,
      cause: {code: 'ENOENT'},
    });
    await log.close();
  });

  it('is nothing to a log that is being closed', async () => {
    const clock = new ManualClock();
    const log = await openSessionLog({stateDir: home, clock});
    clock.advance(1_000);
    log.append(note('x'));
    const closed = log.close();
    renameSync(log.dir, `${log.dir}.away`);
    await closed;
  });
});

describe('a log that lost bytes', () => {
  it('is damaged, as its snapshot tells', async () => {
    const log = await openSessionLog({stateDir: home, clock: systemClock, id: ID});
    for (const [body, head] of VERIFIED_SESSION) {
      log.append({body, iteration: head?.iteration ?? 0, role: head?.role ?? null, source: 'runner'});
    }
    await log.close();
    expect((await foldLog(log.dir)).state.damaged).toBe(false);
    const lines = readFileSync(log.eventsPath, 'utf8').split('\n');
    const lastBytes = Buffer.byteLength(`${lines.at(-2)}\n`);
    truncateSync(log.eventsPath, statSync(log.eventsPath).size - lastBytes);
    const {state, gaps} = await foldLog(log.dir);
    expect([state.damaged, gaps.lostBytes]).toEqual([true, lastBytes]);
  });
});

describe('a log with a torn line where whole ones have been', () => {
  it('is damaged, unlike one that was torn when it was written', async () => {
    const whole = linesOf(OPEN_SESSION);
    const dir = recordSession(home, `${whole}{"torn`);
    const look = {clock: systemClock, processes: machine(1)};
    expect((await lookAtSession(dir, look)).status).toBe('crashed');
    expect((await foldLog(dir)).gaps).toMatchObject({lostBytes: 0, tornBytes: 6});
    writeFileSync(join(dir, 'events.jsonl'), whole.slice(0, -10) + '\0'.repeat(5_000));
    expect((await foldLog(dir)).state.damaged).toBe(true);
    expect((await lookAtSession(dir, look)).status).toBe('damaged');
  });
});

describe('a folder without rights', () => {
  it.skipIf(process.getuid?.() === 0)('is an error that names it', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    chmodSync(dir, 0o500);
    await expect(reopen()).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
      message: expect.stringContaining(dir),
    });
    chmodSync(dir, 0o700);
  });
});

describe.skipIf(process.platform !== 'linux')('a disk that does not take what was written', () => {
  it('is found out while the run goes on', async () => {
    recordSession(home, linesOf(OPEN_SESSION));
    const {log} = await reopen();
    // Takes every byte, and no sync.
    for (const role of ['worker', 'auditor'] as const) {
      mkdirSync(join(log.dir, '1'), {recursive: true});
      symlinkSync('/dev/null', log.rawPath(1, role, 'stdout'));
      log.appendRaw(1, role, 'stdout', Buffer.alloc(16 * 1024 * 1024));
    }
    const error = await new Promise<Error>((settle) => log.onFailure(settle));
    expect(error).toMatchObject({code: 'EINVAL', syscall: 'fdatasync'});
    await log.close();
  });
});
