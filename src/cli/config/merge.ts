/** Layers of settings into one, each value with where it came from. */
import {SETTING_KEYS, type SettingKey, type Settings} from './settings.ts';

export interface Layer {
  /** Where a key of this layer was given, for a person: a path, a variable, a flag. */
  origin(key: SettingKey): string;
  settings: Settings;
}

export interface Merged {
  settings: Settings;
  /** Of the keys that were given; the highest layer last where several have a part in the value. */
  origins: ReadonlyMap<SettingKey, string[]>;
}

/** The lowest layer first. */
export function merge(layers: readonly Layer[]): Merged {
  const settings: Settings = {};
  const origins = new Map<SettingKey, string[]>();
  for (const layer of layers) {
    for (const key of SETTING_KEYS) {
      if (layer.settings[key] === undefined) continue;
      const adds = key in settings && ADDING.includes(key);
      origins.set(key, [...(adds ? origins.get(key)! : []), layer.origin(key)]);
      Object.assign(settings, {[key]: adds ? added(key, settings, layer.settings) : layer.settings[key]});
    }
  }
  return {settings, origins};
}

/** Keys to which a higher layer adds. A project must not take a secret out of those that its user named. */
const ADDING: readonly SettingKey[] = ['env', 'redactEnv'];

function added(key: SettingKey, low: Settings, high: Settings): unknown {
  if (key === 'env') return {...low.env, ...high.env};
  return [...new Set([...low.redactEnv!, ...high.redactEnv!])];
}
