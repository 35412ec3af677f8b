import {OneshotError} from '../error.ts';
import {claude} from './claude.ts';
import {cline} from './cline.ts';
import {command} from './command.ts';
import {direct} from './direct.ts';
import {type Executor, type ExecutorName, executorNames} from './executor.ts';

const executors: Readonly<Record<ExecutorName, Executor>> = {claude, cline, command, direct};

/** @throws OneshotError UNKNOWN_EXECUTOR */
export function executorByName(name: string): Executor {
  const found = executorNames.find((one) => one === name);
  if (found) return executors[found];
  throw new OneshotError(
    'UNKNOWN_EXECUTOR',
    `There is no executor "${name}".`,
    `Choose one of: ${executorNames.join(', ')}.`,
  );
}
