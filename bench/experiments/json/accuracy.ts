/** Does a reader find the objects of a malformed or incomplete stream, and nothing else? */
import {CASES} from './cases.ts';
import {READERS, type ReaderName} from './readers.ts';
import {cutInto, readChunks} from './reading.ts';

export interface Accuracy {
  reader: ReaderName;
  /** Cases in which it found what there was, however they were cut. */
  right: string[];
  /** Those in which it did not. */
  wrong: string[];
  /** Those of them in which it broke off, so that nothing further would be read. */
  brokeOff: string[];
  /** Those in which it told of an object that was not there. */
  invented: string[];
}

const CUTS_BYTES = [1, 7, 4095];

export async function accuracy(): Promise<Accuracy[]> {
  const all: Accuracy[] = [];
  for (const reader of Object.keys(READERS) as ReaderName[]) all.push(await accuracyOf(reader));
  return all;
}

async function accuracyOf(reader: ReaderName): Promise<Accuracy> {
  const found: Accuracy = {reader, right: [], wrong: [], brokeOff: [], invented: []};
  for (const {name, bytes, expected} of CASES) {
    const wanted = expected.map((value) => JSON.stringify(value));
    const reads = [];
    for (const cut of CUTS_BYTES) reads.push(await readChunks(reader, cutInto(bytes, cut)));
    const objects = reads.map((read) => read.objects.filter(isObject).map((value) => JSON.stringify(value)));
    const isRight = objects.every((texts) => texts.join('\n') === wanted.join('\n'));
    found[isRight ? 'right' : 'wrong'].push(name);
    if (reads.some(({brokeOff}) => brokeOff !== null)) found.brokeOff.push(name);
    if (objects.some((texts) => texts.some((text) => !wanted.includes(text)))) found.invented.push(name);
  }
  return found;
}

/** Agents speak in objects; what else a reader reports is nobody's business. */
function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
