import {OneshotError} from '../error.ts';
import {isReaderGone, written} from '../view/follow.ts';
import type {Io} from './io.ts';

/**
 * Writes to stdout, at the reader's pace; false once the reader is gone.
 * @throws OneshotError OUTPUT_FAILED
 */
export async function print(io: Io, text: string | Uint8Array): Promise<boolean> {
  try {
    await written(io.stdout, text);
    return true;
  } catch (error) {
    if (isReaderGone(error)) return false;
    throw outputFailed(error as Error);
  }
}

/** A plain program's words end in a line end of their own. */
export function asLines(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

export function outputFailed(cause: Error): OneshotError {
  const message = `the output could not be written: ${cause.message}`;
  return new OneshotError('OUTPUT_FAILED', message, 'Check where stdout goes.', {cause});
}
