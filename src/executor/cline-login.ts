/** Whether anybody is logged in to Cline, as far as its files tell. */
import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import type {Environment, Installation, LoginState} from './executor.ts';
import {isJson, type Json, object} from './fields.ts';

const LOGIN_COMMAND = 'cline auth';

/** Flags that bring what a login would have brought. */
const CREDENTIAL_FLAGS = ['-k', '--key', '-P', '--provider'];

/**
 * `loggedIn: false` only when no file holds any provider or secret; null otherwise, since a secret may have expired.
 * Files seen in November 2026 with 2.18.0 (`secrets.json`, `globalState.json`) and 3.0.65 (`settings/providers.json`, and
 * those of 2.x, which it takes over).
 */
export async function clineLoginState(
  {adapter}: Installation,
  env: Environment,
  agentArgs: readonly string[],
): Promise<LoginState> {
  const unknown = {loggedIn: null, loginCommand: LOGIN_COMMAND};
  const hasKey = Object.keys(env).some((name) => /_API_KEY$/.test(name) && env[name]);
  if (hasKey || agentArgs.some((argument) => CREDENTIAL_FLAGS.includes(argument))) return unknown;
  const data = dataFolder(env, agentArgs);
  const [secrets, state, settings] = await Promise.all([
    readJson(join(data, 'secrets.json')),
    readJson(join(data, 'globalState.json')),
    adapter === 'cline-3' ? readJson(join(data, 'settings', 'providers.json')) : ({} as Json),
  ]);
  if (secrets === 'unreadable' || state === 'unreadable' || settings === 'unreadable') return unknown;
  const hasSecret = Object.values(secrets).some((secret) => typeof secret === 'string' && secret !== '');
  const hasProvider = Object.keys(state).some((name) => /ModeApiProvider$/.test(name));
  const hasSettings = Object.keys(object(settings.providers)).length > 0;
  if (hasSecret || hasProvider || hasSettings) return unknown;
  return {loggedIn: false, loginCommand: LOGIN_COMMAND};
}

/** Where Cline keeps its data: moved by flags, then by variables. */
function dataFolder(env: Environment, agentArgs: readonly string[]): string {
  const dataDir = flagValue(agentArgs, '--data-dir') ?? env.CLINE_DATA_DIR;
  if (dataDir) return dataDir;
  const config = flagValue(agentArgs, '--config') ?? env.CLINE_DIR ?? join(env.HOME ?? homedir(), '.cline');
  return join(config, 'data');
}

function flagValue(agentArgs: readonly string[], flag: string): string | undefined {
  const joined = agentArgs.find((argument) => argument.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const index = agentArgs.indexOf(flag);
  return index < 0 ? undefined : agentArgs[index + 1];
}

/** A file that is not there holds nothing. */
async function readJson(path: string): Promise<Json | 'unreadable'> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isJson(content) ? content : 'unreadable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : 'unreadable';
  }
}
