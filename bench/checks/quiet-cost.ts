/** Watching a silent agent with everything that oneshot watches costs next to nothing. */
import {chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {builtCli} from '../build.ts';
import {pause, startMarked, untilInRun} from '../marked-oneshot.ts';
import {childrenOf, cpuMsOf, programPath, watchedInodes, withTempFolder} from '../process.ts';
import {rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

/** Of a core, for one run. */
const AT_MOST_PERCENT = 1;
/** After the last word of the agent, ms: the start is over. */
const SETTLED_AFTER_MS = 10_000;
/** The folder that silent-cline.sh keeps its task in, below its home. */
const TASK = '.cline/data/tasks/1700000000000';

interface Counts {
  /** Each a run that is watched and one that is not, at the same time. */
  pairs: number;
  windowS: number;
}

export const quietCost = defineCheck<Counts>({
  full: {pairs: 3, windowS: 120},
  reduced: {pairs: 1, windowS: 30},
  async measure({pairs, windowS}, progress) {
    const cli = await builtCli();
    const costs: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const [watched, plain] = await Promise.all([
        usedMs(['run', '--executor', 'cline', '--no-audit', 'a task'], cli, windowS * 1000),
        usedMs(['exec', '--', 'cline'], cli, windowS * 1000),
      ]);
      costs.push(percent(watched - plain, windowS));
      progress(`watched ${percent(watched, windowS)} %, not watched ${percent(plain, windowS)} % of a core`);
    }
    const percentOfCore = Math.max(...costs);
    return {
      runs: 2 * pairs,
      value: {percentOfCore},
      target: {percentOfCore: AT_MOST_PERCENT},
      ok: percentOfCore <= AT_MOST_PERCENT,
      costs,
    };
  },
});

const percent = (usedMs: number, windowS: number) => rounded(usedMs / 10 / windowS, 3);

/** CPU time that oneshot and its guard use in the window, ms, while the agent is silent. */
function usedMs(args: readonly string[], cli: string, windowMs: number): Promise<number> {
  return withTempFolder(async (home) => {
    const env = {PATH: pathWithCline(home), HOME: home};
    logIn(home);
    const run = startMarked(args, {cli, cwd: home, home: join(home, 'state'), env});
    const pid = Number(run.child.pid);
    try {
      await untilInRun(run, 'the agent was silent', () => existsSync(join(home, 'ready')));
      await pause(SETTLED_AFTER_MS);
      if (args[0] === 'run') mustWatch(pid, join(home, TASK));
      return await usedBy([pid, guardOf(pid)], windowMs);
    } finally {
      run.child.kill('SIGTERM');
      await run.exit;
    }
  });
}

function pathWithCline(home: string): string {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  copyFileSync(programPath('silent-cline.sh'), join(bin, 'cline'));
  chmodSync(join(bin, 'cline'), 0o755);
  return [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':');
}

/** oneshot looks for a login before it starts Cline. */
function logIn(home: string): void {
  const data = join(home, '.cline', 'data');
  mkdirSync(data, {recursive: true});
  writeFileSync(join(data, 'globalState.json'), JSON.stringify({welcomeViewCompleted: true}));
}

async function usedBy(pids: readonly number[], windowMs: number): Promise<number> {
  const used = () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const before = used();
  await pause(windowMs);
  return used() - before;
}

/** @throws unless oneshot is told of changes in this folder */
function mustWatch(pid: number, folder: string): void {
  if (!watchedInodes(pid).includes(statSync(folder).ino)) throw new Error(`${folder} is not watched`);
}

function guardOf(pid: number): number {
  const isGuard = (child: number) => readFileSync(`/proc/${child}/cmdline`, 'latin1').includes('guard.js');
  const guard = childrenOf(pid).find(isGuard);
  if (guard === undefined) throw new Error('oneshot has no guard');
  return guard;
}
