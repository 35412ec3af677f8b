/** Programs in other languages, and what it takes to run them. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync} from 'node:fs';
import {homedir} from 'node:os';
import {extname, join} from 'node:path';
import which from 'which';
import type {Tools} from './experiment.ts';

/** Debian's packages for what may be missing. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  cc: ['gcc', 'libc6-dev'],
  python3: ['python3'],
  rustc: ['rustc'],
  script: ['bsdutils'],
  stdbuf: ['coreutils'],
};

export function onPath(program: string): boolean {
  return which.sync(program, {nothrow: true}) !== null;
}

let listsAreFresh = false;

/** Whether a program is there, after installing it by apt-get where it is not and we may. What could not be had is noted. */
export function available(program: string, {note}: Pick<Tools, 'note'>): boolean {
  if (onPath(program)) return true;
  if (
    process.getuid?.() === 0 &&
    onPath('apt-get') &&
    aptInstall(PACKAGES[program] ?? [program]) &&
    onPath(program)
  ) {
    note(`${program} was installed by apt-get.`);
    return true;
  }
  note(`${program} is not here and could not be installed: what needs it is left out.`);
  return false;
}

function aptInstall(packages: readonly string[]): boolean {
  const env = {...process.env, DEBIAN_FRONTEND: 'noninteractive'};
  const apt = (...args: string[]) => void execFileSync('apt-get', args, {env, stdio: 'ignore'});
  try {
    if (!listsAreFresh) apt('update');
    listsAreFresh = true;
    apt('install', '--yes', '--no-install-recommends', ...packages);
    return true;
  } catch {
    return false;
  }
}

/** Path of a program next to this file, in `programs`. */
export function programPath(name: string): string {
  return join(import.meta.dirname, 'programs', name);
}

/** Path of the compiled form of a C or Rust program, compiled anew when its source has changed. @throws when that fails */
export function compiled(name: string): string {
  const source = programPath(name);
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const folder = cacheFolder('programs');
  const path = join(folder, `${name.replace('.', '-')}-${hash}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, {recursive: true});
  // Beside its place and renamed, so that a program that exists is whole.
  const unfinished = `${path}.${process.pid}`;
  if (extname(name) === '.rs') execFileSync('rustc', ['-O', '-o', unfinished, source]);
  else execFileSync('cc', ['-O2', '-o', unfinished, source, '-lutil']);
  renameSync(unfinished, path);
  return path;
}

/** A folder below `$XDG_CACHE_HOME/oneshot/experiments`, else `~/.cache/oneshot/experiments`. */
export function cacheFolder(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'oneshot', 'experiments', name);
}
