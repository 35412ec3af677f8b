/** `oneshot --version` against `node -e 0`, one pair after the other. */
import {builtCli} from '../build.ts';
import {nodeMs} from '../figures/node-time.ts';
import {median, rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const TARGET_RATIO = 1.5;

export const coldStart = defineCheck({
  full: {pairs: 100},
  reduced: {pairs: 30},
  async measure({pairs}, progress) {
    const cli = await builtCli();
    const oneshotMs: number[] = [];
    const bareMs: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      bareMs.push(nodeMs(['-e', '0']));
      oneshotMs.push(nodeMs([cli, '--version']));
      if (pair % 10 === 9) progress(`${pair + 1} of ${pairs} pairs`);
    }
    const ratio = median(oneshotMs.map((ms, pair) => ms / bareMs[pair]!));
    return {
      runs: oneshotMs.length,
      value: {ratio: rounded(ratio)},
      target: {ratio: TARGET_RATIO},
      ok: ratio <= TARGET_RATIO,
      medianMs: {oneshot: rounded(median(oneshotMs), 1), bare: rounded(median(bareMs), 1)},
    };
  },
});
