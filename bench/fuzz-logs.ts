/**
 * Damaged logs of sessions, and what oneshot makes of them: its commands run in this process on a state folder of their own.
 * A case is a function of its number, so that one that fails can be looked at again.
 */
import {EventEmitter} from 'node:events';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PassThrough, Writable} from 'node:stream';
import type {Io} from '../src/cli/io.ts';
import {main} from '../src/cli/start.ts';
import {systemClock} from '../src/clock.ts';
import type {OneshotEvent} from '../src/event.ts';
import {foldLog} from '../src/session/fold-log.ts';
import {lookAtSession} from '../src/session/list.ts';
import {
  ID,
  linesOf,
  machine,
  OPEN_SESSION,
  recordSession,
  runFinished,
  runStarted,
  sessionResumed,
  VERIFIED_SESSION,
} from '../test/session/logs.ts';

/** What went wrong in a case, or null. */
export type Finding = string | null;

type Parts = typeof VERIFIED_SESSION;

const WORKER = {iteration: 2, role: 'worker'} as const;

/** A verified session that somebody went on with, and that then failed. */
const FAILED_LATER: Parts = [
  ...VERIFIED_SESSION,
  [sessionResumed('also add a test')],
  [{type: 'iteration_started', maxIterations: 7}, {iteration: 2}],
  [runStarted(), WORKER],
  [runFinished({outcome: 'failed', reason: 'no luck', text: null}), WORKER],
  [{type: 'session_finished', ending: 'failed', reason: 'no luck', text: null, iterations: 2}],
];

const UNVERIFIED: Parts = [
  ...OPEN_SESSION.slice(0, -1),
  [
    {type: 'verdict', verdict: null, reason: 'no clear verdict', feedback: null, how: 'none'},
    {iteration: 1, role: 'auditor'},
  ],
  [{type: 'session_finished', ending: 'unverified', reason: 'no clear verdict', text: 'x', iterations: 1}],
];

/** With how they truly stand. */
const SESSIONS: readonly {parts: Parts; verified: boolean}[] = [
  {parts: VERIFIED_SESSION, verified: true},
  {parts: UNVERIFIED, verified: false},
  {parts: OPEN_SESSION, verified: false},
  {parts: FAILED_LATER, verified: false},
  {parts: FAILED_LATER.slice(0, 10), verified: false},
];

/** Whole numbers below `bound`, the same ones for the same seed (mulberry32). */
export type Random = (bound: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

type Damage = (log: Buffer, random: Random) => Buffer;

const DAMAGES: readonly Damage[] = [
  flipBits,
  (log, random) => log.subarray(0, random(log.length)),
  (log, random) => {
    const lines = split(log);
    return joined(lines.toSpliced(random(lines.length + 1), 0, lines[random(lines.length)]!));
  },
  (log, random) => {
    const lines = split(log);
    const [line] = lines.splice(random(lines.length), 1);
    return joined(lines.toSpliced(random(lines.length + 1), 0, line!));
  },
  (log, random) => joined(split(log).toSpliced(random(split(log).length), 1 + random(3))),
  (log, random) => withLine(log, random, (event) => ({...event, v: [2, 0, '1', null, 99, 1.5][random(6)]})),
  (log, random) => withLine(log, random, (event) => ({...event, session: '20260101-000000-000000'})),
  (log, random) =>
    withLine(log, random, (event) => ({...event, [keyOf(event, random)]: [null, {}, [], -1, ''][random(5)]})),
  (log, random) => withLine(log, random, () => [null, [], 7, 'x', {}, {type: 'session_finished'}][random(6)]),
  (log, random) => Buffer.concat([log.subarray(0, random(log.length)), Buffer.alloc(random(9_000))]),
];

function flipBits(log: Buffer, random: Random): Buffer {
  const flipped = Buffer.from(log);
  for (let count = 1 + random(4); count > 0; count--) {
    const at = random(flipped.length);
    flipped[at] = flipped[at]! ^ (1 << random(8));
  }
  return flipped;
}

function split(log: Buffer): string[] {
  return log.toString('latin1').split('\n').slice(0, -1);
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

function withLine(log: Buffer, random: Random, change: (event: Record<string, unknown>) => unknown): Buffer {
  const lines = log.toString().split('\n').slice(0, -1);
  const at = random(lines.length);
  const changed = JSON.stringify(change(JSON.parse(lines[at]!)));
  return Buffer.from(`${lines.with(at, changed).join('\n')}\n`);
}

function keyOf(event: Record<string, unknown>, random: Random): string {
  const keys = Object.keys(event);
  return keys[random(keys.length)]!;
}

/** Runs the case of this number in the state folder `home`, which holds nothing else. */
export async function fuzzCase(home: string, seed: number): Promise<Finding> {
  const random = randomFrom(seed);
  const {parts, verified} = SESSIONS[random(SESSIONS.length)]!;
  const whole = Buffer.from(linesOf(parts));
  let damaged: Buffer = whole;
  for (let count = 1 + random(2); count > 0 && damaged.length > 0 && split(damaged).length > 0; count--) {
    damaged = tried(DAMAGES[random(DAMAGES.length)]!, damaged, random);
  }
  rmSync(home, {recursive: true, force: true});
  const dir = recordSession(home, whole);
  await lookAtSession(dir, {clock: systemClock, processes: machine(1)});
  writeFileSync(join(dir, 'events.jsonl'), damaged);
  const isTrue = verified && sameEvents(whole, damaged);
  try {
    return wrong(await toldOf(home, dir), isTrue);
  } catch (error) {
    return `crashed: ${(error as Error).stack}`;
  }
}

/** A line that is no JSON any more cannot be changed as JSON. */
function tried(damage: Damage, log: Buffer, random: Random): Buffer {
  try {
    return damage(log, random);
  } catch {
    return flipBits(log, random);
  }
}

/** Whether every event is still there, in order, and those that decide say the same; an oracle that knows no schema. */
function sameEvents(whole: Buffer, damaged: Buffer): boolean {
  const lines = damaged.toString().split('\n').slice(0, -1);
  const before = whole.toString().split('\n').slice(0, -1);
  return (
    lines.length === before.length && lines.every((line, index) => decides(line) === decides(before[index]!))
  );
}

function decides(line: string): string | null {
  try {
    const {v, seq, session, type, ...more} = JSON.parse(line) as OneshotEvent;
    const {ending = '', verdict = ''} = more as {ending?: string; verdict?: string};
    return JSON.stringify([v, seq, session, type, ending, verdict]);
  } catch {
    return null;
  }
}

interface Told {
  name: string;
  verified: boolean;
  /** What a command did that none may do. */
  failure: string | null;
}

async function toldOf(home: string, dir: string): Promise<Told[]> {
  const told = [await folded(dir)];
  const commands: readonly [name: string, argv: string[], (stdout: string) => boolean][] = [
    ['list', ['list'], (out) => new RegExp(`^${ID} +verified `, 'm').test(out)],
    ['list --json', ['list', '--json'], (out) => JSON.parse(out).sessions[0].status === 'verified'],
    ['show', ['show', ID], (out) => /^status +verified$/m.test(out)],
    ['show --json', ['show', ID, '--json'], (out) => out !== '' && JSON.parse(out).status === 'verified'],
    ['show --events', ['show', ID, '--events'], () => false],
    [
      'explain',
      ['explain', ID],
      (out) => /^ended verified/m.test(out) || out.includes('the work is verified'),
    ],
  ];
  for (const [name, argv, isVerified] of commands) {
    const {code, stdout, stderr} = await command(home, argv);
    const isError = code === 2 && /^oneshot: (SESSION_UNSUPPORTED|UNREADABLE_FILE): /.test(stderr);
    const failure = code === 0 || isError ? null : `exit code ${code}: ${stderr}`;
    told.push({name, verified: code === 0 && isVerified(stdout), failure});
  }
  return told;
}

async function folded(dir: string): Promise<Told> {
  try {
    const {state} = await foldLog(dir);
    return {name: 'fold', verified: state.finished?.ending === 'verified' && !state.damaged, failure: null};
  } catch (error) {
    const isKnown = (error as {code?: string}).code === 'SESSION_UNSUPPORTED';
    return {name: 'fold', verified: false, failure: isKnown ? null : String((error as Error).stack)};
  }
}

function wrong(told: readonly Told[], isTrue: boolean): Finding {
  const findings = told.flatMap(({name, verified, failure}) => {
    if (failure !== null) return [`${name} failed: ${failure}`];
    return verified && !isTrue ? [`${name} says verified`] : [];
  });
  return findings.length === 0 ? null : findings.join('; ');
}

async function command(home: string, argv: string[]) {
  const [stdout, stderr] = [new Collector(), new Collector()];
  const io: Io = {
    env: {ONESHOT_HOME: home, HOME: home},
    cwd: home,
    stdin: new PassThrough(),
    stdout,
    stderr,
    signals: new EventEmitter(),
    clock: systemClock,
    companion: () => '',
  };
  const code = await main(argv, io);
  return {code, stdout: stdout.text(), stderr: stderr.text()};
}

class Collector extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

/** The log of a case as it was left in the state folder. */
export function logOf(home: string): string {
  return readFileSync(join(home, 'sessions', ID, 'events.jsonl'), 'latin1');
}
