// ticker.mjs COUNT INTERVAL_MS TERMINAL: writes COUNT events to stdout and COUNT to the terminal at that path, one
// every INTERVAL_MS on each, in turn. Each carries the monotonic time in ns right before its write.
import {constants, openSync, writeSync} from 'node:fs';

const [count, intervalMs, terminal] = process.argv.slice(2);
// Without O_NOCTTY a session leader would take it for its controlling terminal.
const other = openSync(terminal, constants.O_WRONLY | constants.O_NOCTTY);

let left = 2 * Number(count);
const timer = setInterval(() => {
  writeSync(left % 2 === 0 ? 1 : other, `{"type":"tick","left":${left},"at":"${process.hrtime.bigint()}"}\n`);
  if (--left === 0) clearInterval(timer);
}, Number(intervalMs) / 2);
