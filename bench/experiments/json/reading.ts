/** Feeding a reader with chunks. */
import {READERS, type ReaderName} from './readers.ts';

export interface Read {
  objects: unknown[];
  /** How it broke off; null: it did not. */
  brokeOff: string | null;
}

/** What a reader makes of chunks. `keep` false: the objects are only counted, as `undefined`. */
export async function readChunks(name: ReaderName, chunks: Iterable<Buffer>, keep = true): Promise<Read> {
  const objects: unknown[] = [];
  const reader = READERS[name]((value) => objects.push(keep ? value : undefined));
  try {
    for (const chunk of chunks) {
      const waits = reader.feed(chunk);
      if (waits) await waits;
    }
    await reader.end();
    return {objects, brokeOff: null};
  } catch (error) {
    return {objects, brokeOff: error instanceof Error ? error.message : String(error)};
  }
}

/** The bytes in chunks of one size. */
export function* cutInto(bytes: Buffer, cutBytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += cutBytes) yield bytes.subarray(at, at + cutBytes);
}

/** The bytes with each line in a chunk of its own. */
export function* cutAtLineEnds(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const next = end < 0 ? bytes.length : end + 1;
    yield bytes.subarray(at, next);
    at = next;
  }
}
