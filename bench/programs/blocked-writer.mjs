// blocked-writer.mjs ENDED_FILE: writes lines for ever. Its signal handlers note the signal in ENDED_FILE and exit with
// 7, but they only run between two writes: while a write blocks, no signal is seen.
import {writeFileSync, writeSync} from 'node:fs';

const [endedFile] = process.argv.slice(2);
const lines = `${'a line of an agent that talks too much '.repeat(8)}\n`.repeat(200);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    writeFileSync(endedFile, signal);
    process.exit(7);
  });
}

function writeMore() {
  for (let offset = 0; offset < lines.length; ) offset += writeSync(1, lines.slice(offset));
  setImmediate(writeMore);
}
writeMore();
