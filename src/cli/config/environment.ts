/** Settings from `ONESHOT_*` variables. Others of that name are left alone: runs carry marks of their own. */
import {OneshotError} from '../../error.ts';
import type {Environment} from '../../executor/executor.ts';
import type {Layer} from './merge.ts';
import {SETTING_KEYS, SETTINGS, type SettingKey, type Settings, variableOf} from './settings.ts';

/** The settings that a variable can give. The environment itself has the variables for the agent. */
export const VARIABLE_KEYS: readonly SettingKey[] = SETTING_KEYS.filter((key) => key !== 'env');

/** Only variables of `keys` are looked at. @throws OneshotError CONFIG_INVALID */
export function environmentLayer(env: Environment, keys: readonly SettingKey[]): Layer {
  return {
    origin(key) {
      const name = variableOf(key);
      return key === 'transport' && !env[name] ? 'ONESHOT_DISABLE_STREAMING' : name;
    },
    settings: settingsOfEnvironment(env, keys),
  };
}

/** An empty variable counts as unset. */
function settingsOfEnvironment(env: Environment, keys: readonly SettingKey[]): Settings {
  const settings: Settings = {};
  if (/^(1|true)$/i.test(env.ONESHOT_DISABLE_STREAMING ?? '')) settings.transport = 'buffered';
  for (const key of VARIABLE_KEYS.filter((one) => keys.includes(one))) {
    const text = env[variableOf(key)];
    if (text) Object.assign(settings, {[key]: read(key, text)});
  }
  return settings;
}

function read(key: SettingKey, text: string): unknown {
  try {
    return SETTINGS[key].form.fromText(variableOf(key), text);
  } catch (error) {
    if (!(error instanceof OneshotError)) throw error;
    throw new OneshotError('CONFIG_INVALID', error.message, error.nextStep);
  }
}
