/** Files → layers of settings, and what in them does not count. */
import {OneshotError} from '../../error.ts';
import type {Note} from '../../event.ts';
import type {Environment} from '../../executor/executor.ts';
import {homeOf} from '../../executor/home.ts';
import {stateDir} from '../../session/state-dir.ts';
import type {ConfigDocument} from './document.ts';
import {findHomeFile, findProjectFile, readNamedFile} from './find.ts';
import type {Layer} from './merge.ts';
import {SETTING_KEYS, SETTINGS, type SettingKey, type Settings} from './settings.ts';
import {TrustStore} from './trust.ts';
import {settingsOf} from './values.ts';

export interface ConfigRequest {
  /** Where the agent works, absolute. */
  cwd: string;
  /** A file in place of the home and the project file, absolute; null: those two. */
  file: string | null;
}

/** What the files say. */
export interface Config {
  /** The lowest first. */
  layers: Layer[];
  /** The files that were read. */
  files: ConfigFile[];
  notes: Note[];
  /** Keys of a project file that need trust and have none: the file and those keys. */
  refused: Refused | null;
}

export interface ConfigFile {
  kind: 'home' | 'project' | 'named';
  path: string;
}

export interface Refused {
  path: string;
  keys: SettingKey[];
}

/** `env` says where the home and the state folder are. @throws OneshotError CONFIG_INVALID, UNREADABLE_FILE */
export function readConfig(env: Environment, {cwd, file}: ConfigRequest): Config {
  const config: Config = {layers: [], files: [], notes: [], refused: null};
  if (file !== null) {
    addFile(config, 'named', readNamedFile(file));
  } else {
    const home = homeOf(env);
    addFile(config, 'home', findHomeFile(home));
    const project = findProjectFile(cwd, home);
    addFile(config, 'project', project);
    if (project) refuse(config, project, new TrustStore(stateDir(env)));
  }
  return config;
}

function addFile(config: Config, kind: ConfigFile['kind'], document: ConfigDocument | null): void {
  if (!document) return;
  const {path} = document;
  const {settings, notes} = settingsOf(document);
  config.layers.push({origin: () => path, settings});
  config.files.push({kind, path});
  config.notes.push(...notes);
}

/** Takes what needs trust and has none out of the project's layer, which is the last one. */
function refuse(config: Config, project: ConfigDocument, trust: TrustStore): void {
  const {settings} = config.layers.at(-1)!;
  const keys = guardedKeys(settings);
  if (keys.length === 0 || trust.has(project)) return;
  for (const key of keys) delete settings[key];
  config.refused = {path: project.path, keys};
}

/** The keys whose values execute something, or loosen what the user would otherwise have. */
export function guardedKeys(settings: Settings): SettingKey[] {
  return SETTING_KEYS.filter((key) => isGuarded(key, settings[key]));
}

function isGuarded<K extends SettingKey>(key: K, value: Settings[K]): boolean {
  const {guarded} = SETTINGS[key] as {guarded?: {test(value: unknown): boolean}};
  return value !== undefined && guarded?.test(value) === true;
}

/** @throws OneshotError CONFIG_UNTRUSTED when one of `keys` is refused */
export function requireTrust({refused}: Config, keys: readonly SettingKey[]): void {
  const wanted = refused?.keys.filter((key) => keys.includes(key)) ?? [];
  if (!refused || wanted.length === 0) return;
  throw new OneshotError(
    'CONFIG_UNTRUSTED',
    `${refused.path} sets ${wanted.join(', ')}, and is not trusted as it is now`,
    `Leave files out with --no-config; or read it and, if you want what it says: oneshot trust ${shellWord(refused.path)}`,
  );
}

/** A path for a command line that a person may copy. */
function shellWord(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
