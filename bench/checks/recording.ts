/** What recording costs: a long stream through the spine, recorded and discarded in turn. */

import {join} from 'node:path';
import type {Write} from '../../src/session/append-file.ts';
import {eventProgram} from '../exec.ts';
import {withTempFolder} from '../process.ts';
import {mustSucceed, runOnSpine} from '../spine.ts';
import {median, rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const MB = 1_000_000;
const TARGET_RATIO = 1.1;

/** Takes everything at once and keeps nothing. */
const discard: Write = (_fd, bytes, done) => done(null, bytes.length);

export const recording = defineCheck({
  full: {streamMB: 500, pairs: 5},
  reduced: {streamMB: 50, pairs: 6},
  async measure({streamMB, pairs}, progress) {
    const bytes = streamMB * MB;
    // What is loaded and compiled on the first run belongs to neither.
    await took(5 * MB, undefined);
    await took(5 * MB, discard);
    const recorded: Took[] = [];
    const discarded: Took[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      // In turn the first of the two, since the load of the machine may rise or fall.
      const isFirst = pair % 2 === 1;
      if (isFirst) recorded.push(await took(bytes, undefined));
      discarded.push(await took(bytes, discard));
      if (!isFirst) recorded.push(await took(bytes, undefined));
      progress(`recorded ${shown(recorded.at(-1)!)}, discarded ${shown(discarded.at(-1)!)}`);
    }
    const ratioOf = (time: keyof Took) =>
      median(recorded.map((one, index) => one[time] / discarded[index]![time]));
    const ratio = ratioOf('seconds');
    return {
      runs: 2 * pairs,
      value: {ratio: rounded(ratio, 3)},
      target: {ratio: TARGET_RATIO},
      ok: ratio <= TARGET_RATIO,
      cpuRatio: rounded(ratioOf('cpuSeconds'), 3),
      recordedSeconds: rounded(median(recorded.map(({seconds}) => seconds))),
      discardedSeconds: rounded(median(discarded.map(({seconds}) => seconds))),
    };
  },
});

interface Took {
  /** Wall time. */
  seconds: number;
  /** CPU time of this process, which does all but write the stream. */
  cpuSeconds: number;
}

const shown = ({seconds, cpuSeconds}: Took) => `${rounded(seconds)} s (CPU ${rounded(cpuSeconds)} s)`;

/** One run with a stream of about `bytes`. */
function took(bytes: number, write: Write | undefined): Promise<Took> {
  return withTempFolder(async (folder) => {
    const [, ...argv] = eventProgram(bytes, join(folder, 'said.json')).argv;
    const before = process.cpuUsage();
    const run = await runOnSpine(argv, {stateDir: folder, transport: 'pty', ...(write && {write})});
    mustSucceed(run);
    const {user, system} = process.cpuUsage(before);
    return {seconds: run.ms / 1000, cpuSeconds: (user + system) / 1e6};
  });
}
