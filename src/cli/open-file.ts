/** Files that the user names, as streams of bytes. */
import {open} from 'node:fs/promises';
import {messageOf, OneshotError} from '../error.ts';

/** @throws OneshotError UNREADABLE_FILE */
export async function openFile(path: string): Promise<AsyncIterable<Buffer>> {
  try {
    const file = await open(path, 'r');
    // A folder can be opened; only reading it fails.
    if ((await file.stat()).isDirectory()) throw new Error('it is a folder');
    return file.createReadStream();
  } catch (cause) {
    const nextStep = 'Give the path of a file that you may read.';
    throw new OneshotError('UNREADABLE_FILE', `cannot read ${path}: ${messageOf(cause)}`, nextStep, {cause});
  }
}
