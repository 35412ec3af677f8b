/** Runs whose program is killed or stopped at a random moment leave nothing behind in the process that runs them. */
import {randomUUID} from 'node:crypto';
import {DEFAULT_ACTIVITY} from '../../src/activity/options.ts';
import {type Clock, systemClock} from '../../src/clock.ts';
import type {Guard} from '../../src/transport/guard.ts';
import {MARKER, type MarkedProcess, markedProcesses} from '../../test/agents/processes.ts';
import {atOnce} from '../at-once.ts';
import {builtGuard, builtLibrary} from '../build.ts';
import {endAll, pause} from '../marked-oneshot.ts';
import {
  childrenOf,
  descriptorCount,
  programPath,
  until,
  watchedInodes,
  within,
  withTempFolder,
  zombieCount,
} from '../process.ts';
import {canceled, runOnSpine} from '../spine.ts';
import {defineCheck, type Progress} from './check.ts';

/** Latest moment of the end, ms from the start of a run. */
const ENDED_WITHIN_MS = 600;
/** A run that takes this long will never end. */
const HANGS_AFTER_MS = 60_000;
/** Between two looks at files and processes, ms. */
const POLL_MS = 50;

const GUARD_GONE_WITHIN_MS = 20_000;
/** Closing goes through the event loop, ms. */
const CLOSED_AFTER_MS = 500;

const WAYS = ['SIGKILL', 'SIGTERM', 'stop', 'stop and kill'] as const;

interface Counts {
  runs: number;
  atOnce: number;
}

/** What a process holds that a run may have left. */
interface Held {
  descriptors: number;
  zombies: number;
  children: number;
  /** Timers of the clock that the runs were given. */
  timers: number;
  folderWatches: number;
  /** What keeps Node's event loop alive. */
  resources: number;
  /** Processes of the runs. */
  processes: number;
}

export const churn = defineCheck<Counts>({
  full: {runs: 200, atOnce: 4},
  reduced: {runs: 30, atOnce: 3},
  async measure(counts, progress) {
    await builtLibrary();
    return withTempFolder(async (folder) => {
      const churn = new Churn(folder);
      return churned(churn, counts, progress).finally(() => endAll(() => churn.processes()));
    });
  },
});

async function churned(churn: Churn, counts: Counts, progress: Progress) {
  // What is loaded or opened once is no leak.
  await churn.runs({runs: 6, atOnce: 2}, () => {});
  const before = await churn.held();
  await churn.runs(counts, progress);
  const after = await churn.held();
  const value = Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - before[name as keyof Held]]),
  );
  const target = Object.fromEntries(Object.keys(after).map((name) => [name, 0]));
  const ok = churn.mostFolderWatches > 0 && Object.values(value).every((more) => more <= 0);
  return {runs: counts.runs, value, target, ok, after, mostFolderWatches: churn.mostFolderWatches};
}

class Churn {
  /** At one time: without any, the runs would prove nothing about them. */
  mostFolderWatches = 0;
  readonly #folder: string;
  readonly #marker = randomUUID();
  readonly #clock = new CountingClock();
  readonly #childrenBefore = childrenOf(process.pid).length;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async runs(counts: Counts, progress: Progress): Promise<void> {
    const {startGuard} = await builtLibrary();
    const guard = startGuard(await builtGuard());
    let done = 0;
    const jobs = Array.from({length: counts.runs}, (_, index) => async () => {
      await within(HANGS_AFTER_MS, `run ${index}`, this.#run(index, guard));
      done++;
      if (done % 50 === 0) progress(`${done} of ${counts.runs} runs`);
    });
    await atOnce(counts.atOnce, jobs);
    guard.close();
  }

  async #run(index: number, guard: Guard): Promise<void> {
    const stop = new AbortController();
    const kill = new AbortController();
    const way = WAYS[index % WAYS.length]!;
    const atMs = Math.random() * ENDED_WITHIN_MS;
    if (way === 'stop' || way === 'stop and kill')
      setTimeout(() => {
        stop.abort(canceled('the check'));
        if (way === 'stop and kill') kill.abort();
      }, atMs);
    const killAt = (pid: number) => {
      if (way === 'SIGKILL' || way === 'SIGTERM') setTimeout(() => process.kill(pid, way), atMs);
    };
    const env = {...process.env, HOME: this.#folder, TASK_ID: `task${index}`, [MARKER]: this.#marker};
    await runOnSpine(['sh', programPath('talkative-agent.sh')], {
      stateDir: this.#folder,
      transport: 'pty',
      prompt: 'talk',
      stop: stop.signal,
      as: {executor: 'cline', adapter: 'cline-2', version: '2.18.0'},
      context: {
        env,
        guard,
        clock: this.#clock,
        kill: kill.signal,
        activity: {...DEFAULT_ACTIVITY, pollMs: POLL_MS},
      },
      prepare: (log) =>
        void log.addView((event) => {
          if (event.type === 'run_started') killAt(event.pid);
          this.mostFolderWatches = Math.max(this.mostFolderWatches, watchedInodes(process.pid).length);
        }),
    });
  }

  /** Once the last guard is gone and closed descriptors are closed. */
  async held(): Promise<Held> {
    const guardIsGone = () => childrenOf(process.pid).length <= this.#childrenBefore;
    await until('the guard is gone', guardIsGone, GUARD_GONE_WITHIN_MS).catch(() => {});
    await pause(CLOSED_AFTER_MS);
    return {
      descriptors: descriptorCount(),
      zombies: zombieCount(),
      children: childrenOf(process.pid).length,
      timers: this.#clock.pending,
      folderWatches: watchedInodes(process.pid).length,
      resources: process.getActiveResourcesInfo().length,
      processes: this.processes().length,
    };
  }

  /** Living processes of the runs. */
  processes(): MarkedProcess[] {
    return markedProcesses(this.#marker);
  }
}

class CountingClock implements Clock {
  /** Timers set that have neither fired nor been cancelled. */
  pending = 0;
  readonly now = systemClock.now;
  readonly monotonicMs = systemClock.monotonicMs;

  after(ms: number, fire: () => void): () => void {
    let isPending = true;
    this.pending++;
    const over = () => {
      if (isPending) this.pending--;
      isPending = false;
    };
    const cancel = systemClock.after(ms, () => {
      over();
      fire();
    });
    return () => {
      over();
      cancel();
    };
  }
}
