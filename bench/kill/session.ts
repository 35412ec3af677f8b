/** What must hold of a session after its oneshot was killed, and after it was resumed. */
import {execFile} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {OneshotEvent} from '../../src/event.ts';

const execFileOf = promisify(execFile);

/** Where oneshot is run: state folder, working directory, environment. */
export interface Scene {
  cli: string;
  home: string;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** `oneshot ARGS` to its end. */
export async function oneshot(args: readonly string[], {cli, home, cwd, env}: Scene): Promise<Said> {
  const options = {cwd, env: {...env, ONESHOT_HOME: home}, maxBuffer: 64 * 1024 * 1024};
  try {
    const {stdout, stderr} = await execFileOf(process.execPath, [cli, ...args], options);
    return {code: 0, stdout, stderr};
  } catch (error) {
    const {code, stdout, stderr} = error as {code?: unknown; stdout: string; stderr: string};
    if (typeof code !== 'number') throw error;
    return {code, stdout, stderr};
  }
}

/** Id of the one session; null: it was killed before there was one. */
export function sessionOf(home: string): string | null {
  const folder = join(home, 'sessions');
  const ids = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{8}-/.test(name)) : [];
  if (ids.length > 1) throw new Error(`${ids.length} sessions where one was begun`);
  return ids[0] ?? null;
}

export function logOf(home: string, id: string): string {
  const path = join(home, 'sessions', id, 'events.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** What is wrong with a log and what was shown of it, one line each; a torn last line is no fault. */
export function faultsOfKilled(log: string, shown: string): string[] {
  const whole = shown.slice(0, shown.lastIndexOf('\n') + 1);
  return [
    ...(log.startsWith(whole) ? [] : ['an event was shown that is not in the log']),
    ...gaps(eventsIn(log)),
  ];
}

/** What is wrong with the log of a session that was resumed to its end. */
export function faultsOfResumed(log: string): string[] {
  if (!log.endsWith('\n')) return ['the last line has no end'];
  const events = eventsIn(log);
  const of = (type: OneshotEvent['type']) => events.filter((event) => event.type === type);
  const iterations = of('iteration_started').map(({iteration}) => iteration);
  const last = events.at(-1);
  return [
    ...gaps(events),
    ...(new Set(iterations).size === iterations.length ? [] : [`iterations ${iterations.join(', ')}`]),
    ...(of('run_started').length === of('run_finished').length ? [] : ['a run has no end']),
    ...(last?.type === 'session_finished' && last.ending === 'verified' ? [] : [`the end is ${last?.type}`]),
  ];
}

function gaps(events: readonly OneshotEvent[]): string[] {
  const isWhole = events.every(({seq}, index) => seq === index + 1);
  return isWhole ? [] : ['the numbers of the events have gaps'];
}

function eventsIn(log: string): OneshotEvent[] {
  const lines = log.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as OneshotEvent);
}

/** `list`, `show` and `explain` work on the session as it is. */
export async function faultsOfCommands(id: string, scene: Scene): Promise<string[]> {
  const commands = [
    ['list', '--json'],
    ['show', id],
    ['explain', id],
  ];
  const said = await Promise.all(commands.map((args) => oneshot(args, scene)));
  return said.flatMap(({code, stderr}, index) =>
    code === 0 ? [] : [`${commands[index]!.join(' ')}: exit ${code}, ${stderr.slice(-300)}`],
  );
}

/** Resumes the session to its verdict; one that had come to it has nothing to resume. */
export async function faultsOfResume(id: string, scene: Scene): Promise<string[]> {
  const before = logOf(scene.home, id);
  const {code, stderr} = await oneshot(['resume', id, '--takeover', '--quiet'], scene);
  const wasOver =
    before.includes('"type":"session_finished"') && /NOTHING_TO_RESUME|CWD_UNUSABLE/.test(stderr);
  if (code !== 0 && !(code === 2 && wasOver)) return [`resume: exit ${code}, ${stderr.slice(-500)}`];
  return faultsOfResumed(logOf(scene.home, id));
}
