import {OneshotError} from '../error.ts';
import {isReaderGone, written} from '../view/follow.ts';
import type {Io} from './io.ts';

/**
 * Writes to stdout, at the reader's pace.
 * @throws OneshotError OUTPUT_FAILED unless it was written or its reader went away.
 */
export async function print(io: Io, text: string): Promise<void> {
  try {
    await written(io.stdout, text);
  } catch (error) {
    if (!isReaderGone(error)) throw outputFailed(error as Error);
  }
}

export function outputFailed(cause: Error): OneshotError {
  const message = `the output could not be written: ${cause.message}`;
  return new OneshotError('OUTPUT_FAILED', message, 'Check where stdout goes.', {cause});
}
