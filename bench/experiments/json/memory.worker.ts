/** The most memory that a reader takes for one object, in a process of its own that holds no more of it than a chunk. */
import {answer, inputOf} from '../apart.ts';
import {memoryGrowth} from '../memory.ts';
import {READERS, type ReaderName} from './readers.ts';

export interface MemoryInput {
  reader: ReaderName | 'JSON.parse alone';
  objectBytes: number;
}

const CHUNK_BYTES = 4095;
const ITEM = `{"type":"text","text":"${'päivää, "words" and more words\\n'.repeat(60)}"},`.replaceAll(
  '"words"',
  '\\"words\\"',
);

/** An object of about that size, in chunks. */
function* chunks(objectBytes: number): Generator<Buffer> {
  let pending = Buffer.from('{"type":"result","items":[');
  const item = Buffer.from(ITEM);
  for (let made = pending.length; made < objectBytes; made += item.length) {
    pending = Buffer.concat([pending, item]);
    while (pending.length > CHUNK_BYTES) {
      yield pending.subarray(0, CHUNK_BYTES);
      pending = pending.subarray(CHUNK_BYTES);
    }
  }
  yield Buffer.concat([pending, Buffer.from('0]}\n')]);
}

const {reader: name, objectBytes} = inputOf<MemoryInput>();
const rssBytes = memoryGrowth();
let objects = 0;
let kept: unknown;
if (name === 'JSON.parse alone') {
  kept = JSON.parse(Buffer.concat([...chunks(objectBytes)]).toString());
  objects = 1;
} else {
  const reader = READERS[name]((value) => {
    kept = value;
    objects++;
  });
  for (const chunk of chunks(objectBytes)) {
    const waits = reader.feed(chunk);
    if (waits) await waits;
  }
  await reader.end();
}
if (objects !== 1 || kept === undefined) throw new Error(`${objects} objects`);
answer({rssBytes: rssBytes()});
