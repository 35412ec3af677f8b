/** `oneshot verdict`: an auditor's answer in, what the loop would make of it on stdout as JSON. */
import {messageOf, OneshotError} from '../error.ts';
import {readVerdict} from '../loop/verdict.ts';
import {EXIT} from './exit-code.ts';
import type {Io} from './io.ts';
import {openFile} from './open-file.ts';
import {print} from './output.ts';
import type {VerdictOptions} from './verdict-options.ts';

/** The end of an answer that is held in memory: more than is ever looked at. */
const MAX_BYTES = 8 * 1024 * 1024;

/** @throws OneshotError UNREADABLE_FILE */
export async function verdictCommand({path}: VerdictOptions, io: Io): Promise<number> {
  const answer = path === null ? io.stdin : await openFile(path);
  const reading = readVerdict((await tailOf(answer, path ?? 'stdin')).toString());
  await print(io, `${JSON.stringify(reading, null, 2)}\n`);
  return reading.verdict === null ? EXIT.notVerified : EXIT.ok;
}

/** At least the last `MAX_BYTES` of a stream, or all of it. */
async function tailOf(stream: AsyncIterable<Buffer>, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      bytes += chunk.length;
      while (bytes - chunks[0]!.length >= MAX_BYTES) bytes -= chunks.shift()!.length;
    }
  } catch (cause) {
    const nextStep = 'Give a file that can be read to its end, or pipe the answer in.';
    throw new OneshotError('UNREADABLE_FILE', `cannot read ${name}: ${messageOf(cause)}`, nextStep, {cause});
  }
  return Buffer.concat(chunks);
}
