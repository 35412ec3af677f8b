/** A long stream of events through `oneshot exec`, recorded: how much memory the program takes beyond being there. */
import {join} from 'node:path';
import {builtCli} from '../build.ts';
import {contentOf, eventProgram, exec, idleRssBytes, onlySession} from '../exec.ts';
import {withTempFolder} from '../process.ts';
import {rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const MB = 1_000_000;
const MIB = 1024 * 1024;
export const ABOVE_IDLE_MIB = 64;

export const memory = defineCheck({
  full: {eventsMB: 2000},
  reduced: {eventsMB: 100},
  async measure({eventsMB}, progress) {
    const cli = await builtCli();
    const idle = await withTempFolder((home) => idleRssBytes(['--quiet'], cli, home));
    progress(`idle ${rounded(idle / MIB, 1)} MiB`);
    const run = await withTempFolder((home) => recorded(eventsMB * MB, cli, home));
    const aboveIdleMiB = rounded((run.peakRssBytes - idle) / MIB, 1);
    return {
      runs: 1,
      value: {aboveIdleMiB, recordedEqual: run.equal},
      target: {aboveIdleMiB: ABOVE_IDLE_MIB, recordedEqual: true},
      ok: run.equal && aboveIdleMiB <= ABOVE_IDLE_MIB,
      idleMiB: rounded(idle / MIB, 1),
      peakMiB: rounded(run.peakRssBytes / MIB, 1),
      megabytesPerSecond: rounded(run.bytes / MB / run.seconds, 1),
    };
  },
});

async function recorded(bytes: number, cli: string, home: string) {
  const program = eventProgram(bytes, join(home, 'said.json'));
  const startedAt = performance.now();
  const {exitCode, peakRssBytes} = await exec(['--quiet', ...program.argv], {cli, home});
  const seconds = (performance.now() - startedAt) / 1000;
  const content = await contentOf(join(onlySession(home), '1', 'worker.stdout'));
  const equal = exitCode === 0 && content.sha256 === program.said().sha256;
  return {equal, peakRssBytes, seconds, bytes: content.bytes};
}
