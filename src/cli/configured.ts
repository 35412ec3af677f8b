/** The flags of a command, with what files and variables say where no flag does. */
import {resolve} from 'node:path';
import {OneshotError} from '../error.ts';
import type {Note} from '../event.ts';
import type {Environment} from '../executor/executor.ts';
import type {TransportChoice} from '../transport/transport.ts';
import type {Verbosity} from '../view/transcript.ts';
import {type Config, type ConfigRequest, requireTrust} from './config/load.ts';
import {type Layer, merge} from './config/merge.ts';
import {findNotifyUrl} from './config/notify-url.ts';
import {SETTING_KEYS, type SettingKey, type Settings} from './config/settings.ts';
import {layersOf, NO_CONFIG, nameIn} from './config/settle.ts';
import {findVariables} from './config/variables.ts';
import type {ConfigFlags, OutputFlags, TransportFlags} from './flags.ts';

/** Reads the files; see `readConfig()`. */
export type ConfigReader = (env: Environment, request: ConfigRequest) => Config;

/** Reads the files of each place once. */
export function readOnce(readConfig: ConfigReader = () => NO_CONFIG): ConfigReader {
  const known = new Map<string, Config>();
  return (env, request) => {
    const key = JSON.stringify(request);
    const config = known.get(key) ?? readConfig(env, request);
    known.set(key, config);
    return config;
  };
}

export interface ConfigPlace {
  env: Environment;
  /** Absolute. */
  cwd: string;
  /** @default no files are read */
  readConfig?: ConfigReader;
}

/** Flags of any command, by their names in commander. */
export type GivenFlags = Omit<Settings, 'env' | 'agentArgs' | 'transport' | 'verbosity' | 'notifyUrl'> &
  ConfigFlags &
  OutputFlags &
  TransportFlags & {env?: Record<string, string>; agentArg?: string[]; cwd?: string; notifyUrl?: string};

export interface Configured<F> {
  flags: F;
  /** Where a setting was given, for messages. */
  nameOf(key: SettingKey): string;
  notes: Note[];
}

/**
 * The flags as if all settings had been given as flags. A command takes only `keys` from elsewhere. `above`: what wins over
 * the flags.
 * @throws OneshotError CONFIG_INVALID, CONFIG_UNTRUSTED, UNREADABLE_FILE, USAGE
 */
export function withConfig<F extends GivenFlags>(
  given: F,
  place: ConfigPlace,
  keys: readonly SettingKey[],
  above: readonly Layer[] = [],
): Configured<F> {
  const config = configOf(given, place);
  requireTrust(config, keys);
  const merged = merge([...layersOf(config, place.env, {flags: flagSettings(given), keys}), ...above]);
  const {agentArgs, env = {}, notifyUrl, ...settings} = merged.settings;
  const {variables, secrets} = findVariables(env, place.env);
  const told = findNotifyUrl(notifyUrl, place.env);
  const redactEnv = [...(settings.redactEnv ?? []), ...secrets, ...told.secrets];
  const flags = {
    ...given,
    ...settings,
    // What `--no-streaming` says is in the transport now.
    streaming: true,
    env: variables,
    ...(agentArgs && {agentArg: agentArgs}),
    ...(told.url !== undefined && {notifyUrl: told.url}),
    ...(redactEnv.length > 0 && {redactEnv}),
  };
  return {flags, nameOf: (key) => nameIn(merged, key), notes: config.notes};
}

/** Files and layers of all places, for `config show`. @throws OneshotError CONFIG_INVALID, UNREADABLE_FILE, USAGE */
export function configAndLayers(given: GivenFlags, place: ConfigPlace): {config: Config; layers: Layer[]} {
  const config = configOf(given, place);
  const layers = layersOf(config, place.env, {flags: flagSettings(given), keys: SETTING_KEYS});
  return {config, layers};
}

function configOf({config, cwd, logsDir}: GivenFlags, {env, cwd: base, readConfig}: ConfigPlace): Config {
  if (config === false || !readConfig) return NO_CONFIG;
  const file = config === undefined ? null : resolve(base, config);
  const stateEnv = logsDir === undefined ? env : {...env, ONESHOT_HOME: resolve(base, logsDir)};
  return readConfig(stateEnv, {cwd: resolve(base, cwd ?? '.'), file});
}

function flagSettings(given: GivenFlags): Settings {
  const {agentArg: agentArgs, ...flags} = given;
  const settings = {...flags, agentArgs, transport: givenTransport(given), verbosity: givenVerbosity(given)};
  const pairs = SETTING_KEYS.map((key) => [key, settings[key]] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/** Two flags that contradict each other are an error. @throws OneshotError USAGE */
function givenTransport({transport, streaming}: TransportFlags): TransportChoice | undefined {
  if (!streaming && transport !== undefined && transport !== 'buffered') {
    const message = `--no-streaming contradicts --transport ${transport}`;
    throw new OneshotError('USAGE', message, 'Give one of the two.');
  }
  return streaming ? transport : 'buffered';
}

/** The highest of the flags. */
export function givenVerbosity({quiet, verbose, debug, verbosity}: OutputFlags): Verbosity | undefined {
  return verbosity ?? (debug ? 'debug' : verbose ? 'verbose' : quiet ? 'quiet' : undefined);
}
