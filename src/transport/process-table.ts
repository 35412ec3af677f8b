/** What the operating system tells of the processes that run on it. */

/** One process at one moment, as far as it is cheap to learn. */
export interface ProcessEntry {
  pid: number;
  parentPid: number;
  /** When it was started, in the system's own notation: with the pid it names a process for good, though pids come again. */
  startedAt: string;
  /** CPU time used so far, user and system, ms. */
  cpuMs: number;
  /** Ended, and not yet waited for by its parent. */
  isZombie: boolean;
}

export interface ProcessFacts extends ProcessEntry {
  /** Program and arguments as far as the system tells, one line of at most 200 characters. */
  command: string;
  /** Bytes read and written so far, terminals and sockets included; null where the system does not tell. */
  ioBytes: number | null;
}

export interface ProcessTable {
  /** All processes that can be seen, or those of `pids` that are there. @throws where the system does not tell. */
  list(pids?: readonly number[]): Promise<ProcessEntry[]>;
  /**
   * Those of `pids` that are there and all that descend from them, for less than a list of all; null where the system does not
   * tell it that way. A process that is forked just now may be missing. @throws as `list`
   */
  below?(pids: readonly number[]): Promise<ProcessEntry[] | null>;
  /** Adds what is dearer to learn. Never rejects; one that has ended meanwhile has an empty command. */
  describe(entries: readonly ProcessEntry[]): Promise<ProcessFacts[]>;
  /** Those of `pids` that carry the environment variable `name`; those that may not be looked into do not. Never rejects. */
  withVariable(pids: readonly number[], name: string): Promise<Set<number>>;
}

/** Longest command told, in characters. */
export const MAX_COMMAND_CHARS = 200;
