import type {ProcessEntry, ProcessFacts, ProcessTable} from '../../src/transport/process-table.ts';

export interface FakeProcess {
  pid: number;
  parentPid: number;
  startedAt?: string;
  command?: string;
  isZombie?: boolean;
  /** Names of environment variables. */
  variables?: string[];
  /** What it does with a signal. @default it ends */
  onSignal?: (signal: NodeJS.Signals) => void;
}

/** A system whose processes a test makes up. */
export class FakeTable implements ProcessTable {
  readonly processes = new Map<number, FakeProcess>();
  /** Every signal that was sent, in order. */
  readonly signals: string[] = [];
  looks = 0;
  /** Replaces what `list` does. */
  onList: (() => Promise<void>) | null = null;

  constructor(...processes: FakeProcess[]) {
    for (const one of processes) this.add(one);
  }

  add(one: FakeProcess): void {
    this.processes.set(one.pid, one);
  }

  async list(pids?: readonly number[]): Promise<ProcessEntry[]> {
    this.looks += 1;
    await this.onList?.();
    const asked = [...this.processes.values()].filter(({pid}) => pids?.includes(pid) ?? true);
    return asked.map(({pid, parentPid, startedAt = '1', isZombie = false}) => ({
      pid,
      parentPid,
      startedAt,
      isZombie,
      cpuMs: 0,
    }));
  }

  async describe(entries: readonly ProcessEntry[]): Promise<ProcessFacts[]> {
    return entries.map((entry) => {
      const command = this.processes.get(entry.pid)?.command ?? '';
      return {...entry, command, ioBytes: null};
    });
  }

  async withVariable(pids: readonly number[], name: string): Promise<Set<number>> {
    return new Set(pids.filter((pid) => this.processes.get(pid)?.variables?.includes(name)));
  }

  readonly kill = (pid: number, signal: NodeJS.Signals): void => {
    this.signals.push(`${signal} ${pid}`);
    const target = this.processes.get(pid);
    if (!target) throw Object.assign(new Error('no such process'), {code: 'ESRCH'});
    if (target.onSignal) target.onSignal(signal);
    else this.processes.delete(pid);
  };
}

/** One that tells of descendants without a list of all. */
export class FakeTree extends FakeTable {
  async below(pids: readonly number[]): Promise<ProcessEntry[]> {
    const {looks} = this;
    const all = await this.list();
    this.looks = looks;
    const found = new Set(pids);
    for (let size = 0; size < found.size; ) {
      size = found.size;
      for (const {pid, parentPid} of all) if (found.has(parentPid)) found.add(pid);
    }
    return all.filter(({pid}) => found.has(pid));
  }
}
