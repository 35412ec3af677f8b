/** What recording costs: a long stream through the spine, recorded and discarded in turn. */

import {join} from 'node:path';
import type {Writev} from '../../src/session/append-file.ts';
import {eventProgram} from '../exec.ts';
import {withTempFolder} from '../process.ts';
import {mustSucceed, runOnSpine} from '../spine.ts';
import {median, rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const MB = 1_000_000;
const TARGET_RATIO = 1.1;

/** Takes everything at once and keeps nothing. */
const discard: Writev = (_fd, buffers, done) =>
  done(
    null,
    buffers.reduce((sum, {length}) => sum + length, 0),
  );

export const recording = defineCheck({
  full: {streamMB: 500, pairs: 5},
  reduced: {streamMB: 50, pairs: 6},
  async measure({streamMB, pairs}, progress) {
    const bytes = streamMB * MB;
    // What is loaded and compiled on the first run belongs to neither.
    await seconds(5 * MB, undefined);
    await seconds(5 * MB, discard);
    const recorded: number[] = [];
    const discarded: number[] = [];
    for (let pair = 1; pair <= pairs; pair++) {
      // In turn the first of the two, since the load of the machine may rise or fall.
      const isFirst = pair % 2 === 1;
      if (isFirst) recorded.push(await seconds(bytes, undefined));
      discarded.push(await seconds(bytes, discard));
      if (!isFirst) recorded.push(await seconds(bytes, undefined));
      progress(`recorded ${rounded(recorded.at(-1)!)} s, discarded ${rounded(discarded.at(-1)!)} s`);
    }
    const ratio = median(recorded.map((one, index) => one / discarded[index]!));
    return {
      runs: 2 * pairs,
      value: {ratio: rounded(ratio, 3)},
      target: {ratio: TARGET_RATIO},
      ok: ratio <= TARGET_RATIO,
      recordedSeconds: rounded(median(recorded)),
      discardedSeconds: rounded(median(discarded)),
    };
  },
});

/** Wall time of one run with a stream of about `bytes`. */
function seconds(bytes: number, writev: Writev | undefined): Promise<number> {
  return withTempFolder(async (folder) => {
    const [, ...argv] = eventProgram(bytes, join(folder, 'said.json')).argv;
    const run = await runOnSpine(argv, {stateDir: folder, transport: 'pty', ...(writev && {writev})});
    mustSucceed(run);
    return run.ms / 1000;
  });
}
