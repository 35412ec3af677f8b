/** What differs between two trees, by git in our own store: no setting and no attribute of the repository counts there. */
import type {ChangeLimits, ChangeStatus, Comparison, FileChange} from './comparison.ts';
import type {Git, GitCall} from './git.ts';
import {type PatchPart, PatchReader} from './patch-reader.ts';
import {nulReader, readablePath} from './path-bytes.ts';
import {comparisonText} from './text.ts';

const DIFF = ['diff-tree', '-r', '-M', '-l400'];
const PATCH = [
  ...['-p', '--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short'],
  ...['--unified=3', '--src-prefix=a/', '--dst-prefix=b/'],
];
const SETTINGS = ['core.quotePath=false', 'core.attributesFile=/dev/null'];

/**
 * `from`, `to`: ids of trees in the store `gitDir`.
 * @throws as `Git.stream`
 */
export async function compareTrees(
  git: Git,
  {gitDir, from, to}: {gitDir: string; from: string; to: string},
  limits: ChangeLimits,
): Promise<Comparison> {
  const env = {
    GIT_DIR: gitDir,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
  };
  const call = {cwd: gitDir, env};
  const careful = git.with(SETTINGS);
  const {files, omittedFiles} = await listFiles(careful, call, [from, to], limits.files);
  const reader = new PatchReader(limits);
  if (files.length > 0)
    await careful.stream([...DIFF, ...PATCH, from, to], call, (bytes) => reader.feed(bytes));
  const patches = joinParts(reader.end());
  // Both in the same order.
  for (const [index, file] of files.entries()) note(file, patches[index]);
  return {kind: 'changes', files, omittedFiles, text: comparisonText(files, omittedFiles, patches, limits)};
}

const STATUS: Readonly<Record<string, ChangeStatus>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type-changed',
};

async function listFiles(git: Git, call: GitCall, trees: readonly string[], maxFiles: number) {
  const files: FileChange[] = [];
  let omittedFiles = 0;
  let status = '';
  let paths: string[] = [];
  const reader = nulReader((piece) => {
    // `:100644 100644 <id> <id> M`, then the path, or the old and the new one.
    if (status === '') status = piece[piece.lastIndexOf(' ') + 1]!;
    else paths.push(readablePath(piece));
    if (paths.length < (status === 'R' ? 2 : 1)) return true;
    if (files.length < maxFiles) files.push(fileOf(status, paths));
    else omittedFiles += 1;
    status = '';
    paths = [];
    return true;
  });
  await git.stream([...DIFF, '--raw', '-z', ...trees], call, reader);
  return {files, omittedFiles};
}

function fileOf(status: string, paths: readonly string[]): FileChange {
  return {
    path: paths.at(-1)!,
    previousPath: paths.length > 1 ? paths[0]! : null,
    status: STATUS[status]!,
    isBinary: null,
    shown: 'named',
  };
}

/** Git writes a change of type as two parts with one first line: the file is deleted, then added. */
function joinParts(parts: readonly PatchPart[]): PatchPart[] {
  const joined: PatchPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && firstLine(last) === firstLine(part)) {
      last.text += part.text;
      last.isWhole &&= part.isWhole;
    } else joined.push({...part});
  }
  return joined;
}

const firstLine = ({text}: PatchPart) => text.slice(0, text.indexOf('\n'));

function note(file: FileChange, patch: PatchPart | undefined): void {
  if (patch) file.isBinary = /^Binary files .* differ$/m.test(patch.text);
}
