import {readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import xterm from '@xterm/headless';
import {describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../../src/event.ts';
import {DEFAULT_RULES} from '../../src/loop/options.ts';
import {stripControl} from '../../src/text.ts';
import {asciicast} from '../../src/view/asciicast.ts';
import {event, runFinished, runStarted, says, toolCall} from './events.ts';

const SIZE = {columns: 60, rows: 12};

async function cast(events: readonly OneshotEvent[]): Promise<string> {
  const given = async function* () {
    yield* events;
  };
  let text = '';
  for await (const line of asciicast(given(), SIZE)) text += line;
  return text;
}

type Line = [seconds: number, kind: string, data: string];

function linesOf(text: string): {header: Record<string, unknown>; lines: Line[]} {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  return {header: JSON.parse(header), lines: lines.map((line) => JSON.parse(line))};
}

function secondsOf(lines: readonly Line[]): number {
  return lines.reduce((sum, [seconds]) => sum + seconds, 0);
}

const BEGAN = Date.UTC(2026, 10, 25, 15, 12, 27);

const started = event(
  {
    type: 'session_started',
    task: 'Fix\nthe bug',
    cwd: '/work',
    maxIterations: 3,
    audit: true,
    worker: null,
    auditor: null,
    fallback: null,
    rules: null,
    oneshotVersion: '1',
    nodeVersion: '20',
    platform: 'linux',
  },
  {role: null, source: 'runner', iteration: 0, at: BEGAN},
);

const ended = (at: number) =>
  event(
    {type: 'session_finished', ending: 'verified', reason: 'ok', text: null, iterations: 1},
    {role: null, source: 'runner', at},
  );

const resumed = (at: number) =>
  event(
    {
      type: 'session_resumed',
      from: 'interrupted',
      instructions: null,
      maxIterations: 3,
      worker: {executor: 'claude', adapter: 'claude', model: null, permissionMode: 'agent', agentArgs: []},
      auditor: null,
      fallback: null,
      rules: DEFAULT_RULES,
      oneshotVersion: '1',
      nodeVersion: '20',
      platform: 'linux',
    },
    {role: null, source: 'runner', at},
  );

const later = (one: OneshotEvent, ms: number): OneshotEvent => ({...one, at: BEGAN + ms});

const SESSION = [
  started,
  later(runStarted(), 100),
  later(says('Hello '), 200),
  later(says('world, 漢字.\n'), 250),
  toolCall('1', 'Bash npm test', BEGAN + 300, 'execute'),
  later(event({type: 'tool_call_update', toolCallId: '1', status: 'completed'}), 5300),
  later(runFinished(), 5400),
  ended(BEGAN + 5500),
];

const SHOWN = [
  'session s',
  'worker: claude 2.1.197, permission mode agent, pty',
  'Hello world, 漢字.',
  '→ Bash npm test',
  '✓ Bash npm test (5.0 s)',
  'worker completed (5.3 s)',
  'verified after 1 iteration: ok',
];

/** What a terminal shows after the output, without empty lines. */
async function screenAfter(output: readonly string[]): Promise<string[]> {
  const {columns: cols, rows} = SIZE;
  const terminal = new xterm.Terminal({cols, rows, allowProposedApi: true});
  for (const data of output) await new Promise<void>((done) => terminal.write(data, done));
  const {active} = terminal.buffer;
  const lines = Array.from(
    {length: active.length},
    (_, row) => active.getLine(row)?.translateToString(true) ?? '',
  );
  terminal.dispose();
  return lines.filter(Boolean);
}

describe('the recording of a session', () => {
  it('begins with what the format asks for', async () => {
    const {header, lines} = linesOf(await cast(SESSION));
    expect(header).toEqual({
      version: 3,
      term: {cols: 60, rows: 12, type: 'xterm-256color'},
      timestamp: BEGAN / 1000,
      title: 'Fix the bug',
    });
    for (const [seconds, kind, data] of lines) {
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(kind).toBe('o');
      expect(data).not.toMatch(/(^|[^\r])\n/);
    }
  });

  it('is as large as the terminal that the log tells of, and changes with it', async () => {
    const sized = (one: OneshotEvent, columns: number, rows: number) =>
      ({...one, terminal: {columns, rows}}) as OneshotEvent;
    const again = [
      resumed(BEGAN + 6000),
      sized(resumed(BEGAN + 7000), 80, 20),
      sized(resumed(BEGAN + 8000), 80, 20),
    ];
    const {header, lines} = linesOf(await cast([sized(started, 40, 10), ...again]));
    expect(header).toMatchObject({term: {cols: 40, rows: 10}});
    expect(lines.filter(([, kind]) => kind === 'r').map(([, , data]) => data)).toEqual(['80x20']);
    const resized = event({type: 'terminal_resized', terminal: {columns: 90, rows: 30}});
    const wider = linesOf(await cast([...SESSION, later(resized, 5600)]));
    expect(wider.lines.slice(-1).map(([, kind, data]) => [kind, data])).toEqual([['r', '90x30']]);
    const small = linesOf(await cast([sized(started, 40, 10), ...SESSION.slice(1)]));
    const written = small.lines.flatMap(([, , data]) => stripControl(data).split(/[\r\n]+/));
    const status = written.filter((line) => line.startsWith('worker claude ·'));
    expect(status).not.toEqual([]);
    expect(Math.max(...status.map((line) => line.length))).toBeLessThan(40);
  });

  it('lasts as long as the session', async () => {
    const {lines} = linesOf(await cast(SESSION));
    expect(secondsOf(lines)).toBeCloseTo(5.5, 3);
  });

  it('shows in the end what the terminal showed', async () => {
    const {lines} = linesOf(await cast(SESSION));
    expect(await screenAfter(lines.map(([, , data]) => data))).toEqual(SHOWN);
  });

  it('shows the status line while a tool runs', async () => {
    const {lines} = linesOf(await cast(SESSION));
    const soFar = lines.filter((_, index) => secondsOf(lines.slice(0, index + 1)) <= 4);
    const shown = await screenAfter(soFar.map(([, , data]) => data));
    expect(shown.slice(0, -1)).toEqual(SHOWN.slice(0, 4));
    expect(shown.at(-1)).toMatch(/^worker claude · 0:0[34] · last activity 3\.\d s ago · Bash npm …$/);
  });

  it('makes a pause before a resumption short, also after a crash', async () => {
    const day = 86_400_000;
    const events = [started, ended(BEGAN + 100), resumed(BEGAN + day), later(says('a'), day + 100)];
    const crashed = [started, resumed(BEGAN + day), later(says('b'), day + 100)];
    for (const one of [events, crashed]) {
      const {lines} = linesOf(await cast(one));
      expect(secondsOf(lines)).toBeLessThan(2);
      expect((await screenAfter(lines.map(([, , data]) => data))).join('\n')).toContain(
        'goes on: interrupted',
      );
    }
  });

  it('plays a long silence in full, in pieces', async () => {
    const {lines} = linesOf(await cast([started, later(says('x'), 600_000)]));
    expect(secondsOf(lines)).toBeCloseTo(600, 0);
    expect(lines.length).toBeGreaterThan(500);
  });

  it('plays no more than an hour of silence, whatever a log says', async () => {
    const {lines} = linesOf(await cast([started, later(says('x'), 1e300)]));
    expect(secondsOf(lines)).toBeCloseTo(3600, 0);
  });

  it('of a program, of a clock that was set back, and of nothing', async () => {
    const back = [later(runStarted(), 0), later(says('x'), -5000)];
    const {header, lines} = linesOf(await cast(back));
    expect(header).toMatchObject({title: 'oneshot session s'});
    expect(lines.length).toBeGreaterThan(0);
    expect(linesOf(await cast([{...started, task: null} as OneshotEvent])).header).toMatchObject({
      title: 'oneshot session s',
    });
    expect(await cast([])).toBe('');
  });
});

interface Player {
  init(): Promise<void>;
  terminalReady(): void;
  play(): Promise<void>;
  getDuration(): number | undefined;
  addEventListener(name: string, handler: (data: unknown) => void): void;
}

/** The part of asciinema-player that plays; the other one is a page. Its file has a hash in its name. */
async function openPlayer(recording: string): Promise<Player> {
  const dist = dirname(fileURLToPath(import.meta.resolve('asciinema-player')));
  const file = readdirSync(dist).find((name) => /^core-.*\.js$/.test(name));
  const {C: Core} = await import(pathToFileURL(join(dist, file!)).href);
  const quiet = {log() {}, debug() {}, info() {}, warn() {}, error() {}};
  return new Core({data: recording}, {logger: quiet, speed: 100});
}

it('is played by asciinema-player to the same screen', async () => {
  const player = await openPlayer(await cast(SESSION));
  const output: string[] = [];
  const sizes: unknown[] = [];
  player.addEventListener('reset', (reset) => sizes.push(reset));
  player.addEventListener('metadata', (metadata) => sizes.push(metadata));
  player.addEventListener('output', (data) => output.push(...(data as string[])));
  const over = new Promise((settle) => player.addEventListener('ended', settle));
  player.terminalReady();
  await player.play();
  await over;
  expect(player.getDuration()).toBeCloseTo(5.5, 1);
  expect(JSON.stringify(sizes)).toMatch(/"cols":60,"rows":12/);
  expect(await screenAfter(output)).toEqual(SHOWN);
});
