// read-prompt.mjs LINES: reads stdin to its end and says as JSON on stdout what it got; then writes LINES lines to
// stdout and LINES to stderr, in turn.
import {createHash} from 'node:crypto';
import {writeAll} from './write-all.mjs';

const hash = createHash('sha256');
let bytes = 0;
let lineEnds = 0;
for await (const chunk of process.stdin) {
  hash.update(chunk);
  bytes += chunk.length;
  for (const byte of chunk) if (byte === 10) lineEnds++;
}
const got = {type: 'prompt', sha256: hash.digest('hex'), bytes, lineEnds};
writeAll(1, Buffer.from(`${JSON.stringify(got)}\n`));
for (let line = 0; line < Number(process.argv[2]); line++) {
  writeAll(1, Buffer.from(`out ${line}\n`));
  writeAll(2, Buffer.from(`err ${line}\n`));
}
