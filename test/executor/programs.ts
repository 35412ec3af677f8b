/** Programs for PATH, in a folder of their own. */
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';

export interface Programs {
  /** The folder; `bin` in it is what goes on PATH. */
  dir: string;
  bin: string;
  /** Writes a file, executable if it is a program. */
  write(path: string, content: string): string;
  /** A package with a program, linked into `bin` as npm does. */
  install(name: string, version: string, program: string, script?: string): void;
  remove(): void;
}

export function programs(): Programs {
  const dir = mkdtempSync(join(tmpdir(), 'oneshot-programs-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const write = (path: string, content: string) => {
    const file = join(dir, path);
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, content, {mode: 0o755});
    return file;
  };
  return {
    dir,
    bin,
    write,
    install(name, version, program, script = '#!/bin/sh\nexit 3\n') {
      write(`lib/node_modules/${name}/package.json`, JSON.stringify({name, version}));
      symlinkSync(write(`lib/node_modules/${name}/bin/${program}`, script), join(bin, program));
    },
    remove: () => rmSync(dir, {recursive: true, force: true}),
  };
}
