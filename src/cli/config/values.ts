/** The keys of a file → settings. Every error names file, line and key. */
import {dirname, resolve} from 'node:path';
import {OneshotError} from '../../error.ts';
import type {Note} from '../../event.ts';
import {secretsOf} from '../../session/redact-secrets.ts';
import {shown} from '../option-values.ts';
import {nearest} from '../suggest.ts';
import {type ConfigDocument, configInvalid, type Entry} from './document.ts';
import type {VariableSource} from './form.ts';
import {camelCase, PATH_KEYS, SETTING_KEYS, SETTINGS, type SettingKey, type Settings} from './settings.ts';

export interface FileSettings {
  settings: Settings;
  /** What is in the file without effect. */
  notes: Note[];
}

/** For editors, and for comments in a package.json. */
const NO_SETTINGS = ['$schema', '//'];

/** Keys of the Python tool that mean nothing here, and what to do instead. They are left out with a note. */
export const RETIRED_KEYS: Readonly<Record<string, string>> = {
  maxConcurrent: 'oneshot batch --concurrency says how many tasks run at once',
  idleThreshold: 'idleTimeout is the longest time without a sign of life',
  heartbeatInterval: 'activityInterval says how often the clocks are looked at',
  webPort: 'there is no web page; --json gives every event to other programs',
  tuiRefresh: 'the terminal shows events as they come',
};

/** Keys that are understood well enough to say what to do instead. They are errors, since a run without them is another one. */
export const REFUSED_KEYS: Readonly<Record<string, string>> = {
  ...ofBothRoles('ApiKeyFile', 'Write "env": {"ANTHROPIC_API_KEY": {"fromFile": "PATH"}}.'),
  streaming: 'Write "transport": "buffered" for --no-streaming.',
  logsDir: 'Set ONESHOT_HOME, or give --logs-dir.',
  verbose: 'Write "verbosity": "verbose".',
  debug: 'Write "verbosity": "debug".',
  quiet: 'Write "verbosity": "quiet".',
};

function ofBothRoles(name: string, nextStep: string): Record<string, string> {
  return {[`worker${name}`]: nextStep, [`auditor${name}`]: nextStep};
}

/** `workerApiKey`, `openaiToken`: what would hold a secret itself. */
const SECRET_KEY = /(key|token|secret|password|credentials?)$/i;

/** @throws OneshotError CONFIG_INVALID */
export function settingsOf({path, entries}: ConfigDocument): FileSettings {
  const found: FileSettings = {settings: {}, notes: []};
  const seen = new Map<string, Entry>();
  for (const entry of entries.filter(({key}) => !NO_SETTINGS.includes(key))) {
    const key = camelCase(entry.key);
    const before = seen.get(key);
    if (before) throw twice(path, before, entry);
    seen.set(key, entry);
    if (Object.hasOwn(SETTINGS, key)) read(path, key as SettingKey, entry, found.settings);
    else found.notes.push(noteOf(path, key, entry));
  }
  return found;
}

/** null counts as not given. */
function read(path: string, key: SettingKey, {key: name, value, line}: Entry, into: Settings): void {
  if (value === null) return;
  if (JSON.stringify(value).includes('\\u0000')) {
    throw configInvalid(path, line, `${name} holds a null character`, 'Remove it.');
  }
  try {
    Object.assign(into, {[key]: SETTINGS[key].form.fromJson(name, value)});
  } catch (error) {
    if (!(error instanceof OneshotError)) throw error;
    throw configInvalid(path, line, error.message, error.nextStep);
  }
  const folder = dirname(path);
  for (const path of PATH_KEYS) if (key === path) into[path] = resolve(folder, into[path]!);
  if (key === 'notifyUrl') Object.assign(into, fromFolder(folder, {notifyUrl: into.notifyUrl!}));
  if (key !== 'env' || !into.env) return;
  requireNoSecret(path, line, into.env);
  into.env = fromFolder(folder, into.env);
}

function requireNoSecret(path: string, line: number, env: Record<string, VariableSource>): void {
  for (const [name, source] of Object.entries(env)) {
    if (typeof source === 'string' && secretsOf({[name]: source}).length > 0) {
      throw secretInFile(path, line, `env.${name}`, name);
    }
  }
}

function secretInFile(path: string, line: number, key: string, variable: string): OneshotError {
  return configInvalid(
    path,
    line,
    `${key} would keep a secret in a file`,
    `Say where it is: "env": {"${variable}": {"fromEnv": "NAME"}} or {"fromFile": "PATH"}; or set the variable yourself.`,
  );
}

/** Files are named relative to the file that names them. */
function fromFolder(folder: string, env: Record<string, VariableSource>): Record<string, VariableSource> {
  const absolute = (source: VariableSource) =>
    typeof source === 'object' && 'fromFile' in source
      ? {fromFile: resolve(folder, source.fromFile)}
      : source;
  return Object.fromEntries(Object.entries(env).map(([name, source]) => [name, absolute(source)]));
}

/** The note for a key that has no effect. @throws OneshotError CONFIG_INVALID for one that must not be passed over */
function noteOf(path: string, key: string, {key: name, line}: Entry): Note {
  if (Object.hasOwn(RETIRED_KEYS, key)) {
    const text = `${path}:${line}: ${name} has no effect: ${RETIRED_KEYS[key]}.`;
    return {type: 'note', level: 'warning', code: 'CONFIG_KEY_IGNORED', text};
  }
  if (Object.hasOwn(REFUSED_KEYS, key)) {
    throw configInvalid(path, line, `${name} is no key of oneshot`, REFUSED_KEYS[key]!);
  }
  if (SECRET_KEY.test(key)) throw secretInFile(path, line, name, 'ANTHROPIC_API_KEY');
  const likely = nearest(key, [...SETTING_KEYS, ...Object.keys(RETIRED_KEYS)]);
  throw configInvalid(path, line, `there is no key ${shown(name)}`, `Did you mean ${likely}?`);
}

function twice(path: string, before: Entry, again: Entry): OneshotError {
  const where = `${again.key} stands there already, in line ${before.line}, as ${before.key}`;
  return configInvalid(path, again.line, where, 'Keep one of the two.');
}
