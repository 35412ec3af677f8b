/** The suite that drives the real agents: twice in a row in a clean clone; at reduced counts once, in place. */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {PROJECT} from '../build.ts';
import {runToEnd, withTempFolder} from '../process.ts';
import {defineCheck, type Progress} from './check.ts';

export const agents = defineCheck({
  full: {suiteRuns: 2, inCleanClone: true},
  reduced: {suiteRuns: 1, inCleanClone: false},
  async measure({suiteRuns, inCleanClone}, progress) {
    const outcomes = inCleanClone
      ? await withTempFolder((folder) => inClone(join(folder, 'clone'), suiteRuns, progress))
      : await runSuite(PROJECT, suiteRuns, progress);
    const passed = outcomes.filter((ok) => ok).length;
    return {runs: outcomes.length, value: {passed}, target: {passed: suiteRuns}, ok: passed === suiteRuns};
  },
});

async function inClone(clone: string, times: number, progress: Progress): Promise<boolean[]> {
  await mustPass(['git', 'clone', '--quiet', '--no-local', PROJECT, clone], PROJECT);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {cwd: clone, encoding: 'utf8'}).trim();
  progress(`clean clone of ${commit}`);
  // `npm ci` builds, too.
  await mustPass(['npm', 'ci', '--no-audit', '--no-fund'], clone);
  return runSuite(clone, times, progress);
}

async function runSuite(folder: string, times: number, progress: Progress): Promise<boolean[]> {
  const outcomes: boolean[] = [];
  for (let time = 1; time <= times; time++) {
    const {exitCode} = await inFolder(['npm', 'run', '--silent', 'test:agents'], folder);
    progress(`suite run ${time} of ${times}: exit ${exitCode}`);
    outcomes.push(exitCode === 0);
  }
  return outcomes;
}

async function mustPass(argv: readonly [string, ...string[]], folder: string): Promise<void> {
  const {exitCode} = await inFolder(argv, folder);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}`);
}

/** Runs a command; all it says goes to our stderr. */
function inFolder(argv: readonly [string, ...string[]], cwd: string) {
  return runToEnd(argv, {cwd, stdio: ['ignore', process.stderr, 'inherit']});
}
