#!/usr/bin/env node
/** The program. `--version` alone is answered before anything else is loaded, so that it costs no more than Node itself. */
import {writeSync} from 'node:fs';
import {VERSION} from '../version.ts';

const [first, second] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && second === undefined) {
  writeSync(1, `${VERSION}\n`);
} else {
  const {start} = await import('./start.ts');
  await start(new URL(import.meta.url));
}
