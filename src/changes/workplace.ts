import type {Git} from './git.ts';
import type {ObjectStore} from './object-store.ts';
import type {PathBytes} from './path-bytes.ts';
import type {Repository} from './repository.ts';

/** What the state of a worktree is taken with. */
export interface Workplace {
  git: Git;
  repository: Repository;
  store: ObjectStore;
  /** Paths below the top that do not count, with all that is in them. */
  excluded: readonly PathBytes[];
}

/** One with an index of our own, so that the user's stays as it is. */
export interface IndexedWorkplace extends Workplace {
  /** For calls of git. */
  call: {cwd: string; env: Readonly<Record<string, string>>};
}

/** So many paths at once, that each command gets on within its time however many there are. */
const BATCH = 4_000;

/** Feeds lines to `git update-index`. @throws as `Git.stream` */
export async function updateIndex(
  {git, call}: IndexedWorkplace,
  options: readonly string[],
  lines: readonly string[],
): Promise<void> {
  for (let start = 0; start < lines.length; start += BATCH) {
    const batch = lines.slice(start, start + BATCH);
    const stdin = Buffer.from(batch.map((line) => `${line}\0`).join(''), 'latin1');
    await git.stream(['update-index', '-z', ...options], {...call, stdin}, () => true);
  }
}
