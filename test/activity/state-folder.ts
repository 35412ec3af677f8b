/** A folder as an agent keeps its state in, and a clock whose hours pass at once. */
import {mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';

export interface StateFolder {
  /** Empty at first. */
  path: string;
  /** A path in it. */
  at(name: string): string;
  /** Writes a file, with the folders around it. */
  write(name: string, text: string): void;
  /** As agents write: under a passing name, then renamed. */
  replace(name: string, text: string): void;
  remove(name: string): void;
}

export function stateFolder(): StateFolder {
  const path = mkdtempSync(join(tmpdir(), 'oneshot-state-'));
  onTestFinished(() => rmSync(path, {recursive: true, force: true}));
  const at = (name: string) => join(path, name);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(at(name)), {recursive: true});
    writeFileSync(at(name), text);
  };
  return {
    path,
    at,
    write,
    replace(name, text) {
      const passing = `${name}.tmp.17.abc.json`;
      write(passing, text);
      renameSync(at(passing), at(name));
    },
    remove: (name) => rmSync(at(name), {recursive: true}),
  };
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
