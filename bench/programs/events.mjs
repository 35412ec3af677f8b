// events.mjs BYTES SHA_FILE: at least BYTES of JSON lines on stdout, from 100 bytes to 1 MiB each and cut at random
// places; then their sha256 and length in SHA_FILE.
import {createHash} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {writeSome} from './write-all.mjs';

const [bytes, shaFile] = process.argv.slice(2);
const MIB = 1024 * 1024;
const wanted = Number(bytes);
const hash = createHash('sha256');
let written = 0;
let number = 0;
let pending = [];

/** A small linear congruential generator: the same bytes in every run. */
let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

const text = Buffer.from('päivää "quoted" \\ tab\t 漢字 🙂 words and more words, '.repeat(30_000)).toString(
  'utf8',
);
const encoded = JSON.stringify(text).slice(1, -1);
const TEXTS = [60, 60, 200, 300, 900, 900, 4000].map((length) => JSON.stringify(text.slice(0, length)));
const HUGE = [JSON.stringify(text.slice(0, 60_000)), hugeText()];

/** As much text as makes a line of just under 1 MiB. */
function hugeText() {
  let length = Math.floor(text.length * ((MIB - 100) / Buffer.byteLength(encoded)));
  while (Buffer.byteLength(JSON.stringify(text.slice(0, length))) > MIB - 100) length -= 16;
  return JSON.stringify(text.slice(0, length));
}

function line() {
  number++;
  const body = number % 1500 === 0 ? HUGE[1] : number % 100 === 0 ? HUGE[0] : TEXTS[number % TEXTS.length];
  return `{"type":"step","number":${number},"text":${body}}\n`;
}

function writeCut(buffer) {
  for (let offset = 0; offset < buffer.length; ) {
    const size = Math.min(buffer.length - offset, 1 + Math.floor(random() * 65_536));
    offset += writeSome(1, buffer, offset, size);
  }
}

while (written < wanted) {
  let size = 0;
  while (size < MIB && written + size < wanted) {
    const next = Buffer.from(line());
    pending.push(next);
    size += next.length;
  }
  const batch = Buffer.concat(pending);
  pending = [];
  hash.update(batch);
  writeCut(batch);
  written += batch.length;
}
writeFileSync(shaFile, JSON.stringify({sha256: hash.digest('hex'), bytes: written, lines: number}));
