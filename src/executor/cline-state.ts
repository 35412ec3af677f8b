/** The files in which Cline keeps its tasks (2.x) and sessions (3.x). As seen with 2.18.0 and 3.0.65. */
import {readdir, realpath} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {type Json, number, objects, text} from '../fields.ts';
import type {JsonFrame} from '../frame/frame.ts';
import {Cline2Normalizer} from './cline-2.ts';
import {type ClineAdapter, type ClinePlace, clineSessionsDir, clineTasksDir} from './cline-folders.ts';
import type {RecoveredEnd, RunTraces} from './executor.ts';
import {valueOfFlag} from './flags.ts';
import {descendsFrom, parentsIn} from './process-parents.ts';
import {isPlainId, readJsonObject, readJsonObjects, wordsIn} from './state-file.ts';

/** The folder of a Cline 2 task; it need not be there yet. null when `taskId` is no id. */
export function getClineTaskDir(taskId: string, place: ClinePlace): string | null {
  return isPlainId(taskId) ? join(clineTasksDir(place), taskId) : null;
}

/** What is known of a run of Cline 3, which does not tell its session. */
export type ClineRun = ClinePlace & Pick<RunTraces, 'cwd' | 'pid' | 'startedAtMs'>;

/**
 * The folder of the session that a Cline 3 process keeps; null where there is none (yet). It is the one that a process of
 * the run writes. Once the run is over, and where the system does not tell which process started which, it is the first one
 * that was begun in the run's working directory since the run began. Never rejects.
 */
export async function getClineSessionDir(run: ClineRun): Promise<string | null> {
  return (await findSession(run))?.folder ?? null;
}

interface ClineSession {
  id: string;
  folder: string;
  path: string;
  /** What the file holds. */
  facts: Json;
}

async function findSession(run: ClineRun): Promise<ClineSession | null> {
  const parents = await parentsIn();
  const sessions = await sessionsSince(clineSessionsDir(run), run.startedAtMs);
  // The program that npm installs starts another one, whose pid is in the file.
  const owned = sessions.find(({facts}) => parents && descendsFrom(number(facts.pid) ?? 0, run.pid, parents));
  if (owned || parents?.has(run.pid)) return owned ?? null;
  const workDirs = await workDirsOf(run);
  return sessions.find(({facts}) => workDirs.includes(facts.cwd)) ?? null;
}

/** Oldest first: a session that another run begins later in the same folder comes after ours. */
async function sessionsSince(sessionsDir: string, startedAtMs: number): Promise<ClineSession[]> {
  const names = await readdir(sessionsDir).catch(() => []);
  const recent = names.filter((name) => isPlainId(name) && startOf(name) >= startedAtMs);
  const sessions = recent
    .toSorted((a, b) => startOf(a) - startOf(b))
    .map((id) => readSession(sessionsDir, id));
  return (await Promise.all(sessions)).filter((session) => session !== null);
}

/** A session's id begins with the time of its start. */
function startOf(id: string): number {
  return Number.parseInt(id, 10);
}

async function readSession(sessionsDir: string, id: string): Promise<ClineSession | null> {
  const folder = join(sessionsDir, id);
  const path = join(folder, `${id}.json`);
  const facts = await readJsonObject(path);
  return facts && {id, folder, path, facts};
}

/** The run's working directory, by each of its names. */
async function workDirsOf({cwd, agentArgs = []}: ClineRun): Promise<unknown[]> {
  const asked = valueOfFlag(agentArgs, '--cwd') ?? valueOfFlag(agentArgs, '-c');
  const dir = resolve(cwd, asked ?? '.');
  return [dir, await realpath(dir).catch(() => dir)];
}

export async function clineStateFiles(adapter: ClineAdapter, traces: RunTraces): Promise<string | null> {
  if (adapter === 'cline-3') return getClineSessionDir(traces);
  return traces.agentSession === null ? null : getClineTaskDir(traces.agentSession, traces);
}

export function clineRecovered(adapter: ClineAdapter, traces: RunTraces): Promise<RecoveredEnd | null> {
  return adapter === 'cline-2' ? recovered2(traces) : recovered3(traces);
}

/** Version 2 may ask for an approval in its files alone. Version 3 answers itself. */
export async function clinePendingAsk(adapter: ClineAdapter, traces: RunTraces): Promise<string | null> {
  const path = adapter === 'cline-2' ? messagesPathOf(traces) : null;
  const last = path && (await readJsonObjects(path)).at(-1);
  if (!last) return null;
  const frame: JsonFrame = {kind: 'json', value: last, source: '', offset: 0, length: 0};
  const events = new Cline2Normalizer(traces.startedAtMs).stdout(frame);
  return events.find((event) => event.type === 'agent_ask')?.text ?? null;
}

function messagesPathOf(traces: RunTraces): string | null {
  const folder = traces.agentSession && getClineTaskDir(traces.agentSession, traces);
  return folder && join(folder, 'ui_messages.json');
}

/** Said when work goes on. */
const WORK: readonly unknown[] = ['api_req_started', 'user_feedback'];

async function recovered2(traces: RunTraces): Promise<RecoveredEnd | null> {
  const path = messagesPathOf(traces);
  if (path === null) return null;
  const messages = await readJsonObjects(path);
  const last = messages.findLast(({say}) => say === 'completion_result' || WORK.includes(say));
  const said = last && isCompletion(last, traces.startedAtMs) ? text(last.text) : null;
  return said === null ? null : {text: said, agentSession: traces.agentSession, path};
}

function isCompletion({say, partial, ts}: Json, startedAtMs: number): boolean {
  return say === 'completion_result' && partial !== true && (number(ts) ?? 0) >= startedAtMs;
}

async function recovered3(traces: RunTraces): Promise<RecoveredEnd | null> {
  const session = await findSession(traces);
  if (session === null || session.facts.status !== 'completed') return null;
  const {id, folder, facts} = session;
  // In the folder of the session, wherever that has been moved.
  const path = join(folder, basename(text(facts.messages_path) ?? `${id}.messages.json`));
  const {messages} = (await readJsonObject(path)) ?? {};
  const last = objects(messages).findLast(({role}) => role === 'assistant');
  const said = wordsIn(last?.content);
  return said === '' ? null : {text: said, agentSession: id, path};
}
