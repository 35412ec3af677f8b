import {EventEmitter} from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {systemClock} from '../../src/clock.ts';
import type {OneshotEvent} from '../../src/event.ts';
import {type FollowOptions, followEvents, followLog} from '../../src/session/follow.ts';
import {noGaps} from '../../src/session/read.ts';
import {ManualClock} from '../support/manual-clock.ts';

let dir: string;
let path: string;
let stop: AbortController;
let ownerIsAlive: boolean;
let asked: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'oneshot-follow-log-'));
  path = join(dir, 'events.jsonl');
  writeFileSync(path, '');
  stop = new AbortController();
  ownerIsAlive = true;
  asked = 0;
});

afterEach(() => {
  stop.abort();
  rmSync(dir, {recursive: true, force: true});
});

const watcher = Object.assign(new EventEmitter(), {close() {}});

const until = (holds: () => boolean) => vi.waitUntil(holds, {timeout: 20_000, interval: 2});

function note(seq: number, text = 'x'): string {
  const head = {v: 1, seq, at: 0, session: 's', iteration: 0, role: null, source: 'runner'};
  return `${JSON.stringify({...head, type: 'note', level: 'info', code: 'X', text})}\n`;
}

function finished(seq: number): string {
  const head = {v: 1, seq, at: 0, session: 's', iteration: 0, role: null, source: 'runner'};
  const end = {type: 'session_finished', ending: 'verified', reason: 'ok', text: null, iterations: 1};
  return `${JSON.stringify({...head, ...end})}\n`;
}

/** Follows in the background. */
function followed(more: Partial<FollowOptions> = {}) {
  const events: OneshotEvent[] = [];
  const options: FollowOptions = {
    signal: stop.signal,
    clock: systemClock,
    isOwnerAlive: async () => {
      asked++;
      return ownerIsAlive;
    },
    ...more,
  };
  const found = {events, isOver: false, over: Promise.resolve()};
  found.over = (async () => {
    for await (const event of followEvents(dir, options)) events.push(event);
    found.isOver = true;
  })();
  return {...found, seqs: () => events.map(({seq}) => seq), isOver: () => found.isOver, over: found.over};
}

describe('a log is followed', () => {
  it('from its first event to what is written while it is read', async () => {
    writeFileSync(path, note(1) + note(2));
    const {seqs, over} = followed();
    await until(() => seqs().length === 2);
    appendFileSync(path, note(3));
    await until(() => seqs().length === 3);
    appendFileSync(path, note(4) + note(5));
    await until(() => seqs().length === 5);
    stop.abort();
    await over;
    expect(seqs()).toEqual([1, 2, 3, 4, 5]);
  });

  it('from the event that is asked for', async () => {
    writeFileSync(path, note(1) + note(2) + note(3));
    ownerIsAlive = false;
    const {seqs, over} = followed({fromSeq: 3});
    await over;
    expect(seqs()).toEqual([3]);
  });

  it('with its lines as they are written', async () => {
    const line = note(1, 'é "quoted"').replace('"seq":1', '"seq": 1');
    writeFileSync(path, line);
    const options = {signal: stop.signal, clock: systemClock, isOwnerAlive: async () => false};
    for await (const logged of followLog(dir, options)) {
      expect(logged.line.toString()).toBe(line.trimEnd());
      expect(logged.event.seq).toBe(1);
    }
    expect.assertions(2);
  });

  it('in one piece when it is long, at the pace of the reader', async () => {
    const count = 3000;
    for (let seq = 1; seq <= count; seq++) appendFileSync(path, note(seq, 'é'.repeat(seq % 200)));
    ownerIsAlive = false;
    const {seqs, over} = followed();
    await over;
    expect(seqs()).toEqual(Array.from({length: count}, (_, index) => index + 1));
  });

  it('over lines that are no event, or are too long', async () => {
    writeFileSync(path, `${note(1)}{"a":\n\n7\n${note(2, 'y'.repeat(2000))}${note(3)}`);
    ownerIsAlive = false;
    const {seqs, over} = followed({maxLineBytes: 1000});
    await over;
    expect(seqs()).toEqual([1, 3]);
  });

  it.each([
    [
      'is not to be had',
      () => {
        throw new Error('ENOSPC');
      },
    ],
    ['breaks off', () => setImmediate(() => watcher.emit('error', new Error('gone')))],
  ])('by looking where word of changes %s', async (_, start) => {
    const watch = () => {
      start();
      return watcher;
    };
    const {seqs} = followed({watch: watch as unknown as NonNullable<FollowOptions['watch']>});
    await until(() => asked > 0);
    for (let seq = 1; seq <= 3; seq++) {
      appendFileSync(path, note(seq));
      await until(() => seqs().length === seq);
    }
  });
});

describe('a line without an end', () => {
  it('waits for its rest', async () => {
    const [line, half] = [note(2), 20];
    writeFileSync(path, note(1) + line.slice(0, half));
    const {seqs} = followed();
    await until(() => seqs().length === 1);
    appendFileSync(path, line.slice(half));
    await until(() => seqs().length === 2);
  });

  it('that is cut off leaves no trace in what is written in its place', async () => {
    writeFileSync(path, note(1) + note(2, 'never to be').slice(0, 60));
    const {seqs, events} = followed();
    await until(() => seqs().length === 1);
    truncateSync(path, note(1).length);
    appendFileSync(path, note(2, 'repaired') + note(3));
    await until(() => seqs().length === 3);
    expect(events[1]).toMatchObject({text: 'repaired'});
  });

  it('is no event when nobody writes any more', async () => {
    writeFileSync(path, note(1) + note(2).slice(0, 30));
    ownerIsAlive = false;
    const {seqs, over} = followed();
    await over;
    expect(seqs()).toEqual([1]);
  });
});

it('a log that is cut by whole lines goes on with what is new', async () => {
  writeFileSync(path, note(1) + note(2) + note(3));
  const {seqs} = followed();
  await until(() => seqs().length === 3);
  truncateSync(path, note(1).length);
  await new Promise((done) => setTimeout(done, 150));
  appendFileSync(path, note(2) + note(3) + note(4));
  await until(() => seqs().length === 4);
  expect(seqs()).toEqual([1, 2, 3, 4]);
});

describe('following ends', () => {
  it('when nobody writes any more, after the last that was written', async () => {
    writeFileSync(path, note(1));
    let looks = 0;
    const {seqs, over} = followed({
      isOwnerAlive: async () => {
        // The owner's last words, written while it was being looked for.
        if (looks++ === 0) appendFileSync(path, note(2));
        return false;
      },
    });
    await over;
    expect(seqs()).toEqual([1, 2]);
  });

  it('not when another owner goes on', async () => {
    writeFileSync(path, note(1));
    let first = true;
    const {seqs, isOver} = followed({
      isOwnerAlive: async () => {
        if (!first) return true;
        first = false;
        appendFileSync(path, note(2));
        return false;
      },
    });
    await until(() => seqs().length === 2);
    appendFileSync(path, note(3));
    await until(() => seqs().length === 3);
    expect(isOver()).toBe(false);
  });

  it('when the session is over and its owner is gone', async () => {
    const {seqs, over} = followed();
    await until(() => asked > 0);
    ownerIsAlive = false;
    appendFileSync(path, finished(1));
    await over;
    expect(seqs()).toEqual([1]);
  });

  it('when the session is over, whatever its owner does', async () => {
    const clock = new ManualClock();
    writeFileSync(path, note(1) + finished(2));
    const {seqs, isOver, over} = followed({clock});
    await until(() => asked === 1);
    clock.advance(900);
    await until(() => asked === 2);
    expect(isOver()).toBe(false);
    await until(() => clock.pendingMs().length === 1);
    clock.advance(100);
    await over;
    expect(seqs()).toEqual([1, 2]);
  });

  it('not when the session goes on after its end', async () => {
    writeFileSync(path, finished(1));
    const {seqs, isOver} = followed();
    await until(() => seqs().length === 1);
    await until(() => asked > 0);
    appendFileSync(path, note(2));
    await until(() => seqs().length === 2);
    expect(isOver()).toBe(false);
  });

  it('at once when it is told to, also in the midst of events', async () => {
    writeFileSync(path, note(1) + note(2));
    const seqs: number[] = [];
    const options = {signal: stop.signal, clock: systemClock, isOwnerAlive: async () => true};
    for await (const {seq} of followEvents(dir, options)) {
      seqs.push(seq);
      stop.abort();
    }
    expect(seqs).toEqual([1]);
    for await (const _ of followEvents(dir, options)) expect.unreachable();
  });

  it('when it is told to between two looks', async () => {
    const clock = new ManualClock();
    const {over} = followed({
      clock,
      isOwnerAlive: async () => {
        stop.abort();
        return true;
      },
    });
    await over;
    expect(clock.pendingMs()).toEqual([]);
  });

  it('without a timer or a watcher left', async () => {
    const before = process.getActiveResourcesInfo().length;
    const {over} = followed();
    await until(() => asked > 0);
    stop.abort();
    await over;
    await until(() => process.getActiveResourcesInfo().length <= before);
  });
});

it('an event of a newer format is an error', async () => {
  writeFileSync(path, note(1).replace('"v":1', '"v":99'));
  await expect(followed().over).rejects.toMatchObject({code: 'SESSION_UNSUPPORTED'});
});

it('what cannot be read is counted', async () => {
  writeFileSync(path, `${note(1)}{\n${note(3)}`);
  ownerIsAlive = false;
  const gaps = noGaps();
  await followed({gaps}).over;
  expect(gaps).toMatchObject({skippedLines: 1, misplacedLines: 1});
});

it('looks each 20 ms while events come, and each 100 ms where nothing tells of changes', async () => {
  const clock = new ManualClock();
  const start = vi.fn(() => watcher);
  const {seqs} = followed({clock, watch: start as unknown as NonNullable<FollowOptions['watch']>});
  await until(() => clock.pendingMs()[0] === 100);
  expect(start).toHaveBeenCalledTimes(1);
  appendFileSync(path, note(1));
  clock.advance(100);
  await until(() => seqs().length === 1);
  for (let look = 0; look < 10; look++) {
    await until(() => clock.pendingMs()[0] === 20);
    clock.advance(20);
  }
  await until(() => clock.pendingMs()[0] === 100);
  expect(start).toHaveBeenCalledTimes(2);
});

it('seldom looks for the owner', async () => {
  const clock = new ManualClock();
  followed({clock});
  for (let tick = 0; tick < 45; tick++) {
    await until(() => clock.pendingMs().length === 1);
    clock.advance(100);
  }
  expect(asked).toBeGreaterThan(1);
  expect(asked).toBeLessThan(5);
});

describe('a log that cannot be read is an error with its path', () => {
  const options = () => ({signal: stop.signal, clock: systemClock, isOwnerAlive: async () => true});
  const first = () => followEvents(dir, options()).next();

  it('when there is none', async () => {
    renameSync(path, `${path}.gone`);
    await expect(first()).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining(path),
    });
  });

  it('when its folder does not tell who writes it', async () => {
    const isOwnerAlive = () => Promise.reject(new Error('EACCES: permission denied, scandir'));
    const all = async () => {
      for await (const _ of followEvents(dir, {...options(), isOwnerAlive}));
    };
    await expect(all()).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringContaining('EACCES'),
    });
  });

  it('when it is no file', async () => {
    rmSync(path);
    mkdirSync(path);
    await expect(first()).rejects.toMatchObject({code: 'UNREADABLE_FILE'});
  });
});
