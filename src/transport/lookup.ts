import {systemCode} from '../error.ts';
import {platformOf} from './platform.ts';
import type {ProcessTable} from './process-table.ts';

/** Names a process for good; an empty `startedAt` means that its start time is not known. */
export interface IdentifiedProcess {
  pid: number;
  startedAt: string;
}

export interface LookupOptions {
  /** null: the system tells no start times. @default the system's own */
  table?: ProcessTable | null;
  /** @default process.kill */
  kill?: (pid: number, signal: NodeJS.Signals | 0) => unknown;
}

/** Tells whether processes of this machine are alive. Looks that are asked for at the same time are one look. */
export class Lookup {
  readonly #table: ProcessTable | null;
  readonly #kill: NonNullable<LookupOptions['kill']>;
  #looking: Promise<Map<number, string> | null> | null = null;

  constructor({table = platformOf(process.platform).processes, kill = process.kill}: LookupOptions = {}) {
    this.#table = table;
    this.#kill = kill;
  }

  /** This process. */
  async self(): Promise<IdentifiedProcess> {
    const started = await this.#list([process.pid]);
    return {pid: process.pid, startedAt: started?.get(process.pid) ?? ''};
  }

  /** One whose start time, or everybody's, is unknown counts as alive when any process has its pid. */
  async isAlive({pid, startedAt}: IdentifiedProcess): Promise<boolean> {
    const started = await this.#look();
    if (!started) return this.#isThere(pid);
    const found = started.get(pid);
    return found !== undefined && (startedAt === '' || found === startedAt);
  }

  /** False when it is gone, or not ours to signal. */
  async signal(process: IdentifiedProcess, signal: NodeJS.Signals): Promise<boolean> {
    if (!(await this.isAlive(process))) return false;
    try {
      this.#kill(process.pid, signal);
      return true;
    } catch {
      return false;
    }
  }

  /** Start times of the living by pid; null where the system does not tell. */
  #look(): Promise<Map<number, string> | null> {
    this.#looking ??= this.#list().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** Of all, or of `pids`. */
  async #list(pids?: readonly number[]): Promise<Map<number, string> | null> {
    try {
      const entries = await this.#table?.list(pids);
      const living = entries?.filter(({isZombie}) => !isZombie);
      return living ? new Map(living.map(({pid, startedAt}) => [pid, startedAt])) : null;
    } catch {
      return null;
    }
  }

  #isThere(pid: number): boolean {
    try {
      this.#kill(pid, 0);
      return true;
    } catch (error) {
      return systemCode(error) === 'EPERM';
    }
  }
}
