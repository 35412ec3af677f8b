/** Damaged logs crash no command and are never taken for verified. */
import {fuzzCase, logOf} from '../fuzz-logs.ts';
import {withTempFolder} from '../process.ts';
import {defineCheck} from './check.ts';

export const fuzz = defineCheck({
  full: {cases: 10_000},
  reduced: {cases: 500},
  async measure({cases}, progress) {
    let runs = 0;
    let wrong = 0;
    await withTempFolder(async (home) => {
      for (let seed = 0; seed < cases; seed++) {
        const finding = await fuzzCase(home, seed);
        runs++;
        if (finding !== null) {
          wrong++;
          progress(`case ${seed}: ${finding}\n${logOf(home)}`);
        }
        if (runs % 1000 === 0) progress(`${runs} cases`);
      }
    });
    return {runs, value: {wrong}, target: {wrong: 0}, ok: runs === cases && wrong === 0};
  },
});
