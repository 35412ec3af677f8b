/** What `oneshot batch` takes beside the options of a task. */
import {availableParallelism} from 'node:os';
import {type Command, Option} from 'commander';
import {positiveInteger} from './option-values.ts';

export interface BatchFlags {
  concurrency?: number;
  fresh?: true;
  retryFailed?: true;
  takeover?: true;
}

const MOST_BY_DEFAULT = 4;

export function addBatchOptions(command: Command): void {
  const concurrency = new Option(
    '--concurrency <n>',
    'tasks at once at most; default: a core each, 4 at most',
  );
  command
    .addOption(concurrency.argParser((given) => positiveInteger('--concurrency', given)))
    .option('--fresh', 'begin all tasks anew, whatever former runs of the file did')
    .option('--retry-failed', 'go on with tasks that failed in a former run')
    .option('--takeover', 'end what still runs of an interrupted session, instead of refusing')
    .option('--json', 'stdout is one JSON line for each task, as it ends');
}

export function batchOptionsOf({concurrency, fresh, retryFailed, takeover}: BatchFlags) {
  return {
    concurrency: concurrency ?? Math.min(MOST_BY_DEFAULT, availableParallelism()),
    fresh: fresh === true,
    retryFailed: retryFailed === true,
    takeover: takeover === true,
  };
}
