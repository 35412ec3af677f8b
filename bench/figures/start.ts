/** What a start of oneshot costs, against a start of Node that does the same. */
import {builtCli} from '../build.ts';
import {withTempFolder} from '../process.ts';
import {defineFigures} from './figure.ts';
import {nodeMs} from './node-time.ts';
import {inTurn, medianRatio} from './pairs.ts';

const SPAWN_TRUE = "require('node:child_process').spawn('true', {stdio: 'inherit'})";

export const start = defineFigures({
  full: {pairs: 51},
  reduced: {pairs: 15},
  targets: {'oneshot --version': {atMost: 1.5}, 'oneshot exec -- true': {atMost: 2}},
  method: 'wall time from spawn to exit ÷ `node -e 0`, or ÷ a `node -e` that spawns `true`; in turn',
  async measure({pairs}, progress) {
    const cli = await builtCli();
    progress('start');
    return withTempFolder(async (home) => {
      const node = (...args: string[]) => nodeMs(args, home);
      const version = await inTurn(
        pairs,
        () => node(cli, '--version'),
        () => node('-e', '0'),
      );
      const exec = await inTurn(
        pairs,
        () => node(cli, 'exec', '--', 'true'),
        () => node('-e', SPAWN_TRUE),
      );
      return {'oneshot --version': medianRatio(version), 'oneshot exec -- true': medianRatio(exec)};
    });
  },
});
