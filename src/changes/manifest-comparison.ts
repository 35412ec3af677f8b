import type {ChangeLimits, ChangeStatus, Comparison, FileChange} from './comparison.ts';
import type {ManifestEntry} from './manifest.ts';
import {readablePath} from './path-bytes.ts';
import {nameLine, namesText} from './text.ts';

/** What differs between two manifests; a moved file is one that is gone and one that is new. */
export function compareManifests(
  from: readonly ManifestEntry[],
  to: readonly ManifestEntry[],
  limits: ChangeLimits,
): Comparison {
  const changed = pairs(from, to).flatMap(({before, after}): {file: FileChange; line: string}[] => {
    const status = statusOf(before, after);
    if (status === null) return [];
    const path = readablePath((after ?? before)!.path);
    const file: FileChange = {path, previousPath: null, status, isBinary: null, shown: 'named'};
    return [{file, line: nameLine(file, [sizes(before, after), ...hashes(before, after)].join(', '))}];
  });
  const kept = changed.slice(0, limits.files);
  const lines = kept.map(({line}) => line);
  return {
    kind: 'changes',
    files: kept.map(({file}) => file),
    omittedFiles: changed.length - kept.length,
    text: changed.length === 0 ? '' : namesText(lines, changed.length, limits.totalBytes),
  };
}

interface Pair {
  before: ManifestEntry | undefined;
  after: ManifestEntry | undefined;
}

/** In the order of the bytes of their paths. */
function pairs(from: readonly ManifestEntry[], to: readonly ManifestEntry[]): Pair[] {
  const before = new Map(from.map((entry) => [entry.path, entry]));
  const after = new Map(to.map((entry) => [entry.path, entry]));
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.map((path) => ({before: before.get(path), after: after.get(path)}));
}

function statusOf(before: ManifestEntry | undefined, after: ManifestEntry | undefined): ChangeStatus | null {
  if (!before) return 'added';
  if (!after) return 'deleted';
  if (isLink(before) !== isLink(after)) return 'type-changed';
  return before.sizeBytes === after.sizeBytes && before.content === after.content ? null : 'modified';
}

const isLink = ({content}: ManifestEntry) => content.startsWith('link:');

function sizes(before: ManifestEntry | undefined, after: ManifestEntry | undefined): string {
  const known = [before, after].flatMap((entry) => (entry ? [entry.sizeBytes] : []));
  return `${[...new Set(known)].join(' -> ')} bytes`;
}

const SHA256 = 'sha256:';
/** Of a hash, as many digits as tell files apart. */
const SHOWN_DIGITS = 12;

/** None where the content was not looked at. */
function hashes(before: ManifestEntry | undefined, after: ManifestEntry | undefined): string[] {
  const known = [before, after].flatMap((entry) =>
    entry?.content.startsWith(SHA256) ? [entry.content.slice(SHA256.length).slice(0, SHOWN_DIGITS)] : [],
  );
  return known.length === 0 ? [] : [`sha256 ${known.join(' -> ')}`];
}
