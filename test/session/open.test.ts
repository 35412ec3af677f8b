import {createHash, randomBytes} from 'node:crypto';
import {chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {type Clock, systemClock} from '../../src/clock.ts';
import type {EventDraft, OneshotEvent} from '../../src/event.ts';
import {systemWrite, type Write} from '../../src/session/append-file.ts';
import {writesPromptly} from '../../src/session/disk.ts';
import {isSessionId, newSessionId} from '../../src/session/id.ts';
import {openSessionLog} from '../../src/session/open.ts';
import {stateDir} from '../../src/session/state-dir.ts';
import {ManualClock} from '../support/manual-clock.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-session-'));
});
afterEach(() => rmSync(home, {recursive: true, force: true}));

const clock: Clock = {...systemClock, now: () => Date.UTC(2026, 10, 23, 14, 25, 30)};
const open = (write?: Write) => openSessionLog({stateDir: home, clock, ...(write && {write})});

function note(text: string): EventDraft {
  return {
    body: {type: 'note', level: 'info', code: 'TEST', text},
    iteration: 1,
    role: 'worker',
    source: 'runner',
  };
}

const linesOf = (path: string): OneshotEvent[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe('the session log', () => {
  it('numbers events without a gap and writes them before a view sees them', async () => {
    const log = await open();
    const seen: OneshotEvent[] = [];
    log.addView((event) => {
      if (event.seq % 500 < 2) expect(linesOf(log.eventsPath).at(-1)!.seq).toBeGreaterThanOrEqual(event.seq);
      seen.push(event);
    });
    for (let index = 0; index < 3_000; index++) log.append(note(String(index)));
    await log.flush();
    for (let index = 0; index < 50; index++) {
      log.append(note('later'));
      await new Promise(setImmediate);
    }
    await log.close();
    const recorded = linesOf(log.eventsPath);
    expect(recorded.map(({seq}) => seq)).toEqual(Array.from({length: 3_050}, (_, index) => index + 1));
    expect(seen).toEqual(recorded);
    expect(recorded[0]).toMatchObject({
      v: 1,
      session: log.id,
      at: clock.now(),
      iteration: 1,
      role: 'worker',
      type: 'note',
    });
  });

  it('keeps raw bytes exactly, whatever becomes of the buffer they came in', async () => {
    const log = await open();
    const hash = createHash('sha256');
    const reused = Buffer.alloc(10_000);
    for (let index = 0; index < 200; index++) {
      randomBytes(10_000).copy(reused);
      hash.update(reused);
      expect(log.rawSize(1, 'worker', 'stdout')).toBe(index * 10_000);
      expect(log.appendRaw(1, 'worker', 'stdout', reused)).toBe(index * 10_000);
      reused.fill(0);
    }
    await log.close();
    const bytes = readFileSync(log.rawPath(1, 'worker', 'stdout'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash.digest('hex'));
    expect(log.backlogBytes()).toBe(0);
  });

  it('tells of each batch that is written, raw bytes too, until that is taken back', async () => {
    const log = await open();
    let batches = 0;
    const takeBack = log.onWritten(() => batches++);
    log.appendRaw(1, 'worker', 'stdout', Buffer.from('no line end'));
    await log.flush();
    expect(batches).toBe(1);
    takeBack();
    log.append(note('x'));
    await log.close();
    expect(batches).toBe(1);
  });

  it('is private: folders 0700, files 0600', async () => {
    const log = await open();
    log.appendRaw(2, 'auditor', 'stderr', Buffer.from('x'));
    await log.close();
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect([log.dir, join(log.dir, '2'), join(home, 'sessions')].map(mode)).toEqual([0o700, 0o700, 0o700]);
    expect([log.eventsPath, log.rawPath(2, 'auditor', 'stderr')].map(mode)).toEqual([0o600, 0o600]);
  });

  it('goes on after a partial write where it stopped', async () => {
    const oneByteAtATime: Write = (fd, bytes, done) => systemWrite(fd, bytes.subarray(0, 7), done);
    const log = await open(oneByteAtATime);
    log.append(note('a'));
    log.append(note('b'));
    await log.close();
    expect(linesOf(log.eventsPath).map((event) => 'text' in event && event.text)).toEqual(['a', 'b']);
  });

  it('tells of a full disk once, shows nothing unrecorded and takes nothing more', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), {code: 'ENOSPC'});
    let writes = 0;
    const log = await open((fd, bytes, done) =>
      ++writes < 3 ? systemWrite(fd, bytes, done) : done(full, 0),
    );
    const seen: OneshotEvent[] = [];
    const failures: Error[] = [];
    const removeView = log.addView((event) => void seen.push(event));
    log.onFailure((error) => failures.push(error));
    for (let index = 0; index < 5; index++) {
      log.append(note(String(index)));
      log.appendRaw(1, 'worker', 'stdout', Buffer.from('raw'));
      await log.flush();
    }
    removeView();
    expect(log.failure()).toBe(full);
    expect(failures).toEqual([full]);
    expect(log.backlogBytes()).toBe(0);
    expect(log.appendRaw(7, 'worker', 'stdout', Buffer.from('never'))).toBe(0);
    log.onFailure((error) => failures.push(error));
    expect(failures).toEqual([full, full]);
    await log.close();
    expect(linesOf(log.eventsPath)).toEqual(seen);
  });

  it('takes a raw file that cannot be made for a failure', async () => {
    const log = await open();
    writeFileSync(join(log.dir, '1'), 'in the way');
    expect(log.appendRaw(1, 'worker', 'stdout', Buffer.from('x'))).toBe(0);
    expect(log.failure()).not.toBeNull();
    log.append(note('not recorded'));
    await log.close();
    expect(readFileSync(log.eventsPath, 'utf8')).toBe('');
  });

  it('can be abandoned while the disk does not answer', async () => {
    const log = await open(() => {});
    const seen: OneshotEvent[] = [];
    log.addView((event) => void seen.push(event));
    log.append(note('lost'));
    await new Promise(setImmediate);
    expect(log.backlogBytes()).toBeGreaterThan(0);
    const flushed = log.flush();
    let below = 0;
    log.whenBacklogBelow(1, () => below++);
    log.abandon(new Error('gone'));
    log.abandon(new Error('again'));
    await flushed;
    await log.close();
    expect([below, seen.length, log.failure()?.message]).toEqual([1, 0, 'gone']);
  });

  it('calls back when the backlog has fallen far enough', async () => {
    const log = await open();
    log.append(note('x'.repeat(100_000)));
    const order: string[] = [];
    log.whenBacklogBelow(10, () => order.push('low'));
    log.whenBacklogBelow(1_000_000, () => order.push('at once'));
    await log.flush();
    expect(order).toEqual(['at once', 'low']);
    await log.close();
  });
});

describe('opening', () => {
  it('refuses a state folder that cannot be written and leaves nothing behind', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o600);
    await expect(openSessionLog({stateDir: file, clock})).rejects.toMatchObject({code: 'STATE_UNWRITABLE'});
    expect(readdirSync(home)).toEqual(['file']);
  });

  it('leaves nothing behind when it fails after the folder was made', async () => {
    const processes = {self: () => Promise.reject(new Error('no idea')), isAlive: async () => true};
    await expect(openSessionLog({stateDir: home, clock, processes})).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
    });
    expect(readdirSync(join(home, 'sessions'))).toEqual([]);
  });

  it('refuses a session that is already there', async () => {
    const log = await open();
    await expect(openSessionLog({stateDir: home, clock, id: log.id})).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
    });
    await log.close();
  });
});

describe('session ids', () => {
  it('sort by time and are safe in a path', () => {
    const id = newSessionId(clock.now());
    expect(id).toMatch(/^20261123-142530-[0-9a-f]{6}$/);
    expect(isSessionId(id)).toBe(true);
    for (const bad of ['', '..', `../${id}`, `${id}/`, `${id}\n`, id.toUpperCase().replace('-', '_')])
      expect(isSessionId(bad)).toBe(false);
  });
});

describe('the state folder', () => {
  it('is ONESHOT_HOME, else XDG_STATE_HOME, else below HOME', () => {
    expect(stateDir({ONESHOT_HOME: '/a', XDG_STATE_HOME: '/b', HOME: '/c'})).toBe('/a');
    expect(stateDir({XDG_STATE_HOME: '/b', HOME: '/c'})).toBe(join('/b', 'oneshot'));
    expect(stateDir({XDG_STATE_HOME: 'relative', HOME: '/c'})).toBe(join('/c', '.local', 'state', 'oneshot'));
    expect(stateDir({})).toMatch(/oneshot$/);
  });
});

const turn = () => new Promise(setImmediate);

describe('how bytes reach the disk', () => {
  it('at once on a local file system: recorded and shown when the turn is over', async () => {
    const log = await openSessionLog({stateDir: home, clock});
    const seen: number[] = [];
    log.addView(({seq}) => void seen.push(seq, linesOf(log.eventsPath).length));
    log.append(note('x'));
    log.appendRaw(1, 'worker', 'stdout', Buffer.from('abc'));
    await Promise.resolve();
    expect(seen).toEqual([1, 1]);
    expect(readFileSync(log.rawPath(1, 'worker', 'stdout'), 'utf8')).toBe('abc');
    expect(log.backlogBytes()).toBe(0);
    await log.close();
  });

  it('the first at once, what follows it closely together when nothing more comes in a turn', async () => {
    const still = new ManualClock();
    const log = await openSessionLog({stateDir: home, clock: still});
    let batches = 0;
    log.onWritten(() => batches++);
    const appended = async (text: string) => {
      log.append(note(text));
      await Promise.resolve();
      return linesOf(log.eventsPath).length;
    };
    expect([await appended('1'), await appended('2')]).toEqual([1, 1]);
    await turn();
    expect(await appended('3')).toBe(1);
    await turn();
    expect(await appended('4')).toBe(1);
    await turn();
    await turn();
    expect([batches, linesOf(log.eventsPath).length]).toEqual([2, 4]);
    await log.close();
  });

  it('what goes on turn after turn, once it is time', async () => {
    const still = new ManualClock();
    const log = await openSessionLog({stateDir: home, clock: still});
    const written: number[] = [];
    for (let count = 0; count < 6; count++) {
      log.append(note('x'));
      still.advance(0.4);
      await turn();
      written.push(linesOf(log.eventsPath).length);
    }
    expect(written).toEqual([1, 1, 1, 4, 4, 4]);
    await log.close();
  });

  it('what is appended at once together, before that returns', async () => {
    const still = new ManualClock();
    const log = await openSessionLog({stateDir: home, clock: still});
    const seen: number[] = [];
    log.addView(({seq}) => void seen.push(seq, linesOf(log.eventsPath).length));
    log.atOnce(() => {
      log.append(note('1'));
      log.atOnce(() => log.append(note('2')));
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual([1, 2, 2, 2]);
    log.atOnce(() => log.append(note('3')));
    expect(linesOf(log.eventsPath)).toHaveLength(2);
    still.advance(1);
    log.atOnce(() => log.append(note('4')));
    expect(linesOf(log.eventsPath)).toHaveLength(4);
    await log.close();
  });

  it('what was appended at once until something went wrong', async () => {
    const log = await openSessionLog({stateDir: home, clock});
    const work = () => {
      log.append(note('1'));
      throw new Error('no more');
    };
    expect(() => log.atOnce(work)).toThrow('no more');
    expect(linesOf(log.eventsPath)).toHaveLength(1);
    log.atOnce(() => {});
    await log.close();
  });

  it('however much it is, before the turn is over', async () => {
    const log = await openSessionLog({stateDir: home, clock});
    log.append(note('x'));
    await Promise.resolve();
    log.appendRaw(1, 'worker', 'stdout', Buffer.alloc(600_000));
    await Promise.resolve();
    expect(log.backlogBytes()).toBe(0);
    await log.close();
  });

  it('on threads from the first slow write on', async () => {
    let ms = 0;
    const slow: Clock = {...clock, monotonicMs: () => (ms += 60)};
    const log = await openSessionLog({stateDir: home, clock: slow});
    log.append(note('slow'));
    await Promise.resolve();
    expect(log.backlogBytes()).toBe(0);
    log.append(note('later'));
    await Promise.resolve();
    expect(log.backlogBytes()).toBeGreaterThan(0);
    await log.close();
    expect(linesOf(log.eventsPath)).toHaveLength(2);
  });

  it('takes an error of a write in the turn for a failure', async () => {
    const log = await openSessionLog({stateDir: home, clock});
    log.appendRaw(1, 'worker', 'stdout', Buffer.from('x'));
    await log.close();
    log.append(note('the file is closed'));
    await log.flush();
    expect(log.failure()).toMatchObject({code: 'EBADF'});
  });

  it('is known to be prompt for local file systems of Linux only', () => {
    expect(writesPromptly(home, 'linux')).toBe(true);
    expect(writesPromptly('/no/such/folder', 'linux')).toBe(false);
    expect(writesPromptly(home, 'darwin')).toBe(false);
  });
});
