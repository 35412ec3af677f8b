import {join} from 'node:path';
import type {Role} from '../event.ts';

/**
 * Longest prompt passed as an argument, bytes (100 KiB). Linux takes at most 131,072 bytes for one argument, its
 * terminating zero included (MAX_ARG_STRLEN in binfmts.h); all arguments and the environment share a limit too.
 */
export const MAX_ARGV_PROMPT_BYTES = 100 * 1024;

/** What stands in argv instead of a prompt that was written to the file `path`. */
export function promptFileArgument(path: string): string {
  return `Read the file ${path} completely: it holds your task. Then do that task.`;
}

/** Path of the file that holds the prompt of a run, in the folder of its iteration. */
export function promptPath(folder: string, role: Role): string {
  return join(folder, `${role}.prompt.txt`);
}
