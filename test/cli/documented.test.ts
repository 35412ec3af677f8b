/** The commands that the documents show, as npm hands them on. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith('.md'),
);

it.each(documents)('in %s no option of ours is left to npm', (path) => {
  const shown = readFileSync(join(root, path), 'utf8').match(/npx .*/g) ?? [];
  // npx takes the word after --no for its value, and every option up to the next word for npm's.
  expect(shown.filter((command) => /^npx --no \S+ +-/.test(command))).toEqual([]);
});
