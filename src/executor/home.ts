import {homedir} from 'node:os';
import type {Environment} from './executor.ts';

/** The home folder as an agent with this environment sees it. */
export function homeOf(env: Environment): string {
  return env.HOME || env.USERPROFILE || homedir();
}
