import {execFileSync} from 'node:child_process';

/** Wall time of one Node process from spawn to exit, ms. `home` is the state folder of a oneshot that it may be. */
export function nodeMs(args: readonly string[], home: string): number {
  const env = {...process.env, ONESHOT_HOME: home};
  const startedMs = performance.now();
  execFileSync(process.execPath, args, {stdio: ['ignore', 'ignore', 'inherit'], env});
  return performance.now() - startedMs;
}
