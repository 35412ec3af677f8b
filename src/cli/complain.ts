/** How an error looks to the user: one line, `oneshot: CODE: message. Next step.` */
import {stripVTControlCharacters} from 'node:util';
import {messageOf, OneshotError} from '../error.ts';

export function errorLine(error: unknown): string {
  if (error instanceof OneshotError) return problemLine(error.code, error.message, error.nextStep);
  return problemLine('INTERNAL', messageOf(error), 'Run it again with --debug for the stack, and report it.');
}

/** One line without a line end. Line breaks and control sequences in the parts do not survive. */
export function problemLine(code: string, message: string, nextStep: string): string {
  return `oneshot: ${code}: ${sentence(message)} ${sentence(nextStep)}`.trimEnd();
}

/** The stack of an error and of its causes. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function sentence(text: string): string {
  const line = oneLine(text);
  return line === '' || /[.!?…:]$/.test(line) ? line : `${line}.`;
}

function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
