/** Reading the files that agents write for themselves: bounded, and whatever does not read well is nothing. */
import {open, readFile, stat} from 'node:fs/promises';
import {isJson, type Json, objects, text} from '../fields.ts';

/** A JSON file larger than this is not read, bytes. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;

/** What is read of a file of lines, in bytes from its end. */
const MAX_TAIL_BYTES = 8 * 1024 * 1024;

/** Whether an agent's id may become the name of a file. */
export function isPlainId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}

/** The object in a file; null where there is none. */
export async function readJsonObject(path: string): Promise<Json | null> {
  const value = await readJson(path);
  return isJson(value) ? value : null;
}

/** The objects of an array in a file; none where there is no array. */
export async function readJsonObjects(path: string): Promise<Json[]> {
  return objects(await readJson(path));
}

async function readJson(path: string): Promise<unknown> {
  try {
    if ((await stat(path)).size > MAX_JSON_BYTES) return null;
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** The last objects of a file with one JSON object a line, oldest first; null when one of them is torn or no object. */
export async function readLastLines(path: string, maxBytes = MAX_TAIL_BYTES): Promise<Json[] | null> {
  try {
    const lines = (await readTail(path, maxBytes)).split('\n');
    const values = lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
    return values.every(isJson) ? values : null;
  } catch {
    return null;
  }
}

/** Without the line that the tail begins in the middle of. */
async function readTail(path: string, maxBytes: number): Promise<string> {
  const file = await open(path);
  try {
    const {size} = await file.stat();
    const start = Math.max(0, size - maxBytes);
    const {buffer, bytesRead} = await file.read({buffer: Buffer.alloc(size - start), position: start});
    const tail = buffer.toString('utf8', 0, bytesRead);
    return start === 0 ? tail : tail.slice(tail.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

/** The words in the content of a message, as both Anthropic's and Cline's files hold it. */
export function wordsIn(content: unknown): string {
  return objects(content)
    .map((block) => (block.type === 'text' && text(block.text)) || '')
    .join('');
}
