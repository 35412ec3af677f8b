/**
 * Whether somebody is logged in to Cline, as far as its own files tell without doubt.
 *
 * Seen with 2.18.0 and 3.0.65. Version 2 keeps `welcomeViewCompleted` in `globalState.json` and refuses to work when it is
 * false; while it is unset it looks for any key. Version 3 keeps its providers in `settings/providers.json`, takes over
 * version 2's files, and writes an entry with a model and no key when it is started without a login.
 */
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {systemCode} from '../error.ts';
import {isJson, type Json, object} from '../fields.ts';
import {type ClineAdapter, type ClinePlace, clineDataDir} from './cline-folders.ts';
import type {Environment, LoginState} from './executor.ts';
import {valueOfFlag} from './flags.ts';

export async function clineLoginState(
  adapter: ClineAdapter,
  env: Environment,
  agentArgs: readonly string[],
): Promise<LoginState> {
  const place = {env, agentArgs};
  const known = adapter === 'cline-2' ? loggedIn2(clineDataDir('cline-2', place)) : loggedIn3(place);
  return {loggedIn: await known, loginCommand: 'cline auth'};
}

/** Keys of `globalState.json` that make version 2 work without a secret. */
const KEYLESS = ['awsRegion', 'vertexProjectId', 'ollamaBaseUrl', 'lmStudioBaseUrl'];

async function loggedIn2(dataDir: string): Promise<boolean | null> {
  const state = await readObject(join(dataDir, 'globalState.json'));
  const secrets = await readObject(join(dataDir, 'secrets.json'));
  if (state === 'unreadable' || secrets === 'unreadable') return null;
  if (typeof state.welcomeViewCompleted === 'boolean') return state.welcomeViewCompleted;
  const mayWork = Object.values(secrets).some(Boolean) || KEYLESS.some((key) => state[key]);
  return mayWork ? null : false;
}

/** Flags that bring what a login would have brought. */
const CREDENTIAL_FLAGS = ['-k', '--key', '-P', '--provider'];

async function loggedIn3(place: Required<Omit<ClinePlace, 'cwd'>>): Promise<boolean | null> {
  const {env, agentArgs} = place;
  const choosesItself = CREDENTIAL_FLAGS.some((flag) => valueOfFlag(agentArgs, flag) !== null);
  if (choosesItself || env.CLINE_API_KEY || env.CLINE_SANDBOX) return null;
  const dataDir = clineDataDir('cline-3', place);
  const settingsPath = env.CLINE_PROVIDER_SETTINGS_PATH || join(dataDir, 'settings', 'providers.json');
  const content = await readObject(settingsPath);
  if (content === 'unreadable') return null;
  const providers = Object.values(object(content.providers)).map((entry) => object(object(entry).settings));
  if (providers.some(hasCredentials)) return true;
  if (!providers.every(isBareAccount)) return null;
  return (await loggedIn2(dataDir)) === false ? false : null;
}

function hasCredentials({apiKey, auth}: Json): boolean {
  return Boolean(apiKey) || isJson(auth);
}

/** The provider "cline" needs an account. Another one may do without a key, or find it in the environment. */
function isBareAccount(settings: Json): boolean {
  const fields = Object.keys(settings);
  return settings.provider === 'cline' && fields.every((field) => field === 'provider' || field === 'model');
}

/** A file that is not there holds nothing. */
async function readObject(path: string): Promise<Json | 'unreadable'> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isJson(content) ? content : 'unreadable';
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? {} : 'unreadable';
  }
}
