import {execFileSync} from 'node:child_process';
import {plainEnvironment} from '../plain-environment.ts';

/** Wall time of one Node process from spawn to exit, ms. `home`: the state folder, where it is a oneshot that has one. */
export function nodeMs(args: readonly string[], home?: string): number {
  const env = {...plainEnvironment(), ...(home !== undefined && {ONESHOT_HOME: home})};
  const startedMs = performance.now();
  execFileSync(process.execPath, args, {stdio: ['ignore', 'ignore', 'inherit'], env});
  return performance.now() - startedMs;
}
