/** How much memory the commands that read a session take for a very long one. */

import {writeBigSession} from '../big-session.ts';
import {builtCli} from '../build.ts';
import {runToEnd, withTempFolder} from '../process.ts';
import {rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const MB = 1_000_000;
const MIB = 1024 * 1024;
const TARGET_MIB = 150;

const COMMANDS: readonly (readonly string[])[] = [
  ['show'],
  ['follow'],
  ['follow', '--json'],
  ['replay', '--instant'],
  ['export', '--format', 'md'],
  ['export', '--format', 'jsonl'],
  ['export', '--format', 'asciicast'],
  ['export', '--format', 'result'],
];

export const bigSession = defineCheck({
  full: {logMB: 2000},
  reduced: {logMB: 200},
  async measure({logMB}, progress) {
    const cli = await builtCli();
    return withTempFolder(async (home) => {
      const id = writeBigSession(home, logMB * MB);
      progress('the session is written');
      const env = {...process.env, ONESHOT_HOME: home};
      const peaksMiB: Record<string, number> = {};
      let failed = 0;
      for (const [name = '', ...options] of COMMANDS) {
        const startedAt = performance.now();
        const argv = [process.execPath, cli, name, id, ...options] as const;
        const {exitCode, peakRssBytes} = await runToEnd([...argv], {env});
        if (exitCode !== 0 || peakRssBytes === 0) failed++;
        const command = [name, ...options].join(' ');
        peaksMiB[command] = rounded(peakRssBytes / MIB, 1);
        const seconds = rounded((performance.now() - startedAt) / 1000, 1);
        progress(`${command}: exit ${exitCode}, ${peaksMiB[command]} MiB, ${seconds} s`);
      }
      const rssMiB = Math.max(...Object.values(peaksMiB));
      return {
        runs: COMMANDS.length,
        value: {rssMiB, failed},
        target: {rssMiB: TARGET_MIB, failed: 0},
        ok: failed === 0 && rssMiB <= TARGET_MIB,
        peaksMiB,
      };
    });
  },
});
