/** The task's text, exactly as given. */
import {readFile} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import {messageOf, OneshotError} from '../error.ts';
import type {PromptSource} from './invocation.ts';

/** @throws OneshotError EMPTY_PROMPT, UNREADABLE_FILE */
export async function readPrompt(source: PromptSource, io: {readonly stdin: Readable}): Promise<string> {
  const text =
    source.from === 'stdin' ? decoded(await readStream(io.stdin), 'stdin') : await readText(source);
  if (text.trim() !== '') return text;
  throw new OneshotError(
    'EMPTY_PROMPT',
    'the task is empty',
    'Say what to do: oneshot "fix the failing test".',
  );
}

/** @throws OneshotError UNREADABLE_FILE, also for what is no UTF-8 */
export async function readText(source: Exclude<PromptSource, {from: 'stdin'}>): Promise<string> {
  switch (source.from) {
    case 'argument':
      return source.text;
    case 'file':
      return decoded(await readBytes(source.path), source.path);
  }
}

/** @throws OneshotError UNREADABLE_FILE */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const nextStep = 'Give the path of a file that you may read.';
    throw new OneshotError('UNREADABLE_FILE', `cannot read ${path}: ${messageOf(cause)}`, nextStep, {cause});
  }
}

/** @throws OneshotError UNREADABLE_FILE */
export async function readStream(stream: Readable): Promise<Buffer> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (cause) {
    const nextStep = 'Pipe the task in, or give it as an argument.';
    throw new OneshotError('UNREADABLE_FILE', `cannot read stdin: ${messageOf(cause)}`, nextStep, {cause});
  }
}

/** Bytes that are no UTF-8 would reach the agent as something else than what was written. */
function decoded(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch (cause) {
    const nextStep = 'Save it as UTF-8 text.';
    throw new OneshotError('UNREADABLE_FILE', `${name} is not UTF-8 text`, nextStep, {cause});
  }
}
