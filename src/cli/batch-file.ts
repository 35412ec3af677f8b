/** The file of a batch: one task a line, as a JSON object. */
import {OneshotError} from '../error.ts';
import type {Note} from '../event.ts';
import {digest} from '../queue/journal.ts';
import {SETTING_KEYS, type SettingKey, type Settings} from './config/settings.ts';
import {settingsOf} from './config/values.ts';

export interface BatchLine {
  /** From 1. */
  line: number;
  /** The user's own name for it, or null. */
  id: string | null;
  /** Equal for equal lines only, and of those the first, the second and so on have their own. */
  key: string;
  task: string;
  /** As it stands there; null: where the batch works. */
  cwd: string | null;
  settings: Settings;
  notes: Note[];
}

/** A line that is no task. */
export interface BadLine {
  line: number;
  id: string | null;
  error: OneshotError;
}

/** About the batch as a whole, and not about one of its tasks. */
const NOT_OF_A_LINE: readonly SettingKey[] = ['verbosity'];

/**
 * All lines of a file. Empty ones and those that begin with `//` are left out.
 * @param name the file, for messages
 */
export function readBatch(bytes: Buffer, name: string): (BatchLine | BadLine)[] {
  const keys = new Map<string, number>();
  const ids = new Map<string, number>();
  const lines: (BatchLine | BadLine)[] = [];
  for (const [line, text] of textsOf(bytes)) {
    const id: {given: string | null} = {given: null};
    try {
      const trimmed = decoded(text)
        .replace(/^\ufeff/, '')
        .trim();
      if (trimmed === '' || trimmed.startsWith('//')) continue;
      const fields = fieldsOf(trimmed);
      id.given = idOf(fields);
      requireNewId(ids, id.given, line);
      lines.push({line, id: id.given, key: keyOf(keys, trimmed), ...taskOf(fields, {name, line})});
    } catch (error) {
      if (!(error instanceof OneshotError)) throw error;
      lines.push({line, id: id.given, error});
    }
  }
  return lines;
}

/** Cut at line ends, before anything is decoded: what is wrong in one line leaves the others alone. */
function* textsOf(bytes: Buffer): Iterable<[line: number, text: Buffer]> {
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    yield [line, bytes.subarray(start, end)];
    start = end + 1;
  }
}

function decoded(text: Buffer): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(text);
  } catch {
    throw noTask('it is not UTF-8 text', 'Save the file as UTF-8.');
  }
}

type Fields = Record<string, unknown>;

function fieldsOf(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw noTask(`it is not JSON: ${(error as Error).message}`, EXAMPLE);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw noTask('it is no JSON object', EXAMPLE);
}

const EXAMPLE = 'Write one object a line: {"task": "fix the failing test", "cwd": "packages/a"}.';

function idOf({id = null}: Fields): string | null {
  if (id === null || (typeof id === 'string' && id.trim() !== '')) return id;
  throw noTask('its id is no text', 'Write "id": "a-name", or leave it out.');
}

function requireNewId(ids: Map<string, number>, id: string | null, line: number): void {
  if (id === null) return;
  const before = ids.get(id);
  if (before !== undefined) {
    throw noTask(`its id ${JSON.stringify(id)} stands in line ${before} already`, 'Give it one of its own.');
  }
  ids.set(id, line);
}

function keyOf(keys: Map<string, number>, text: string): string {
  const hash = digest(text);
  const times = (keys.get(hash) ?? 0) + 1;
  keys.set(hash, times);
  return times === 1 ? hash : `${hash}-${times}`;
}

function taskOf({id: _, task, cwd = null, ...rest}: Fields, {name, line}: {name: string; line: number}) {
  if (typeof task !== 'string' || task.trim() === '') throw noTask('it has no task', EXAMPLE);
  if (cwd !== null && (typeof cwd !== 'string' || cwd === '' || cwd.includes('\0'))) {
    throw noTask('its cwd is no path', 'Write "cwd": "packages/a".');
  }
  const entries = Object.entries(rest).map(([key, value]) => ({key, value, line}));
  const {settings, notes} = settingsOf({path: name, entries, sha256: ''});
  for (const key of NOT_OF_A_LINE) {
    if (settings[key] === undefined) continue;
    throw noTask(`${key} is no setting of one task`, 'Give it to the batch as a whole.');
  }
  return {task, cwd: cwd as string | null, settings, notes};
}

function noTask(message: string, nextStep: string): OneshotError {
  return new OneshotError('BATCH_LINE_INVALID', message, nextStep);
}

/** What a line may hold beside `task`, `id` and `cwd`. */
export const LINE_KEYS: readonly SettingKey[] = SETTING_KEYS.filter((key) => !NOT_OF_A_LINE.includes(key));
