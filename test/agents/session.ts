/** A recorded session, read back from the state folder, and what must hold of every one. */
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from 'vitest';
import type {EventType, OneshotEvent} from '../../src/event.ts';
import {eventSchema} from '../../src/event-schema.ts';

export interface Session {
  dir: string;
  /** `events.jsonl` as it is. */
  log: string;
  events: OneshotEvent[];
}

export interface FinishedOneshot {
  args: readonly string[];
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** The recording; null where no session was begun. */
  session: Session | null;
}

export type EventOf<T extends EventType> = Extract<OneshotEvent, {type: T}>;

/** The one session of a state folder, or null. */
export async function readSession(stateDir: string): Promise<Session | null> {
  const sessions = join(stateDir, 'sessions');
  const ids = await readdir(sessions).catch(() => []);
  if (ids.length === 0) return null;
  if (ids.length > 1) throw new Error(`${ids.length} sessions where one was expected`);
  const dir = join(sessions, ids[0]!);
  const log = await readFile(join(dir, 'events.jsonl'), 'utf8');
  const events = log
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as OneshotEvent);
  return {dir, log, events};
}

/** All events of a type, in order. */
export function eventsOf<T extends EventType>(session: Session, type: T): EventOf<T>[] {
  return session.events.filter((event): event is EventOf<T> => event.type === type);
}

/** Tool calls as their updates have left them. */
export function toolsOf(session: Session): EventOf<'tool_call'>[] {
  const updates = eventsOf(session, 'tool_call_update');
  return eventsOf(session, 'tool_call').map((call) => {
    // Agents may count their calls anew in each run.
    const own = updates.filter(
      ({toolCallId, iteration, role}) =>
        toolCallId === call.toolCallId && iteration === call.iteration && role === call.role,
    );
    const title = own.findLast((update) => update.title !== undefined)?.title ?? call.title;
    const status = own.findLast((update) => update.status !== undefined)?.status ?? call.status;
    const locations = own.findLast((update) => update.locations !== undefined)?.locations ?? call.locations;
    return {...call, title, status, locations};
  });
}

/** The worker's or the auditor's runs, by how they ended. */
export function runsOf(session: Session, role: 'worker' | 'auditor'): EventOf<'run_finished'>[] {
  return eventsOf(session, 'run_finished').filter((event) => event.role === role);
}

/** The steps of a session in their order, one line each. */
export function storyOf(session: Session): string[] {
  return session.events.flatMap((event) => {
    const step = stepOf(event);
    return step === null ? [] : [event.iteration === 0 ? step : `${event.iteration}: ${step}`];
  });
}

function stepOf(event: OneshotEvent): string | null {
  switch (event.type) {
    case 'run_finished':
      return event.role === 'check' ? null : `${event.role} ${event.outcome}`;
    case 'check_finished':
      return `check ${event.result}`;
    case 'run_retry':
      return `${event.role} retry ${event.how}`;
    case 'verdict':
      return `verdict ${event.verdict ?? event.how}`;
    case 'session_finished':
      return event.ending;
    default:
      return null;
  }
}

/** What the agent said, joined. */
export function saidText(
  session: Session,
  type: 'agent_message_chunk' | 'agent_thought_chunk' = 'agent_message_chunk',
) {
  return eventsOf(session, type)
    .map((event) => event.content.text)
    .join('');
}

/** What must hold of every run of oneshot that began a session. */
export function checkSession({session, stdout, stderr, args}: FinishedOneshot): void {
  if (!session) return;
  checkOrder(session, stderr);
  checkStdout(session, args, stdout);
  checkRawSpans(session);
  checkModes(session.dir);
}

function checkOrder({events, log}: Session, stderr: string): void {
  for (const event of events) expect(() => eventSchema.parse(event), shown(event)).not.toThrow();
  expect(log.endsWith('\n'), 'the log ends with a whole line').toBe(true);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  expect(events[0]?.type).toBe('session_started');
  expect(events.at(-1)?.type, stderr.slice(-2_000)).toBe('session_finished');
  const count = (type: EventType) => events.filter((event) => event.type === type).length;
  expect(count('run_finished')).toBe(count('run_started'));
}

/** With `--json` the log itself, else the worker's final words and a newline. */
function checkStdout(session: Session, args: readonly string[], stdout: string): void {
  if (args.includes('--json')) {
    expect(stdout === session.log, 'stdout is the event log').toBe(true);
    return;
  }
  const {text} = eventsOf(session, 'session_finished')[0]!;
  expect(stdout).toBe(text === null ? '' : `${text}\n`);
}

/** The bytes that an event points at hold what the event says. */
function checkRawSpans({dir, events}: Session): void {
  const files = new Map<string, Buffer>();
  for (const event of events) {
    if (!event.raw) continue;
    const {stream, offset, length} = event.raw;
    const path = join(dir, String(event.iteration), `${event.role}.${stream}`);
    const file = files.get(path) ?? readFileSync(path);
    files.set(path, file);
    expect(offset + length, `span of event ${event.seq}`).toBeLessThanOrEqual(file.length);
    const source = file.toString('utf8', offset, offset + length);
    const texts = stringsIn(source);
    const said = saidBy(event);
    const found = said.length === 0 || said.some((words) => texts.some((text) => text.includes(words)));
    expect(found, `the bytes of ${shown(event)}`).toBe(true);
  }
}

/** Words of an event of which some must stand in the bytes it points at. */
function saidBy(event: OneshotEvent): string[] {
  switch (event.type) {
    case 'agent_message_chunk':
    case 'agent_thought_chunk':
      return [event.content.text];
    case 'tool_call':
      return Object.values(event.rawInput ?? {}).filter((value) => typeof value === 'string');
    case 'unparsed':
      return event.text === undefined ? [] : [event.text];
    default:
      return [];
  }
}

const shown = (event: OneshotEvent) => JSON.stringify(event).slice(0, 2_000);

/** All strings of a JSON text, those inside nested JSON texts too; of any other text the text itself. */
function stringsIn(source: string): string[] {
  const found = [source];
  try {
    JSON.parse(source, (_key, value: unknown) => {
      if (typeof value === 'string') found.push(value);
      return value;
    });
  } catch {
    // Not JSON.
  }
  return found;
}

/** Nobody but the user can read a recording. Git takes even the user's leave to write from its objects. */
function checkModes(dir: string): void {
  for (const entry of readdirSync(dir, {withFileTypes: true, recursive: true})) {
    const path = join(entry.parentPath, entry.name);
    const modes = entry.isDirectory() ? ['700'] : GIT_OBJECT.test(path) ? ['400', '600'] : ['600'];
    expect(modes, path).toContain((statSync(path).mode & 0o777).toString(8));
  }
}

const GIT_OBJECT = /\/changes\/git\/objects\/[0-9a-f]{2}\/[0-9a-f]+$/;
