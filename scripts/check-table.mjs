#!/usr/bin/env node
/** The result lines of checks (stdin) as a table for people: what was found, and how much of the full check was run. */
import {readFileSync} from 'node:fs';

const figures = (value) =>
  value === null || typeof value !== 'object'
    ? String(value)
    : Object.entries(value)
        .map(([name, figure]) => `${name} ${figure}`)
        .join(', ');

const rows = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))
  .map(({name, ok, seconds, value, target, counts, fullCounts}) => [
    `${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`,
    `  found   ${figures(value)}`,
    `  target  ${figures(target)}`,
    `  here    ${figures(counts)}`,
    `  in full ${figures(fullCounts)}`,
  ]);
process.stdout.write(`${rows.flat().join('\n')}\n`);
