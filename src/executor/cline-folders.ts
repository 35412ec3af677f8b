/**
 * Where Cline keeps its files, as 2.18.0 and 3.0.65 look for them. Flags go before variables, and version 3 has more of
 * both: `--data-dir` and `CLINE_DATA_DIR` name the data folder itself, `--config` and `CLINE_DIR` the one around it.
 */
import {join, resolve} from 'node:path';
import type {Environment} from './executor.ts';
import {valueOfFlag} from './flags.ts';
import {homeOf} from './home.ts';

export type ClineAdapter = 'cline-2' | 'cline-3';

/** What decides where the files are. */
export interface ClinePlace {
  /** The agent's environment. */
  env: Environment;
  agentArgs?: readonly string[];
  /** Where the agent runs: relative folders begin there. @default oneshot's own working directory */
  cwd?: string;
}

/** Absolute. */
export function clineDataDir(adapter: ClineAdapter, {env, agentArgs = [], cwd = '.'}: ClinePlace): string {
  const own =
    adapter === 'cline-3' ? (valueOfFlag(agentArgs, '--data-dir') ?? (env.CLINE_DATA_DIR || null)) : null;
  if (own !== null) return resolve(cwd, own);
  const around = valueOfFlag(agentArgs, '--config') ?? (env.CLINE_DIR || join(homeOf(env), '.cline'));
  return resolve(cwd, around, 'data');
}

/** The folder of Cline 2's tasks. Absolute. */
export function clineTasksDir(place: ClinePlace): string {
  return join(clineDataDir('cline-2', place), 'tasks');
}

/** The folder of Cline 3's sessions. Absolute. */
export function clineSessionsDir(place: ClinePlace): string {
  const {env, agentArgs = [], cwd = '.'} = place;
  const own = valueOfFlag(agentArgs, '--data-dir') === null && env.CLINE_SESSION_DATA_DIR;
  return own ? resolve(cwd, own) : join(clineDataDir('cline-3', place), 'sessions');
}
