/** Finds the values of variables that are named and not written down. */
import {readFileSync} from 'node:fs';
import {messageOf, OneshotError} from '../../error.ts';
import type {Environment} from '../../executor/executor.ts';
import type {VariableSource} from './form.ts';

export interface FoundVariables {
  variables: Record<string, string>;
  /** Names of those that came from elsewhere: they are secrets. */
  secrets: string[];
}

/** @throws OneshotError CONFIG_INVALID */
export function findVariables(sources: Record<string, VariableSource>, env: Environment): FoundVariables {
  const entries = Object.entries(sources);
  return {
    variables: Object.fromEntries(
      entries.map(([name, source]) => [name, findValue(`env.${name}`, source, env)]),
    ),
    secrets: entries.filter(([, source]) => typeof source !== 'string').map(([name]) => name),
  };
}

/** `key` stands in messages. @throws OneshotError CONFIG_INVALID */
export function findValue(key: string, source: VariableSource, env: Environment): string {
  if (typeof source === 'string') return source;
  if ('fromFile' in source) return contentOf(key, source.fromFile);
  const value = env[source.fromEnv];
  if (value) return value;
  throw new OneshotError(
    'CONFIG_INVALID',
    `${key} comes from the variable ${source.fromEnv}, which is not set`,
    `Set ${source.fromEnv}, or take ${key} out of the configuration.`,
  );
}

/** Without the line end that editors leave. */
function contentOf(key: string, path: string): string {
  try {
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (value === '' || value.includes('\0')) throw new Error('it holds no value');
    return value;
  } catch (cause) {
    const message = `${key} comes from ${path}, which cannot be read: ${messageOf(cause)}`;
    throw new OneshotError('CONFIG_INVALID', message, 'Make it a file with the value alone.', {cause});
  }
}
