/** Keeps the floors of docs/architecture.md: a file imports only from lower floors and its own folder, without cycles. */
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative, resolve, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {preProcessFile} from 'typescript';
import {describe, expect, it} from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));

const files = readdirSync(root, {recursive: true, encoding: 'utf8'})
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'));

const FLOORS: readonly (readonly [RegExp, number])[] = [
  [/^(event|event-schema|error|clock|text|bytes|fields|retry|version)\.ts$/, 0],
  [/^(transport|frame|activity|session|direct|metrics)\//, 1],
  [/^(executor|worktree|changes|notify)\//, 2],
  [/^run\//, 3],
  [/^run\.ts$/, 4],
  [/^loop\//, 5],
  [/^(view|queue|telemetry)\//, 6],
  [/^(cli\/|library\/|core\.ts$)/, 7],
  [/^index\.ts$/, 8],
];

function floorOf(file: string): number {
  const floor = FLOORS.find(([pattern]) => pattern.test(file));
  if (!floor) throw new Error(`${file} stands on no floor: give it one in docs/architecture.md and here`);
  return floor[1];
}

/** The files of src that a file imports, static or dynamic. */
function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) =>
      relative(root, resolve(root, dirname(file), specifier))
        .split(sep)
        .join('/'),
    );
}

function specifiersOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return preProcessFile(source, true, true).importedFiles.map(({fileName}) => fileName);
}

const folderOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');

describe('the floors', () => {
  it.each(files)('%s imports only from lower floors and its own folder', (file) => {
    const inTree = importsOf(file).filter((target) => !target.startsWith('..'));
    const wrong = inTree.filter((target) => {
      const sameFolder = folderOf(target) === folderOf(file) && folderOf(file) !== '';
      const bothGround = floorOf(target) === 0 && floorOf(file) === 0;
      return !sameFolder && !bothGround && floorOf(target) >= floorOf(file);
    });
    expect(wrong).toEqual([]);
  });

  it('have no import cycle', () => {
    const state = new Map<string, 'open' | 'done'>();
    const visit = (file: string, path: string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') throw new Error(`import cycle: ${[...path, file].join(' → ')}`);
      state.set(file, 'open');
      for (const target of importsOf(file)) if (files.includes(target)) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(state.size).toBe(files.length);
  });
});

describe('things with one address', () => {
  const usersOf = (pattern: RegExp) =>
    files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));

  it('only the transport spawns or kills', () => {
    const users = usersOf(/from '(node:)?child_process'|process\.kill\(/);
    expect(users.filter((file) => !file.startsWith('transport/') && file !== 'cli/signals.ts')).toEqual([]);
  });

  it('only the command line touches argv, the environment and the standard streams', () => {
    const users = usersOf(/process\.(argv|env|stdin|stdout|stderr|exit|exitCode)\b/);
    // The library takes the environment for a default, and nothing else.
    expect(users.filter((file) => !file.startsWith('cli/'))).toEqual(['library/surroundings.ts']);
    expect(readFileSync(join(root, 'library/surroundings.ts'), 'utf8').match(/process\.\w+/g)).toEqual([
      'process.env',
    ]);
  });

  it('zod is loaded by the schemas alone', () => {
    const schemas = ['cli/output-schema.ts', 'event-schema.ts'];
    expect(files.filter((file) => specifiersOf(file).includes('zod')).toSorted()).toEqual(schemas);
    const others = files.filter((file) => !schemas.includes(file));
    expect(others.filter((file) => importsOf(file).some((target) => schemas.includes(target)))).toEqual([]);
  });
});
