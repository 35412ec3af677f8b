/** What oneshot adds to the wall time of a command that takes a while. */
import {builtCli} from '../build.ts';
import {programPath, withTempFolder} from '../process.ts';
import {defineFigures} from './figure.ts';
import {nodeMs} from './node-time.ts';
import {inTurn, medianRatio} from './pairs.ts';

/** A line each 100 ms, for ten seconds. */
const LINES = 100;
const INTERVAL_MS = 100;

export const wall = defineFigures({
  full: {pairs: 5},
  reduced: {pairs: 2},
  targets: {'wall time of a 10 s command': {atMost: 1.02}},
  method: 'a Node program that says a line each 100 ms for 10 s, under `oneshot exec` ÷ alone; in turn',
  async measure({pairs}, progress) {
    const cli = await builtCli();
    return withTempFolder(async (home) => {
      const program = [programPath('steady.mjs'), `${LINES}`, `${INTERVAL_MS}`];
      const under = () => nodeMs([cli, 'exec', '--', process.execPath, ...program], home);
      const alone = () => nodeMs(program, home);
      progress('wall time');
      return {'wall time of a 10 s command': medianRatio(await inTurn(pairs, under, alone))};
    });
  },
});
