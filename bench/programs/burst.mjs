// burst.mjs FILE [quiet|noisy]: writes FILE to stdout and exits at once, as agents do. With `quiet` or `noisy`
// it leaves a grandchild behind that holds both streams open for a minute; a noisy one writes once the parent is gone.
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';

const [file, grandchild] = process.argv.slice(2);
const NOISY =
  'while kill -0 "$0" 2>&-; do sleep 0.01; done; for i in $(seq 2000); do echo late; sleep 0.03; done';

if (grandchild) {
  const script = grandchild === 'noisy' ? NOISY : 'exec sleep 60';
  const stdio = ['ignore', 'inherit', 'inherit'];
  spawn('sh', ['-c', script, String(process.pid)], {stdio, detached: true});
}
process.stdout.write(readFileSync(file));
process.exit(0);
