/** Finds the URL that is told of endings, wherever it stands. Agents inherit our variables, so one that holds it is a secret. */
import {OneshotError} from '../../error.ts';
import type {Environment} from '../../executor/executor.ts';
import {notifyUrl} from '../option-values.ts';
import type {VariableSource} from './form.ts';
import {variableOf} from './settings.ts';
import {findValue} from './variables.ts';

export interface FoundUrl {
  /** undefined: there is none. */
  url: string | undefined;
  /** Names of variables that hold it, or another one. */
  secrets: string[];
}

/** @throws OneshotError CONFIG_INVALID, INVALID_OPTION */
export function findNotifyUrl(source: VariableSource | undefined, env: Environment): FoundUrl {
  const variable = variableOf('notifyUrl');
  const secrets = env[variable] ? [variable] : [];
  if (source === undefined || typeof source === 'string') return {url: source, secrets};
  if ('fromEnv' in source) secrets.push(source.fromEnv);
  return {url: read(findValue('notifyUrl', source, env)), secrets};
}

function read(value: string): string {
  try {
    return notifyUrl('notifyUrl', value);
  } catch (error) {
    const {message, nextStep} = error as OneshotError;
    throw new OneshotError('CONFIG_INVALID', message, nextStep);
  }
}
