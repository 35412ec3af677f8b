import {messageOf, OneshotError} from '../error.ts';
import {problemLine} from '../view/problem.ts';

/** An error in one line, without a line end. */
export function errorLine(error: unknown): string {
  if (error instanceof OneshotError) return problemLine(error.code, error.message, error.nextStep);
  return problemLine('INTERNAL', messageOf(error), 'Run it again with --debug for the stack, and report it.');
}

/** The stack of an error and of its causes. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
