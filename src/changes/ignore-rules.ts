/** Rules of what git ignores that lie in no tree: whoever adds to them hides files from it. */
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import type {Entry} from './entry.ts';
import type {Repository} from './repository.ts';

/** How a tree calls `.git/info/exclude`: git takes no path in `.git`. */
const NAME = '.git-info-exclude';

const MAX_BYTES = 64 * 1024;

/** The rules as a file of the tree, so that a change of them is one of the worktree. */
export async function ignoreRules({objectDir}: Repository): Promise<Entry[]> {
  const path = join(dirname(objectDir), 'info', 'exclude');
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (!isFile) return [];
  const rules = await text(createReadStream(path, {end: MAX_BYTES - 1}));
  return [{kind: 'stand-in', path: NAME, text: rules}];
}
