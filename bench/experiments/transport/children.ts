/** Programs that write JSON objects as different languages do by default. */
import type {Tools} from '../experiment.ts';
import {available, compiled, onPath, programPath} from '../toolchain.ts';

export interface ChildProgram {
  name: string;
  /** Program and what comes before the arguments of `lines`, and what comes after them. */
  argv: readonly string[];
  after: readonly string[];
}

/** Those that can be run here. */
export function childPrograms(tools: Pick<Tools, 'note'>): ChildProgram[] {
  const program = (name: string, argv: readonly string[], ...after: string[]) => ({name, argv, after});
  const all: ChildProgram[] = [program('Node, process.stdout', [process.execPath, programPath('lines.mjs')])];
  if (available('cc', tools)) all.unshift(program('C, stdio', [compiled('lines.c')]));
  if (available('python3', tools)) all.push(program('Python, print', ['python3', programPath('lines.py')]));
  if (!onPath('rustc')) {
    tools.note('rustc is not here: the Rust programs are left out.');
    return all;
  }
  const rust = compiled('lines.rs');
  return [
    ...all,
    program('Rust, print!', [rust], 'println'),
    program('Rust, BufWriter', [rust], 'bufwriter'),
  ];
}

/** The ways to take a program's output. `by line`: a pipe, and the program told to write by line as far as it can be told. */
export const WAYS = ['pty', 'pipe', 'pipe, by line'] as const;
export type Way = (typeof WAYS)[number];

/** The program's command line for a way of taking its output. */
export function argvFor({argv, after}: ChildProgram, way: Way, lineArguments: readonly string[]): string[] {
  const line = [...argv, ...lineArguments, ...after];
  return way === 'pipe, by line' ? ['stdbuf', '-oL', 'env', 'PYTHONUNBUFFERED=1', ...line] : line;
}

export function transportOf(way: Way): 'pty' | 'pipe' {
  return way === 'pty' ? 'pty' : 'pipe';
}
