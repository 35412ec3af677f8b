/** What was given to `config` and `trust`. */
import {resolve} from 'node:path';
import {OneshotError} from '../error.ts';
import {homeOf} from '../executor/home.ts';
import {HOME_FILE} from './config/find.ts';
import {shownConfig} from './config/show.ts';
import {type ConfigPlace, configAndLayers, type GivenFlags} from './configured.ts';
import type {ConfigCommandFlags, TrustFlags} from './flags.ts';
import type {ConfigOptions, TrustOptions} from './invocation.ts';
import {shown} from './option-values.ts';
import {nearest} from './suggest.ts';

const CONFIG_ACTIONS = ['show', 'init'];

/** @throws OneshotError USAGE, CONFIG_INVALID, UNREADABLE_FILE */
export function configOptionsOf(
  action: string,
  file: string | undefined,
  flags: ConfigCommandFlags,
  place: ConfigPlace,
): ConfigOptions {
  if (action === 'init') return {action, path: initPath(file, flags, place)};
  if (action !== 'show') {
    const likely = nearest(action, CONFIG_ACTIONS);
    throw usage(`there is no config ${shown(action)}`, `Did you mean oneshot config ${likely}?`);
  }
  if (file !== undefined)
    throw usage('config show takes no file', 'Name it: oneshot config show --config FILE');
  return showOptionsOf({...flags, streaming: true}, place);
}

function initPath(file: string | undefined, {home}: ConfigCommandFlags, {cwd, env}: ConfigPlace): string {
  if (file !== undefined && home) throw usage('there is a file and --home', 'Give one of the two.');
  return resolve(home ? homeOf(env) : cwd, file ?? HOME_FILE);
}

/** With the flags that were given beside `--show-config`. @throws OneshotError USAGE, CONFIG_INVALID, UNREADABLE_FILE */
export function showOptionsOf(flags: GivenFlags, place: ConfigPlace): ConfigOptions {
  const {config, layers} = configAndLayers(flags, place);
  return {action: 'show', json: flags.json === true, shown: shownConfig(config, layers)};
}

/** @throws OneshotError USAGE */
export function trustOptionsOf(
  file: string | undefined,
  {list, remove, json}: TrustFlags,
  cwd: string,
): TrustOptions {
  if (list && (remove || file !== undefined)) throw usage('--list stands alone', 'Leave out the rest.');
  const path = file === undefined ? null : resolve(cwd, file);
  return {action: list ? 'list' : remove ? 'remove' : 'add', path, cwd, json: json === true};
}

function usage(message: string, nextStep: string): OneshotError {
  return new OneshotError('USAGE', message, nextStep);
}
