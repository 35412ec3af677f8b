/** What `rm` and `prune` ask, with a terminal that a test types into. */
import {EventEmitter} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Io} from '../../src/cli/io.ts';
import {main} from '../../src/cli/start.ts';
import {systemClock} from '../../src/clock.ts';
import {BEGAN_AT, linesOf, recordSession, VERIFIED_SESSION} from '../session/logs.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-remove-'));
});

afterEach(() => rmSync(home, {recursive: true, force: true}));

const idAt = (second: number) => `20261123-1425${second}-aaaaaa`;

function record(second: number): string {
  return recordSession(home, linesOf(VERIFIED_SESSION, idAt(second)), idAt(second));
}

/** Runs the command line on a terminal where `answer` is typed. */
async function onTerminal(argv: string[], answer: string, nowMs = Date.now()) {
  const terminal = () => Object.assign(new PassThrough(), {isTTY: true as const});
  const [stdin, stdout, stderr] = [terminal(), terminal(), terminal()];
  stdin.end(answer);
  const io: Io = {
    env: {ONESHOT_HOME: home, HOME: home},
    cwd: home,
    stdin,
    stdout,
    stderr,
    signals: new EventEmitter(),
    clock: {...systemClock, now: () => nowMs},
    companion: () => '',
  };
  const code = await main(argv, io);
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return {code, stdout: text(stdout), stderr: text(stderr)};
}

describe('removing sessions on a terminal', () => {
  it('asks, and removes them after a yes', async () => {
    const dir = record(30);
    const {code, stdout, stderr} = await onTerminal(['rm', 'last'], 'y\n');
    expect({code, stdout}).toEqual({code: 0, stdout: `${idAt(30)}\n`});
    expect(stderr).toContain(`  ${idAt(30)}  verified, 8.0 s: fix the bug\n`);
    expect(stderr).toContain('Remove 1 session? [y/N] ');
    expect(existsSync(dir)).toBe(false);
  });

  it.each(['\n', 'n\n', 'yesterday\n'])('leaves them after %j', async (answer) => {
    const dir = record(30);
    const {code, stderr} = await onTerminal(['rm', 'last'], answer);
    expect(code).toBe(1);
    expect(stderr).toContain('nothing was removed\n');
    expect(existsSync(dir)).toBe(true);
  });

  it('leaves them when the terminal is closed', async () => {
    const dir = record(30);
    const {code} = await onTerminal(['prune', '--keep', '0'], '');
    expect(code).toBe(1);
    expect(existsSync(dir)).toBe(true);
  });

  it('names the first of many', async () => {
    for (let second = 10; second < 40; second++) record(second);
    const {stderr} = await onTerminal(['prune', '--older-than', '1m'], 'n\n');
    expect(stderr).toContain('  and 10 more\n');
    expect(stderr).toContain('Remove 30 sessions? [y/N] ');
  });
});

describe('pruning by age', () => {
  it('counts from the last write where the events cannot be read', async () => {
    const newer = linesOf(VERIFIED_SESSION, idAt(30)).replaceAll('"v":1', '"v":9');
    const dir = recordSession(home, newer, idAt(30));
    const day = (number: number) => BEGAN_AT + number * 86_400_000;
    utimesSync(join(dir, 'events.jsonl'), new Date(day(20)), new Date(day(20)));
    const prune = (nowMs: number) => onTerminal(['prune', '--older-than', '30d', '--yes'], '', nowMs);
    expect((await prune(day(49))).stdout).toBe('');
    expect((await prune(day(51))).stdout).toBe(`${idAt(30)}\n`);
  });

  it('leaves a folder alone of which nothing is known', async () => {
    const strange = join(home, 'sessions', 'photos');
    mkdirSync(strange, {recursive: true});
    for (const which of [
      ['--older-than', '1m'],
      ['--keep', '0'],
    ]) {
      const {stderr} = await onTerminal(['prune', ...which, '--yes'], '');
      expect(stderr).toBe('there is nothing to remove\n');
    }
    expect(existsSync(strange)).toBe(true);
  });
});
