import {spawn, spawnSync} from 'node:child_process';
import {closeSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ReadStream} from 'node:tty';
import xterm from '@xterm/headless';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import type {TerminalSize} from '../../src/event.ts';
import {openPty} from '../../src/transport/openpty.ts';
import {claudeSays, type Step} from '../support/session.ts';
import {Place, PROGRAM, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
  place.installClaude();
});

let closeTerminal: (() => void) | null = null;

afterEach(() => {
  closeTerminal?.();
  place.remove();
});

/** Starts the program with all three streams on a terminal, which is of no size unless one is given. */
async function startOnTerminal(
  args: string[],
  runs: Step[][],
  more: Record<string, string> = {},
  size: TerminalSize | null = null,
) {
  const pty = await openPty();
  if ('unavailable' in pty) throw new Error(pty.unavailable);
  const resize = ({columns, rows}: TerminalSize) => {
    const sizes = ['cols', String(columns), 'rows', String(rows)];
    spawnSync('stty', sizes, {stdio: [pty.slave, 'ignore', 'inherit']});
  };
  if (size) resize(size);
  const SCRIPT = join(place.home, 'script.json');
  writeFileSync(SCRIPT, JSON.stringify(runs));
  const env = {...place.env, TERM: 'xterm', SCRIPT, ...more};
  const {master, slave} = pty;
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: place.work,
    env,
    stdio: [slave, slave, slave],
  });
  const ended = new Promise((settle) => child.once('exit', (code, signal) => settle({code, signal})));
  let shown = '';
  const terminal = new ReadStream(master);
  terminal.on('error', () => {});
  terminal.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  // The slave stays open here too until the test closes the terminal: what was written last is lost with the last slave.
  const close = () => {
    terminal.destroy();
    closeSync(slave);
    closeTerminal = null;
  };
  closeTerminal = close;
  return {child, ended, terminal, shown: () => shown, resize, close};
}

/** The lines that are left on a terminal that was told this. */
async function screenOf(told: string): Promise<string[]> {
  const terminal = new xterm.Terminal({cols: 200, rows: 50, allowProposedApi: true, convertEol: true});
  await new Promise<void>((done) => terminal.write(told, done));
  const {active} = terminal.buffer;
  const rows = Array.from({length: active.length}, (_, row) => active.getLine(row));
  terminal.dispose();
  return rows.map((row) => row?.translateToString(true) ?? '').filter(Boolean);
}

const verified = claudeSays('{"verdict":"DONE","reason":"I looked."}');

describe('on a terminal', () => {
  it('its size is recorded, and an exported recording has it', async () => {
    const size = {columns: 77, rows: 21};
    const {ended} = await startOnTerminal(['do it'], [claudeSays('I did it.'), verified], {}, size);
    await ended;
    expect(place.events()[0]).toMatchObject({type: 'session_started', terminal: size});
    const {stdout} = await place.run(['export', '--format', 'asciicast']);
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({term: {cols: 77, rows: 21}});
  });

  it('a new size is recorded while the session goes on, and an exported recording takes it', async () => {
    const size = {columns: 77, rows: 21};
    const go = join(place.home, 'go');
    const runs = [
      [...claudeSays('I did it.').slice(0, -1), {untilFile: go}, ...claudeSays('I did it.').slice(-1)],
    ];
    const {child, ended, resize} = await startOnTerminal(['--no-audit', 'do it'], runs, {}, size);
    await until(() => place.hasEvent('agent_message_chunk'));
    resize({columns: 50, rows: 12});
    child.kill('SIGWINCH');
    await until(() => place.hasEvent('terminal_resized'));
    writeFileSync(go, '');
    await ended;
    const [resized] = place.events().filter(({type}) => type === 'terminal_resized');
    expect(resized).toMatchObject({terminal: {columns: 50, rows: 12}});
    const {stdout} = await place.run(['export', '--format', 'asciicast']);
    expect(stdout).toMatch(/^\[[\d.]+,"r","50x12"\]$/m);
  });

  it('there are colours and a status line, which is gone in the end', async () => {
    const {ended, shown} = await startOnTerminal(
      ['do it'],
      [[...claudeSays('I did it.'), {sleepMs: 50}], verified],
    );
    expect(await ended).toEqual({code: 0, signal: null});
    expect(shown()).toMatch(
      /worker claude · 0:0\d · last activity \d\.\d s ago · 3 tokens in · 4 out · \$0\.5000/,
    );
    expect(shown()).toContain('\x1b[32mverified after 1 iteration: I looked.\x1b[39m');
    await until(() => shown().endsWith('I did it.\n'));
  });

  it.each([
    [{NO_COLOR: '1'}, /last activity/],
    [{TERM: 'dumb'}, /^(?![\s\S]*last activity)/],
  ])('there are no colours with %j', async (env, status) => {
    const {ended, shown} = await startOnTerminal(['do it'], [claudeSays('I did it.'), verified], env);
    expect(await ended).toEqual({code: 0, signal: null});
    expect(shown()).not.toMatch(/\x1b\[\d+m/);
    expect(shown()).toMatch(status);
  });

  it('the run goes on when the terminal is closed', async () => {
    const gate = join(place.home, 'gate');
    const waiting = [...claudeSays('Working').slice(0, 2), {untilFile: gate}, ...claudeSays('I did it.')];
    const {ended, close, shown} = await startOnTerminal(['do it'], [waiting, verified]);
    await until(() => shown().includes('Working'));
    close();
    writeFileSync(gate, '');
    expect(await ended).toEqual({code: 0, signal: null});
    expect(place.events().at(-1)).toMatchObject({type: 'session_finished', ending: 'verified'});
  });

  it('the run goes on while the terminal is held', async () => {
    const lines = Array.from({length: 2000}, () => claudeSays('x'.repeat(100)).at(1)!);
    const {child, ended, terminal} = await startOnTerminal(
      ['do it'],
      [[...lines, ...claudeSays('I did it.')], verified],
    );
    terminal.pause();
    await until(() => place.hasEvent('session_finished'));
    expect(child.exitCode).toBeNull();
    terminal.resume();
    expect(await ended).toEqual({code: 0, signal: null});
  });
});

describe('a session that is followed on a terminal', () => {
  it('has the status line, which is gone in the end', async () => {
    const going = join(place.home, 'go');
    const [init, said, result] = claudeSays('I did it.');
    const runs = [[init!, said!, {untilFile: going}, result!], verified];
    writeFileSync(join(place.home, 'script.json'), JSON.stringify(runs));
    const session = place.start(['do it'], {env: {SCRIPT: join(place.home, 'script.json')}});
    await until(() => place.hasEvent('agent_message_chunk'));
    const {ended, shown} = await startOnTerminal(['follow'], runs);
    await until(() => /worker claude · 0:0\d · last activity/.test(shown()));
    writeFileSync(going, '');
    expect(await ended).toEqual({code: 0, signal: null});
    await session.ended;
    await vi.waitFor(async () => {
      expect((await screenOf(shown())).at(-1)).toBe('verified after 1 iteration: I looked.');
    });
    expect(shown()).toContain('\x1b[32mverified');
  });

  it('ends on Ctrl-C, also when the terminal is held', async () => {
    const runs = [[...claudeSays('I did it.').slice(0, 2), {sleepMs: 60_000}]];
    writeFileSync(join(place.home, 'script.json'), JSON.stringify(runs));
    const session = place.start(['do it'], {env: {SCRIPT: join(place.home, 'script.json')}});
    await until(() => place.hasEvent('agent_message_chunk'));
    const follower = await startOnTerminal(['follow'], runs);
    await until(() => follower.shown().includes('I did it.'));
    follower.terminal.pause();
    follower.child.kill('SIGINT');
    expect(await follower.ended).toEqual({code: 130, signal: null});
    session.child.kill('SIGTERM');
    await session.ended;
  });
});
