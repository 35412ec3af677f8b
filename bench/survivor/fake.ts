/** Runs of a fake agent, a shell script that leaves something behind. */
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {endAll, leftOf, type MarkedOneshot, pause, startMarked, untilInRun} from '../marked-oneshot.ts';
import {within, withTempFolder} from '../process.ts';
import {bringAbout, type Ending, mustHaveEnded} from './ending.ts';
import {isLeftover, LEFTOVER_NAMES, type LeftoverName, QUIET_LEFTOVERS, startLines} from './leftovers.ts';

/** A run that takes this long will never end. */
const HANGS_AFTER_MS = 60_000;

/** Latest moment of a signal that comes early, ms: before the agent is there, or right after. */
const EARLY_WITHIN_MS = 900;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is left of one run. */
export async function fakeRun(leftover: LeftoverName, ending: Ending, cli: string): Promise<string[]> {
  return withTempFolder(async (folder) => {
    const run = startFake(folder, leftover, ending, cli);
    try {
      return await within(HANGS_AFTER_MS, `${leftover}, ${ending}`, played(run, folder, leftover, ending));
    } finally {
      await endAll(run.processes);
    }
  });
}

/** What is left of a run that a signal ends at a random moment of its start. */
export async function earlyRun(index: number, cli: string): Promise<string[]> {
  const signal = SIGNALS[index % SIGNALS.length]!;
  const leftover = LEFTOVER_NAMES[index % LEFTOVER_NAMES.length]!;
  return withTempFolder(async (folder) => {
    const run = startFake(folder, leftover, signal, cli);
    try {
      await pause(Math.random() * EARLY_WITHIN_MS);
      run.child.kill(signal);
      await within(HANGS_AFTER_MS, `${leftover}, ${signal} early`, run.exit);
      return (await leftOf(run)).map((command) => `${leftover}, ${signal} early: ${command}`);
    } finally {
      await endAll(run.processes);
    }
  });
}

export function startFake(
  folder: string,
  leftover: LeftoverName,
  ending: Ending,
  cli: string,
): MarkedOneshot {
  const home = join(folder, 'home');
  mkdirSync(home);
  const script = [...startLines([leftover]), 'touch ready', 'echo ready', LAST_LINE[ending]].join('\n');
  const argv = ['exec', '--quiet', ...clockOptions(leftover, ending), '--', 'sh', '-c', script];
  return startMarked(argv, {cli, cwd: folder, home, env: process.env});
}

/** What the agent does until its end. */
const LAST_LINE: Record<Ending, string> = {
  normal: 'until [ -e go ]; do sleep 0.02; done',
  SIGINT: 'exec sleep 60',
  SIGTERM: 'exec sleep 60',
  SIGHUP: 'exec sleep 60',
  // So that there is time for the second one.
  'second SIGINT': 'trap "" INT TERM; sleep 60; sleep 60',
  clock: 'exec sleep 60',
};

function clockOptions(leftover: LeftoverName, ending: Ending): string[] {
  if (ending !== 'clock') return [];
  // What writes or works is a sign of life: such a run is never idle.
  return QUIET_LEFTOVERS.includes(leftover) ? ['--idle-timeout', '2s'] : ['--max-timeout', '5s'];
}

async function played(
  run: MarkedOneshot,
  folder: string,
  leftover: LeftoverName,
  ending: Ending,
): Promise<string[]> {
  await untilInRun(run, 'the agent was ready', () => existsSync(join(folder, 'ready')));
  const isThere = () => run.processes().some(({command}) => isLeftover(leftover, command));
  await untilInRun(run, `the ${leftover} was there`, isThere);
  writeFileSync(join(folder, 'go'), '');
  await bringAbout(ending, run);
  await run.exit;
  const left = await leftOf(run);
  mustHaveEnded(ending, run);
  return left.map((command) => `${leftover}, ${ending}: ${command}`);
}
