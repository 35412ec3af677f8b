/** Flags over variables over files: what holds for one command. */
import {isAbsolute} from 'node:path';
import type {Environment} from '../../executor/executor.ts';
import {environmentLayer} from './environment.ts';
import type {Config} from './load.ts';
import type {Layer, Merged} from './merge.ts';
import {SETTINGS, type SettingKey, type Settings} from './settings.ts';

/** Where nothing is read from files. */
export const NO_CONFIG: Config = {layers: [], files: [], notes: [], refused: null};

/**
 * Of all places, the lowest first, for a command that takes only `keys`.
 * @throws OneshotError CONFIG_INVALID for a variable that cannot be read
 */
export function layersOf(
  config: Config,
  env: Environment,
  {flags, keys}: {flags: Settings; keys: readonly SettingKey[]},
): Layer[] {
  const isOurs = ([key]: [string, unknown]) => keys.includes(key as SettingKey);
  const files = config.layers.map(({origin, settings}) => ({
    origin,
    settings: Object.fromEntries(Object.entries(settings).filter(isOurs)) as Settings,
  }));
  return [...files, environmentLayer(env, keys), {origin: (key) => SETTINGS[key].flag, settings: flags}];
}

/** A setting that was given, as its user gave it: a flag, a variable, or a key of a file. */
export function nameIn({origins}: Merged, key: SettingKey): string {
  const origin = origins.get(key)!.at(-1)!;
  return isAbsolute(origin) ? `${key} of ${origin}` : origin;
}
