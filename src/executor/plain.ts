/** Output that is no JSON of the agent's: noise, plain lines, frames too large. */
import type {EventBody} from '../event.ts';
import type {OversizedFrame, TextFrame} from '../frame/frame.ts';
import {stripControl} from '../text.ts';

/** Whether anything of a text is left once terminal control and an echoed `^C` are gone. */
export function hasWords(text: string): boolean {
  const rest = stripControl(text).trim();
  return rest !== '' && rest !== '^C';
}

/** A frame without structure as an event: none for blanks and terminal noise, which the raw file keeps. */
export function plainEvents(frame: TextFrame | OversizedFrame): EventBody[] {
  if (frame.kind === 'oversized') return [{type: 'unparsed', reason: 'oversized'}];
  return hasWords(frame.text) ? [{type: 'unparsed', reason: 'text', text: frame.text}] : [];
}

/** Lines of a stack trace explain nothing to the reader of a one-line reason. */
const STACK_LINE = /^\s+at /;

/** Remembers the last plain line that may say why an agent failed. */
export class LastLine {
  #line: string | null = null;

  see({text}: TextFrame): void {
    if (hasWords(text) && !STACK_LINE.test(text)) this.#line = text;
  }

  get value(): string | null {
    return this.#line;
  }
}
