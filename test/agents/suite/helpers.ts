/** What the tests of the suite share. */
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, inject} from 'vitest';
import type {Role} from '../../../src/event.ts';
import type {AgentName} from '../install.ts';
import {type Rig, type RigOptions, type RunningOneshot, type StartOptions, startRig} from '../rig.ts';
import type {ModelRequest, Script} from '../script.ts';
import {type EventOf, eventsOf, type FinishedOneshot, type Session} from '../session.ts';

export type Recorded = FinishedOneshot & {session: Session};

/** A rig for the named agent. */
export function rigOf(name: AgentName, script: Script, options?: RigOptions): Promise<Rig> {
  return startRig(inject('agents')[name], script, options);
}

/** Runs oneshot to its end where a recording is expected. */
export function record(rig: Rig, args: readonly string[], options?: StartOptions): Promise<Recorded> {
  return recorded(rig.start(args, options));
}

export async function recorded(oneshot: RunningOneshot): Promise<Recorded> {
  const finished = await oneshot.finished;
  if (!finished.session) throw new Error(`no session was begun: ${finished.stderr}`);
  return {...finished, session: finished.session};
}

/** Compares the exit code, and shows the end of stderr where it is another. */
export function expectExit({exitCode, stderr}: FinishedOneshot, expected: number): void {
  expect(exitCode, `the exit code; stderr ends with: ${stderr.slice(-2_000)}`).toBe(expected);
}

/** The one run of a session without auditor. */
export function onlyRun(session: Session): EventOf<'run_finished'> {
  const runs = eventsOf(session, 'run_finished');
  expect(runs).toHaveLength(1);
  return runs[0]!;
}

/** Warnings and errors of oneshot, and what the agent said beyond events and its usual noise. */
export function complaints({session, stderr}: Recorded, noise: RegExp): string[] {
  const notes = eventsOf(session, 'note').filter((note) => note.level !== 'info');
  const unparsed = eventsOf(session, 'unparsed').filter(
    ({raw, text = ''}) => raw?.stream !== 'stderr' || !noise.test(text),
  );
  const warnings = stderr.split('\n').filter((line) => /warning|deprecat/i.test(line) && !noise.test(line));
  const codes = notes.map(({code}) => code);
  return [
    ...codes,
    ...unparsed.map((event) => JSON.stringify(event)),
    // A note is shown too.
    ...warnings.filter((line) => !notes.some(({code, text}) => line.includes(code) || line.includes(text))),
  ];
}

/** All that a request told the model in its conversation. */
export function conversation(request: ModelRequest | undefined): string {
  return [...(request?.userTexts ?? []), ...(request?.toolResults ?? [])].join('\n');
}

/** What a run was asked: from its prompt file where there is one, else from the first request that it made. */
export function promptOf(
  session: Session,
  role: Role,
  iteration: number,
  request: ModelRequest | undefined,
): string {
  const started = eventsOf(session, 'run_started').find(
    (run) => run.role === role && run.iteration === iteration,
  );
  if (started?.promptDelivery !== 'file') return conversation(request);
  return readFileSync(promptFile(session, role, iteration), 'utf8');
}

/** Path of the file that holds the prompt of a run. */
export function promptFile(session: Session, role: Role, iteration: number): string {
  return join(session.dir, String(iteration), `${role}.prompt.txt`);
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** A text of exactly `bytes` bytes: lines that all differ, characters of more than one byte, no space at either end. */
export function textOf(bytes: number): string {
  const lines: string[] = [];
  let size = 0;
  for (let index = 0; ; index++) {
    const line = `Line ${index} of a löng text ✓\n`;
    if (size + Buffer.byteLength(line) >= bytes) break;
    lines.push(line);
    size += Buffer.byteLength(line);
  }
  return lines.join('') + '.'.repeat(bytes - size);
}
