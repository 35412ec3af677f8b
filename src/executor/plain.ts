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

/** What explains nothing to the reader of a one-line reason: stack traces, warnings, lines without a word. */
const NO_REASON = /^\s*at \S|^\s*\w*warning\b|^[^\p{L}]*$/iu;

/** Remembers the last plain line that may say why an agent failed. */
export class LastLine {
  #line: string | null = null;

  see(frame: TextFrame | OversizedFrame): void {
    if (frame.kind === 'text' && !NO_REASON.test(stripControl(frame.text))) this.#line = frame.text;
  }

  get value(): string | null {
    return this.#line;
  }
}
