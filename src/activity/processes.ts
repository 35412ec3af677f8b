/**
 * Evidence from what the processes of a run use: for work that neither output nor files show.
 *
 * Measured with Claude Code 2.1.197, Cline 2.18.0 and 3.0.65: what an agent itself uses tells little. It takes up to 2 % of
 * a core and 0.4 kB/s while its model hangs, with garbage collections of 250 ms in between, and no more while a slow model
 * answers. A tool at work takes 77 to 98 % or moves megabytes; `sleep` takes exactly nothing. So the processes that are
 * there when the agent makes its first progress (launcher, agent, its servers) are the agent; those born later are its
 * tools, and count.
 */
import type {Clock} from '../clock.ts';
import {messageOf} from '../error.ts';
import {oneLine} from '../text.ts';
import type {EvidenceSource, Findings} from './evidence.ts';

/** One living process of the run. */
export interface ProcessSample {
  pid: number;
  /** With the pid it names a process for good. */
  startedAt: string;
  command: string;
  /** Used so far, ms. */
  cpuMs: number;
  /** Read and written so far; null where the system does not tell. */
  ioBytes: number | null;
}

export interface ProcessesOptions {
  /** The living processes of the run. */
  list: () => Promise<readonly ProcessSample[]>;
  /** Whether the program that was started is an agent, whose tools do the work; else it does the work itself. */
  isAgent: boolean;
  /** Time between two looks, ms. */
  pollMs: number;
  clock: Clock;
}

/** What counts as work. */
interface Works {
  /** Time over which the use is taken, ms. */
  spanMs: number;
  /** Part of a core, and ms of it at least. */
  cpu: number;
  cpuMs: number;
  /** Bytes per second, and bytes at least. */
  ioBytesPerS: number;
  ioBytes: number;
}

const TOOL_WORKS: Works = {spanMs: 500, cpu: 0.05, cpuMs: 50, ioBytesPerS: 1_000, ioBytes: 4_096};
/** The I/O of a child that has been waited for is added to its parent's, so the agent's own says nothing. */
const AGENT_WORKS: Works = {spanMs: 5_000, cpu: 0.5, cpuMs: 0, ioBytesPerS: Infinity, ioBytes: Infinity};

/** A process as it was seen before. */
interface Seen {
  sample: ProcessSample;
  atMs: number;
}

export class ProcessesSource implements EvidenceSource {
  readonly kind = 'processes';
  readonly #options: ProcessesOptions;
  readonly #ofAgent = new Set<string>();
  #findings: Findings | null = null;
  /** By identity; what a process is compared with. */
  #seen = new Map<string, Seen>();
  /** Until then every process is the agent's own. */
  #isSettled: boolean;
  #looking: Promise<void> | null = null;
  #cancelTimer = () => {};

  constructor(options: ProcessesOptions) {
    this.#options = options;
    this.#isSettled = !options.isAgent;
  }

  start(findings: Findings): void {
    this.#findings = findings;
    this.#lookAndSchedule();
  }

  settled(): void {
    if (this.#isSettled) return;
    void this.look().then(() => {
      this.#isSettled = true;
    });
  }

  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  stop(): void {
    this.#findings = null;
    this.#cancelTimer();
  }

  #lookAndSchedule(): void {
    const {clock, pollMs} = this.#options;
    void this.look().then(() => {
      if (this.#findings) this.#cancelTimer = clock.after(pollMs, () => this.#lookAndSchedule());
    });
  }

  async #lookOnce(): Promise<void> {
    try {
      const samples = await this.#options.list();
      const what = this.#compare(samples, this.#options.clock.monotonicMs());
      if (what !== null) this.#findings?.alive(what);
    } catch (error) {
      this.#findings?.failed(messageOf(error));
      this.stop();
    }
  }

  /** What has happened since the last look, or null: nothing that only an agent at work does. */
  #compare(samples: readonly ProcessSample[], atMs: number): string | null {
    const isFirst = this.#seen.size === 0;
    const before = this.#seen;
    const found: string[] = [];
    this.#seen = new Map();
    for (const sample of samples) {
      const key = identity(sample);
      if (!this.#isSettled) this.#ofAgent.add(key);
      const seen = before.get(key);
      before.delete(key);
      const works = this.#ofAgent.has(key) ? AGENT_WORKS : TOOL_WORKS;
      const isDue = seen !== undefined && atMs - seen.atMs >= works.spanMs;
      this.#seen.set(key, seen === undefined || isDue ? {sample, atMs} : seen);
      if (seen === undefined) found.push(...(works === TOOL_WORKS && !isFirst ? [started(sample)] : []));
      else if (isDue) found.push(...use(seen, sample, atMs, works));
    }
    const ended = [...before].filter(([key]) => !this.#ofAgent.has(key)).map(([, {sample}]) => sample);
    return found[0] ?? ended.map((sample) => `${named(sample)} ended`)[0] ?? null;
  }
}

function use(
  {sample: before, atMs: beforeMs}: Seen,
  now: ProcessSample,
  atMs: number,
  works: Works,
): string[] {
  const spanMs = atMs - beforeMs;
  const cpuMs = now.cpuMs - before.cpuMs;
  if (cpuMs >= works.cpuMs && cpuMs >= works.cpu * spanMs)
    return [`${named(now)} used ${Math.round((cpuMs / spanMs) * 100)} % of a core`];
  const ioBytes = (now.ioBytes ?? 0) - (before.ioBytes ?? 0);
  if (ioBytes >= works.ioBytes && ioBytes >= (works.ioBytesPerS * spanMs) / 1000)
    return [`${named(now)} moved ${Math.round(ioBytes / spanMs)} kB/s`];
  return [];
}

function identity({pid, startedAt}: ProcessSample): string {
  return `${pid} ${startedAt}`;
}

function started(sample: ProcessSample): string {
  return `${named(sample)} started`;
}

function named({pid, command}: ProcessSample): string {
  return `process ${pid} (${oneLine(command, 60)})`;
}
