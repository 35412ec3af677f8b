import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {hostname, tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {type Clock, systemClock} from '../../src/clock.ts';
import type {EventBody} from '../../src/event.ts';
import {type ListOptions, listSessions, lookAtSession} from '../../src/session/list.ts';
import {takeLock} from '../../src/session/lock.ts';
import {removeSession} from '../../src/session/remove.ts';
import {isSnapshot, readSnapshot, writeSnapshot} from '../../src/session/snapshot.ts';
import {
  ID,
  linesOf,
  machine,
  OPEN_SESSION,
  recordSession,
  runFinished,
  runStarted,
  sessionStarted,
  VERIFIED_SESSION,
} from './logs.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-list-'));
});

afterEach(() => rmSync(home, {recursive: true, force: true}));

/** A minute on, so that what was written just now is old enough for the index. */
const clock: Clock = {...systemClock, now: () => Date.now() + 60_000};
const options = {clock, processes: machine(1)};
const list = (more: Partial<ListOptions> = {}) => listSessions(home, {...options, ...more});
const idAt = (second: number, tail = 'aaaaaa') => `20261123-1425${second}-${tail}`;
const indexPath = () => join(home, 'sessions-index.json');
const statuses = async () => Object.fromEntries((await list()).sessions.map(({id, status}) => [id, status]));

describe('the list of sessions', () => {
  it('tells how each stands, newest first', async () => {
    recordSession(home, linesOf(VERIFIED_SESSION, idAt(30)), idAt(30));
    recordSession(home, linesOf(OPEN_SESSION, idAt(31)), idAt(31));
    const running = recordSession(home, linesOf(OPEN_SESSION, idAt(32)), idAt(32));
    await takeLock(running, options);
    const lines = linesOf(VERIFIED_SESSION, idAt(33)).split('\n');
    recordSession(home, lines.filter((_, index) => index !== 3).join('\n'), idAt(33));
    recordSession(home, linesOf(OPEN_SESSION).replace('"v":1', '"v":9'), idAt(34));
    mkdirSync(join(home, 'sessions', idAt(35)));
    mkdirSync(join(home, 'sessions', 'of-another-kind'));
    const expected = {
      [idAt(30)]: 'verified',
      [idAt(31)]: 'crashed',
      [idAt(32)]: 'running',
      [idAt(33)]: 'damaged',
      [idAt(34)]: 'unsupported',
      [idAt(35)]: 'crashed',
      'of-another-kind': 'crashed',
    };
    expect(await statuses()).toEqual(expected);
    expect(await statuses()).toEqual(expected);
    const {sessions, older} = await list();
    expect(older).toBe(0);
    expect(sessions.map(({id}) => id).slice(0, 2)).toEqual([idAt(35), idAt(34)]);
    expect(sessions.map(({id}) => id).at(-1)).toBe('of-another-kind');
    expect(sessions.find(({id}) => id === idAt(32))?.owner).toMatchObject({pid: 1});
    expect(sessions.find(({id}) => id === idAt(30))).toMatchObject({
      dir: join(home, 'sessions', idAt(30)),
      task: 'fix the bug',
      seq: 9,
      iteration: 1,
      maxIterations: 5,
      executor: 'claude',
      verdict: 'DONE',
      reason: 'the tests pass',
      costUsd: 1,
    });
    expect(sessions.find(({id}) => id === idAt(34))?.reason).toMatch(/newer oneshot/);
  });

  it('may be limited, also to those that stand in one way', async () => {
    for (const second of [30, 31, 32, 33]) {
      const parts = second % 2 ? VERIFIED_SESSION : OPEN_SESSION;
      recordSession(home, linesOf(parts, idAt(second)), idAt(second));
    }
    const first = await list({limit: 2});
    expect([first.sessions.map(({id}) => id), first.older]).toEqual([[idAt(33), idAt(32)], 2]);
    const verified = await list({limit: 1, status: 'crashed'});
    expect([verified.sessions.map(({id}) => id), verified.older]).toEqual([[idAt(32)], 2]);
  });

  it('of sessions that began in the same second goes by their first event', async () => {
    recordSession(home, linesOf(OPEN_SESSION).replace('"at":1', '"at":2'), idAt(30, 'aaaaaa'));
    recordSession(home, linesOf(OPEN_SESSION), idAt(30, 'bbbbbb'));
    recordSession(home, linesOf(OPEN_SESSION), idAt(30, 'cccccc'));
    const {sessions} = await list();
    expect(sessions.map(({id}) => id.slice(-1))).toEqual(['a', 'c', 'b']);
  });

  it('of a state folder without sessions is empty', async () => {
    expect(await list()).toEqual({sessions: [], older: 0});
    expect(existsSync(indexPath())).toBe(false);
  });

  it('shows what exec ran', async () => {
    const role = {iteration: 1, role: 'worker'} as const;
    const parts = [
      [{...sessionStarted({task: null}), worker: null} as EventBody],
      [runStarted({executor: 'command', argv: ['npm', 'test']}), role],
      [runFinished({usage: {inputTokens: null, outputTokens: null, costUsd: null, turns: null}}), role],
    ] as const;
    recordSession(home, linesOf(parts));
    expect((await list()).sessions[0]).toMatchObject({
      task: null,
      command: 'npm test',
      executor: 'command',
      costUsd: null,
    });
  });
});

describe('the snapshot of a session', () => {
  it('is made from the log when it is missing, old or of another session', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    await lookAtSession(dir, options);
    const made = readSnapshot(dir)!;
    expect(made).toMatchObject({id: ID, status: 'open', bytes: statSync(join(dir, 'events.jsonl')).size});
    await writeSnapshot(dir, {...made, id: 'other', task: 'not this'});
    expect((await lookAtSession(dir, options)).task).toBe('fix the bug');
    writeFileSync(join(dir, 'events.jsonl'), linesOf(VERIFIED_SESSION));
    expect((await lookAtSession(dir, options)).status).toBe('verified');
    writeFileSync(join(dir, 'session.json'), '{}');
    expect((await lookAtSession(dir, options)).status).toBe('verified');
    writeFileSync(join(dir, 'session.json'), '{');
    expect((await lookAtSession(dir, options)).status).toBe('verified');
    expect(isSnapshot(readSnapshot(dir))).toBe(true);
  });

  it('is believed as it is while somebody is at work on the session', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    await lookAtSession(dir, options);
    await writeSnapshot(dir, {...readSnapshot(dir)!, iteration: 4});
    writeFileSync(join(dir, 'events.jsonl'), linesOf(VERIFIED_SESSION));
    await takeLock(dir, options);
    expect(await lookAtSession(dir, options)).toMatchObject({status: 'running', iteration: 4});
    rmSync(join(dir, 'session.json'));
    expect(await lookAtSession(dir, options)).toMatchObject({status: 'running', iteration: 1});
    expect(readSnapshot(dir)).toBeNull();
  });

  it('need not be writable', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    mkdirSync(join(dir, 'session.json'));
    expect((await lookAtSession(dir, options)).status).toBe('crashed');
  });

  it.each(['null', '7', '{"v":2}', '{"v":1,"id":"x","cwd":"","status":"toString"}'])('is no %s', (text) => {
    expect(isSnapshot(JSON.parse(text))).toBe(false);
  });
});

describe('the index', () => {
  it('spares opening sessions that have not changed', async () => {
    const dir = recordSession(home, linesOf(VERIFIED_SESSION));
    const log = join(dir, 'events.jsonl');
    utimesSync(log, 1_000_000, 1_000_000);
    await list();
    utimesSync(dir, 1_000_001, 1_000_001);
    await list();
    // The same size and time, which cannot be told from no change.
    writeFileSync(log, linesOf(VERIFIED_SESSION).replace('fix the bug', 'fix the bag'));
    writeFileSync(join(dir, 'session.json'), '');
    utimesSync(log, 1_000_000, 1_000_000);
    utimesSync(dir, 1_000_001, 1_000_001);
    const before = statSync(indexPath()).mtimeMs;
    expect((await list()).sessions[0]).toMatchObject({task: 'fix the bug', status: 'verified'});
    expect(statSync(indexPath()).mtimeMs).toBe(before);
  });

  it('does not hold sessions that were changed just now, nor those that run', async () => {
    const dir = recordSession(home, linesOf(VERIFIED_SESSION));
    await listSessions(home, {...options, clock: systemClock});
    expect(existsSync(indexPath())).toBe(false);
    await list();
    expect(Object.keys(JSON.parse(readFileSync(indexPath(), 'utf8')).entries)).toEqual([ID]);
    await takeLock(dir, options);
    expect(await statuses()).toEqual({[ID]: 'running'});
    expect(JSON.parse(readFileSync(indexPath(), 'utf8')).entries).toEqual({});
  });

  it('does not hold a session that is removed while it is looked at', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    await takeLock(dir, {...options, processes: machine(9)});
    const processes = {
      ...machine(1),
      async isAlive() {
        rmSync(dir, {recursive: true});
        return false;
      },
    };
    const {sessions} = await list({processes});
    expect(sessions.map(({status}) => status)).toEqual(['crashed']);
    expect(await statuses()).toEqual({});
  });

  it('forgets sessions that are gone', async () => {
    const dir = recordSession(home, linesOf(VERIFIED_SESSION));
    await list();
    await removeSession(dir, options);
    expect(await statuses()).toEqual({});
    expect(JSON.parse(readFileSync(indexPath(), 'utf8')).entries).toEqual({});
  });

  it.each(['', '{}', '7', '{"v":2}', `{"v":2,"entries":{"${ID}":null}}`, `{"v":2,"entries":{"${ID}":{}}}`])(
    'that holds %j is made anew',
    async (content) => {
      recordSession(home, linesOf(VERIFIED_SESSION));
      writeFileSync(indexPath(), content);
      expect(await statuses()).toEqual({[ID]: 'verified'});
      expect(JSON.parse(readFileSync(indexPath(), 'utf8')).entries).toHaveProperty(ID);
    },
  );

  it('is not believed where a row is broken off, or the log has grown since', async () => {
    const dir = recordSession(home, linesOf(VERIFIED_SESSION));
    writeFileSync(indexPath(), JSON.stringify({v: 2, entries: {[ID]: [statSync(dir).mtimeMs]}}));
    expect(await statuses()).toEqual({[ID]: 'verified'});
    appendFileSync(join(dir, 'events.jsonl'), 'no event\n');
    expect(await statuses()).toEqual({[ID]: 'damaged'});
  });

  it('need not be writable', async () => {
    recordSession(home, linesOf(VERIFIED_SESSION));
    mkdirSync(indexPath());
    expect(await statuses()).toEqual({[ID]: 'verified'});
  });
});

describe('a session that cannot be read', () => {
  it('is damaged, and says why', async () => {
    const gone = join(home, 'sessions', 'gone');
    expect(await lookAtSession(gone, options)).toMatchObject({
      status: 'damaged',
      reason: expect.stringContaining('ENOENT'),
    });
    const dir = recordSession(home, '');
    rmSync(join(dir, 'events.jsonl'));
    mkdirSync(join(dir, 'events.jsonl'));
    expect(await lookAtSession(dir, options)).toMatchObject({
      status: 'damaged',
      reason: expect.stringContaining('it is not a file'),
    });
  });

  it('has a log that is a loop of links', async () => {
    const dir = recordSession(home, '');
    rmSync(join(dir, 'events.jsonl'));
    symlinkSync('events.jsonl', join(dir, 'events.jsonl'));
    expect(await lookAtSession(dir, options)).toMatchObject({status: 'damaged', bytes: 0});
  });
});

describe('a session that died with its first event', () => {
  it('has no executor, but a task', async () => {
    recordSession(home, linesOf([[{...sessionStarted(), worker: null} as EventBody]]));
    expect((await list()).sessions[0]).toMatchObject({task: 'fix the bug', executor: null});
  });
});

describe('removing', () => {
  it('refuses a session that somebody is at work on', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    await takeLock(dir, options);
    await expect(removeSession(dir, {clock, processes: machine(2, 1)})).rejects.toMatchObject({
      code: 'SESSION_LOCKED',
    });
    expect(existsSync(dir)).toBe(true);
  });

  const full = (code: string) => {
    throw Object.assign(new Error(`${code}: no space left on device, write`), {code});
  };

  it.each(['ENOSPC', 'EDQUOT'])('needs no room on a disk (%s)', async (code) => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    await removeSession(dir, {...options, write: () => full(code)});
    expect(existsSync(dir)).toBe(false);
  });

  it('refuses on a full disk too what somebody has just taken', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    const other = {pid: 1, startedAt: 't1', host: hostname(), at: clock.now()};
    const write = () => {
      writeFileSync(join(dir, 'lock.2'), JSON.stringify(other));
      full('ENOSPC');
    };
    const removing = removeSession(dir, {clock, processes: machine(2, 1), write});
    await expect(removing).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
      nextStep: expect.stringContaining('Make room'),
    });
    expect(existsSync(dir)).toBe(true);
  });

  it('that fails leaves no lock behind', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    await expect(removeSession(dir, {...options, write: () => full('EIO')})).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
      nextStep: expect.stringContaining('Make it writable'),
    });
    expect(readdirSync(dir)).not.toContain('lock.1');
  });

  it('of what is not there is an error', async () => {
    await expect(removeSession(join(home, 'sessions', 'gone'), options)).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
    });
  });
});

describe.skipIf(process.getuid?.() === 0)('without rights', () => {
  it('a session is damaged and the others are listed', async () => {
    const dir = recordSession(home, linesOf(OPEN_SESSION));
    chmodSync(dir, 0o000);
    expect(await statuses()).toEqual({[ID]: 'damaged'});
    chmodSync(dir, 0o700);
  });
});
