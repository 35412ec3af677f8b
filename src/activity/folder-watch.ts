/** The operating system's word that something has changed in a folder: a reason to look, never evidence by itself. */
import {type FSWatcher, watch} from 'node:fs';
import {basename, dirname} from 'node:path';
import type {Snapshot} from './snapshot.ts';

/** As `fs.watch`. @throws the system's error */
export type OpenWatch = (folder: string, onEvent: (event: string, name: string | null) => void) => FSWatcher;

/** Elsewhere watching is costly or tells too little. A network folder is watched in vain, which does no harm. */
const WATCHING_PLATFORMS: readonly string[] = ['linux', 'darwin'];

/** How folders are watched on a platform; null: not at all. */
export function openWatchOn(platform: string): OpenWatch | null {
  if (!WATCHING_PLATFORMS.includes(platform)) return null;
  return (folder, onEvent) => watch(folder, {persistent: false}, onEvent);
}

/**
 * Watches what the last snapshot has found: a folder, or the folder of a file. Without a word when it cannot. It tells one
 * event and ends until the next snapshot, since the events of a busy folder cost more than looking at it.
 */
export class FolderWatch {
  readonly #path: string;
  readonly #onEvent: () => void;
  readonly #open: OpenWatch | null;
  #watcher: FSWatcher | null = null;
  /** Names what is watched, or was to be watched; null: nothing. */
  #target: string | null = null;

  constructor(path: string, onEvent: () => void, open: OpenWatch | null) {
    this.#path = path;
    this.#onEvent = onEvent;
    this.#open = open;
  }

  /** A folder that has been replaced is watched anew. */
  follow({kind, entries}: Snapshot): void {
    // A file is often replaced by another one of its name, its folder hardly ever.
    const target = kind === 'absent' ? null : `${kind} ${entries.get('.')?.inode}`;
    if (target === this.#target) return;
    this.close();
    this.#target = target;
    if (kind === 'folder') this.#watch(this.#path, null);
    if (kind === 'file') this.#watch(dirname(this.#path), basename(this.#path));
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#target = null;
  }

  /** `only`: the one name that matters; null: all do. */
  #watch(folder: string, only: string | null): void {
    try {
      const watcher = this.#open?.(folder, (_event, name) => {
        if (only !== null && name !== null && name !== only) return;
        this.close();
        this.#onEvent();
      });
      watcher?.on('error', () => watcher.close());
      this.#watcher = watcher ?? null;
    } catch {
      // No more watches to be had, or the folder has just gone: polling does.
    }
  }
}
