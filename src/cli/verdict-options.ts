/** `oneshot verdict`: its arguments, and what was asked for. */
import {resolve} from 'node:path';
import type {Command} from 'commander';

export interface VerdictOptions {
  /** Absolute path of the answer; null is our stdin. */
  path: string | null;
}

export function addVerdictCommand(program: Command, found: (file: string | undefined) => void): void {
  program
    .command('verdict')
    .description("read an auditor's answer as the loop does and print it as JSON; exits 3 when it is unclear")
    .argument('[file]', 'the answer; default or -: stdin')
    .action((file: string | undefined) => found(file));
}

export function verdictOptionsOf(file: string | undefined, cwd: string): VerdictOptions {
  return {path: file === undefined || file === '-' ? null : resolve(cwd, file)};
}
