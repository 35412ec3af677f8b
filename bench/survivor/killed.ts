/** oneshot killed with SIGKILL: its guard ends the run. */
import {atOnce} from '../at-once.ts';
import {endAll, leftOf, type MarkedOneshot, pause} from '../marked-oneshot.ts';
import {withTempFolder} from '../process.ts';
import {startFake} from './fake.ts';
import {LEFTOVER_NAMES} from './leftovers.ts';
import {realCases, startReal} from './real.ts';

/** Within this time everything must be gone, ms. */
const GONE_AFTER_MS = 15_000;
/** Latest moment of the kill, ms from the start: well into the run of a fake and of a real agent. */
const FAKE_WITHIN_MS = 2_500;
const REAL_WITHIN_MS = 8_000;

const KILLED_AT_ONCE = 3;

export interface Killed {
  /** Processes of the run, oneshot not counted, when it was killed. */
  running: number;
  /** Those that are there 15 s later. */
  left: string[];
}

/** Starts runs and kills each at a random moment of its start or later; then waits. */
export async function killOften(counts: {fake: number; real: number}, cli: string): Promise<Killed[]> {
  const fakes = Array.from(
    {length: counts.fake},
    (_, index) => (onKill: () => void) => killFake(index, cli, onKill),
  );
  const reals = Array.from(
    {length: counts.real},
    (_, index) => (onKill: () => void) => killReal(index, cli, onKill),
  );
  const results: Promise<Killed>[] = [];
  const untilKilled = (kill: (onKill: () => void) => Promise<Killed>) => () =>
    new Promise<void>((resolve, reject) => {
      const result = kill(resolve);
      result.catch(reject);
      results.push(result);
    });
  await atOnce(KILLED_AT_ONCE, [...reals, ...fakes].map(untilKilled));
  return Promise.all(results);
}

function killFake(index: number, cli: string, onKill: () => void): Promise<Killed> {
  const leftover = LEFTOVER_NAMES[index % LEFTOVER_NAMES.length]!;
  return withTempFolder((folder) =>
    // With an agent that does not obey either.
    killed(startFake(folder, leftover, 'second SIGINT', cli), FAKE_WITHIN_MS, onKill),
  );
}

async function killReal(index: number, cli: string, onKill: () => void): Promise<Killed> {
  const {agent} = realCases(index + 1).at(-1)!;
  const staged = await startReal({agent, ending: 'SIGINT', during: 'tool'}, cli);
  try {
    return await killed(staged.run, REAL_WITHIN_MS, onKill);
  } finally {
    await staged.close();
  }
}

async function killed(run: MarkedOneshot, withinMs: number, onKill: () => void): Promise<Killed> {
  try {
    await pause(Math.random() * withinMs);
    const running = run.processes().filter(({pid}) => pid !== run.child.pid).length;
    run.child.kill('SIGKILL');
    await run.exit;
    onKill();
    await pause(GONE_AFTER_MS);
    return {running, left: (await leftOf(run)).map((command) => `after kill -9: ${command}`)};
  } finally {
    await endAll(run.processes);
  }
}
