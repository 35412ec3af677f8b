import {OneshotError} from '../error.ts';
import {claude} from './claude.ts';
import {cline} from './cline.ts';
import {command} from './command.ts';
import {direct} from './direct.ts';
import type {Executor, ExecutorName} from './executor.ts';

const executors: readonly Executor[] = [claude, cline, command, direct];

export const executorNames: readonly ExecutorName[] = executors.map(({name}) => name);

/** @throws OneshotError UNKNOWN_EXECUTOR */
export function executorByName(name: string): Executor {
  const found = executors.find((executor) => executor.name === name);
  if (found) return found;
  throw new OneshotError(
    'UNKNOWN_EXECUTOR',
    `There is no executor "${name}".`,
    `Choose one of: ${executorNames.join(', ')}.`,
  );
}
