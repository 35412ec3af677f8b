import type {Clock} from '../clock.ts';
import {messageOf, systemCode} from '../error.ts';
import type {LeftProcess} from '../event.ts';
import {type Family, LOOK_LIMIT_MS} from './family.ts';
import type {ProcessFacts} from './process-table.ts';
import {NEVER, pause, within} from './within.ts';

export interface SweepOptions {
  clock: Clock;
  /** Aborted: SIGKILL at once. */
  killNow: AbortSignal;
  /** Only find them. @default false */
  keep?: boolean;
  /** Signals one process. @default process.kill */
  kill?: (pid: number, signal: NodeJS.Signals) => unknown;
}

export interface Swept {
  /** Ended by us. */
  ended: LeftProcess[];
  /** Still there after SIGKILL, not ours to signal, or not seen to end. */
  survivors: LeftProcess[];
  /** Left alone, as asked. */
  kept: LeftProcess[];
  /** Why processes may have been overlooked, for a note; null where none was. */
  failed: string | null;
}

/** Patience after SIGTERM, and after SIGKILL, ms. */
const TERM_MS = 1_000;
const KILL_MS = 2_000;
/** Between two looks, ms. */
const POLL_MS = 30;

/**
 * Ends what is left of a run: SIGTERM, up to 1 s, SIGKILL, up to 2 s. What is forked meanwhile is found and ended too. Each
 * process is signalled alone, and looked at right before. One look where nothing is left. Never rejects.
 */
export async function sweep(family: Family, options: SweepOptions): Promise<Swept> {
  const sweeping = new Sweeping(family, options);
  try {
    if (options.keep) return {...NOTHING, kept: (await sweeping.look()).map(left)};
    await sweeping.end('SIGTERM', TERM_MS, options.killNow);
    await sweeping.end('SIGKILL', KILL_MS, NEVER);
    return sweeping.result(null);
  } catch (error) {
    return sweeping.result(messageOf(error));
  }
}

const NOTHING: Swept = {ended: [], survivors: [], kept: [], failed: null};

class Sweeping {
  readonly #family: Family;
  readonly #clock: Clock;
  readonly #kill: NonNullable<SweepOptions['kill']>;
  /** Those that a signal has reached. */
  readonly #signalled = new Map<string, ProcessFacts>();
  readonly #refused = new Set<string>();
  /** As the last look has shown; null before the first. */
  #living: ProcessFacts[] | null = null;

  constructor(family: Family, {clock, kill = process.kill}: SweepOptions) {
    this.#family = family;
    this.#clock = clock;
    this.#kill = kill;
  }

  /** Sends each member this signal once, until none is left, `ms` have passed or `stop` is aborted. */
  async end(signal: NodeJS.Signals, ms: number, stop: AbortSignal): Promise<void> {
    const endMs = this.#clock.monotonicMs() + ms;
    const reached = new Set<string>();
    while (!stop.aborted && this.#living?.length !== 0) {
      await this.#signalAll(signal, await this.look(), reached);
      if (this.#clock.monotonicMs() >= endMs || !this.#hasHope()) return;
      await pause(POLL_MS, {clock: this.#clock, signal: stop});
    }
  }

  async look(): Promise<ProcessFacts[]> {
    this.#living = await this.#inTime(this.#family.lookFully());
    return this.#living;
  }

  result(failed: string | null): Swept {
    const livingKeys = new Set(this.#living?.map(key));
    // After a failed look nobody knows.
    const isLeft = (member: ProcessFacts) => failed !== null || livingKeys.has(key(member));
    const signalled = [...this.#signalled.values()];
    const unreached = (this.#living ?? []).filter((member) => !this.#signalled.has(key(member)));
    return {
      ended: signalled.filter((member) => !isLeft(member)).map(left),
      survivors: [...signalled.filter(isLeft), ...unreached].map(left),
      kept: [],
      failed,
    };
  }

  async #signalAll(signal: NodeJS.Signals, members: ProcessFacts[], reached: Set<string>): Promise<void> {
    const due = members.filter((member) => !reached.has(key(member)));
    if (due.length === 0) return;
    // Signalled right after this look: no time for a pid to come again.
    for (const member of await this.#inTime(this.#family.stillThere(due))) {
      reached.add(key(member));
      this.#signal(member, signal);
    }
  }

  #signal(member: ProcessFacts, signal: NodeJS.Signals): void {
    try {
      this.#kill(member.pid, signal);
      this.#signalled.set(key(member), member);
    } catch (error) {
      if (systemCode(error) !== 'ESRCH') this.#refused.add(key(member));
    }
  }

  /** Whether any of those that are left may still end. */
  #hasHope(): boolean {
    return this.#living?.some((member) => !this.#refused.has(key(member))) === true;
  }

  async #inTime<T>(looking: Promise<T>): Promise<T> {
    const seen = await within(looking, LOOK_LIMIT_MS, {clock: this.#clock, signal: NEVER});
    if (seen === undefined) throw new Error(`the system did not list its processes in ${LOOK_LIMIT_MS} ms`);
    return seen;
  }
}

function key({pid, startedAt}: ProcessFacts): string {
  return `${pid} ${startedAt}`;
}

function left({pid, command}: ProcessFacts): LeftProcess {
  return {pid, command};
}
