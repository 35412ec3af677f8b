/** After the end of oneshot nothing of its run is left, and nothing that is not its own was signalled. */
import {atOnce} from '../at-once.ts';
import {builtCli} from '../build.ts';
import {ENDINGS} from '../survivor/ending.ts';
import {earlyRun, fakeRun} from '../survivor/fake.ts';
import {killOften} from '../survivor/killed.ts';
import {LEFTOVER_NAMES, type LeftoverName, QUIET_LEFTOVERS} from '../survivor/leftovers.ts';
import {besideLookAlikes} from '../survivor/look-alikes.ts';
import {realCases, realRun} from '../survivor/real.ts';
import {defineCheck, type Progress} from './check.ts';

const FAKE_AT_ONCE = 3;
const REAL_AT_ONCE = 2;

interface Counts {
  /** Runs of a fake agent for each kind of leftover and each ending. */
  fakePerCell: number;
  /** Those that a signal ends while they start. */
  early: number;
  /** Runs of real agents. */
  real: number;
  killedFake: number;
  killedReal: number;
}

/** Runs that look-alikes stand beside. */
interface Batch {
  name: string;
  lookAlikes: readonly LeftoverName[];
  atOnce: number;
  /** Each does one run and tells what is left of it. */
  jobs: (() => Promise<string[]>)[];
}

/** What all batches have found. */
interface Found {
  runs: number;
  survivors: number;
  lookAlikesSignalled: number;
}

export const noSurvivor = defineCheck<Counts>({
  full: {fakePerCell: 9, early: 60, real: 36, killedFake: 40, killedReal: 10},
  reduced: {fakePerCell: 1, early: 3, real: 3, killedFake: 3, killedReal: 1},
  async measure(counts, progress) {
    const cli = await builtCli();
    const found: Found = {runs: 0, survivors: 0, lookAlikesSignalled: 0};
    for (const batch of batchesOf(counts, cli)) await runBatch(batch, found, progress);
    const killed = await killBatch({fake: counts.killedFake, real: counts.killedReal}, cli, found, progress);
    const {runs, survivors, lookAlikesSignalled} = found;
    const value = {survivors, lookAlikesSignalled, afterKill9: killed.left};
    return {
      runs,
      value,
      target: {survivors: 0, lookAlikesSignalled: 0, afterKill9: 0},
      ok: Object.values(value).every((count) => count === 0),
      killedWithAgentRunning: killed.withAgent,
    };
  },
});

function batchesOf({fakePerCell, early, real}: Counts, cli: string): Batch[] {
  const oftenEach = (leftover: LeftoverName) =>
    ENDINGS.flatMap((ending) => times(fakePerCell, () => fakeRun(leftover, ending, cli)));
  const fakes = LEFTOVER_NAMES.map((leftover) => ({
    name: `fake agents, ${leftover}`,
    lookAlikes: [leftover],
    atOnce: FAKE_AT_ONCE,
    jobs: oftenEach(leftover),
  }));
  return [
    ...fakes,
    {
      name: 'fake agents, stopped early',
      lookAlikes: QUIET_LEFTOVERS,
      atOnce: FAKE_AT_ONCE,
      jobs: times(early, (index) => earlyRun(index, cli)),
    },
    {
      name: 'real agents',
      lookAlikes: QUIET_LEFTOVERS,
      atOnce: REAL_AT_ONCE,
      jobs: realCases(real).map((which) => () => realRun(which, cli)),
    },
  ];
}

/** The same job `count` times, each with its number from 0. */
function times<T>(count: number, job: (index: number) => Promise<T>): (() => Promise<T>)[] {
  return Array.from({length: count}, (_, index) => () => job(index));
}

async function runBatch(batch: Batch, found: Found, progress: Progress): Promise<void> {
  const counted = batch.jobs.map((job) => async () => {
    const left = await job();
    found.runs++;
    found.survivors += left.length;
    for (const one of left) progress(`left: ${one}`);
  });
  const {signalled} = await besideLookAlikes(batch.lookAlikes, () => atOnce(batch.atOnce, counted));
  found.lookAlikesSignalled += signalled;
  progress(`${batch.name}: ${counted.length} runs; survivors so far ${found.survivors}`);
}

async function killBatch(
  counts: {fake: number; real: number},
  cli: string,
  found: Found,
  progress: Progress,
): Promise<{left: number; withAgent: number}> {
  const {result, signalled} = await besideLookAlikes(QUIET_LEFTOVERS, () => killOften(counts, cli));
  const left = result.flatMap((killed) => killed.left);
  for (const one of left) progress(`left: ${one}`);
  found.runs += result.length;
  found.lookAlikesSignalled += signalled;
  const withAgent = result.filter(({running}) => running > 0).length;
  progress(`kill -9: ${result.length} runs, ${withAgent} with the agent running; left ${left.length}`);
  return {left: left.length, withAgent};
}
