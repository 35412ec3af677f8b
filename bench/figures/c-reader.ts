/** Programs in C: what a reader without a runtime can do on the same machine. */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import which from 'which';
import {PROJECT} from '../build.ts';

const SOURCES = join(PROJECT, 'bench', 'experiments', 'programs');

export const NO_COMPILER = 'there is no C compiler here: install cc (Debian: gcc libc6-dev)';

/** Compiles a program into `folder`; its path, or null where there is no compiler. @throws when it cannot be compiled */
export function compiledInto(folder: string, name: 'read' | 'lines'): string | null {
  const compiler = which.sync('cc', {nothrow: true});
  if (compiler === null) return null;
  const path = join(folder, name);
  execFileSync(compiler, ['-O2', '-o', path, join(SOURCES, `${name}.c`), '-lutil']);
  return path;
}

/** What `read.c` prints. */
export interface Reading {
  ms: number;
  bytes: number;
  latenciesMs: number[];
}

export function parseReading(stdout: string): Reading {
  return JSON.parse(stdout) as Reading;
}
