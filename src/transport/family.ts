import {randomBytes} from 'node:crypto';
import type {ProcessEntry, ProcessFacts, ProcessTable} from './process-table.ts';

/**
 * The name of an environment variable that all processes of one run carry, whatever its value. It is the name that differs,
 * so that a oneshot inside a run adds its own mark and does not overwrite the outer one.
 */
export function newMark(): string {
  return `ONESHOT_RUN_${randomBytes(8).toString('hex')}`;
}

/** How long a look may take before what waits for it goes on, ms. */
export const LOOK_LIMIT_MS = 1_000;

export interface FamilyOptions {
  table: ProcessTable;
  /** The process that was started, or null where that is not known. */
  rootPid: number | null;
  /** See `newMark`. */
  mark: string;
  /** Who started it: another process that has `rootPid` later has another parent. @default this process */
  rootParentPid?: number;
}

/**
 * The processes of one run: what was started, its descendants, and whatever carries the mark. A descendant that was seen
 * once stays a member when its parents are gone. This very process is never one.
 */
export class Family {
  readonly #options: Required<FamilyOptions>;
  /** Every member ever seen. */
  readonly #members = new Set<string>();
  #root: string | null = null;
  /** Pids of those that the last look has shown, zombies too. */
  #there: readonly number[] = [];

  constructor(options: FamilyOptions) {
    this.#options = {rootParentPid: process.pid, ...options};
  }

  /** Knows the root from now on if it is there, whoever its parent will be; cheaper than a look. @throws as `look` */
  async meetRoot(): Promise<void> {
    const {rootPid, table} = this.#options;
    if (rootPid !== null) this.#livingAmong(await table.list([rootPid]));
  }

  /**
   * The living members by descent, from the root and from every member known; cheap.
   * @throws where the system does not tell
   */
  async look(): Promise<ProcessFacts[]> {
    return this.#describe(this.#livingAmong(await this.#listBelow()));
  }

  /**
   * The living members by descent and by mark.
   * @throws where the system does not tell
   */
  async lookFully(): Promise<ProcessFacts[]> {
    const entries = await this.#list();
    // Before the environments are read, which can take time.
    this.#livingAmong(entries);
    const strangers = entries.filter((entry) => !this.#has(entry)).map(({pid}) => pid);
    const marked = await this.#options.table.withVariable(strangers, this.#options.mark);
    for (const entry of entries) if (marked.has(entry.pid)) this.#add(entry);
    return this.#describe(this.#livingAmong(entries));
  }

  /** Those of `members` that are still there, looked at now. @throws where the system does not tell */
  async stillThere<T extends ProcessEntry>(members: readonly T[]): Promise<T[]> {
    const living = new Set(this.#livingAmong(await this.#list()).map(identity));
    return members.filter((member) => living.has(identity(member)));
  }

  /** The pid of what was started while it lives, looked at now; else null. @throws where the system does not tell */
  async rootPid(): Promise<number | null> {
    const living = this.#livingAmong(await this.#list());
    return living.find((entry) => identity(entry) === this.#root)?.pid ?? null;
  }

  async #list(): Promise<ProcessEntry[]> {
    return (await this.#options.table.list()).filter(isNotUs);
  }

  /** What can belong to it by descent, for less where the system tells it. */
  async #listBelow(): Promise<ProcessEntry[]> {
    const {table, rootPid} = this.#options;
    const pids = [...(rootPid === null ? [] : [rootPid]), ...this.#there];
    const below = await table.below?.(pids);
    return below ? below.filter(isNotUs) : this.#list();
  }

  #describe(members: readonly ProcessEntry[]): Promise<ProcessFacts[]> {
    return this.#options.table.describe(members);
  }

  #livingAmong(entries: readonly ProcessEntry[]): ProcessEntry[] {
    const children = childrenOf(entries);
    const found = entries.filter((entry) => this.#has(entry) || this.#isRoot(entry));
    for (let entry = found.pop(); entry; entry = found.pop()) {
      this.#add(entry);
      found.push(...(children.get(entry.pid) ?? []).filter((child) => !this.#has(child)));
    }
    const there = entries.filter((entry) => this.#has(entry));
    this.#there = there.map(({pid}) => pid);
    return there.filter(({isZombie}) => !isZombie);
  }

  #isRoot({pid, parentPid}: ProcessEntry): boolean {
    const {rootPid, rootParentPid} = this.#options;
    return this.#root === null && pid === rootPid && parentPid === rootParentPid;
  }

  #has(entry: ProcessEntry): boolean {
    return this.#members.has(identity(entry));
  }

  #add(entry: ProcessEntry): void {
    this.#members.add(identity(entry));
    if (entry.pid === this.#options.rootPid) this.#root ??= identity(entry);
  }
}

const isNotUs = ({pid}: ProcessEntry) => pid !== process.pid;

function childrenOf(entries: readonly ProcessEntry[]): Map<number, ProcessEntry[]> {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of entries) {
    const siblings = children.get(entry.parentPid);
    if (siblings) siblings.push(entry);
    else children.set(entry.parentPid, [entry]);
  }
  return children;
}

function identity({pid, startedAt}: ProcessEntry): string {
  return `${pid} ${startedAt}`;
}
