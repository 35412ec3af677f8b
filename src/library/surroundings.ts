/** What the library takes from the process that it runs in, where its caller gives nothing else. */
import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Environment} from '../executor/executor.ts';
import {stateDir} from '../session/state-dir.ts';

export interface PlaceOptions {
  /** Environment of the agents, whole. @default the environment of this process */
  env?: Environment;
  /** Folder that holds all sessions. @default `ONESHOT_HOME` of `env`, else the one that the command line uses */
  stateDir?: string;
}

/** The environment of this process, as it is now. */
export function ownEnvironment(): Environment {
  return {...process.env};
}

/** The state folder, absolute. */
export function stateFolder({env = ownEnvironment(), stateDir: given}: PlaceOptions): string {
  return given === undefined ? stateDir(env) : resolve(given);
}

/** The built programs, seen from here: Node 20 runs no TypeScript. */
const PROGRAMS = import.meta.url.endsWith('.ts') ? '../../dist/cli' : './cli';

/** Path of one of this package's programs. */
export function companion(name: 'guard' | 'demo-agent'): string {
  return fileURLToPath(new URL(`${PROGRAMS}/${name}.js`, import.meta.url));
}
