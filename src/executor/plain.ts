/** Output that is no JSON of the agent's: noise, plain lines, frames too large. */
import type {EventBody} from '../event.ts';
import type {OversizedFrame, TextFrame} from '../frame/frame.ts';
import {stripControl} from '../text.ts';

export type PlainFrame = TextFrame | OversizedFrame;

/** Whether anything of a text is left once terminal control and an echoed `^C` are gone. */
export function hasWords(text: string): boolean {
  const rest = stripControl(text).trim();
  return rest !== '' && rest !== '^C';
}

/** A frame without structure as an event: none for blanks and terminal noise, which the raw file keeps. */
export function plainEvents(frame: PlainFrame): EventBody[] {
  if (frame.kind === 'oversized') return [{type: 'unparsed', reason: 'oversized'}];
  return hasWords(frame.text) ? [{type: 'unparsed', reason: 'text', text: frame.text}] : [];
}

/** What explains nothing to the reader of a one-line reason: stack traces, warnings, lines without a letter. */
const NO_REASON = /^\s*at \S|^\s*\w*warning\b|^\P{L}*$/iu;

/** Lines looked back at, and the longest that is no payload. */
const KEPT_LINES = 32;
const MAX_LINE_CHARS = 4096;

/** Remembers the last plain line that may say why an agent failed. Looks at the lines only when asked. */
export class LastLine {
  readonly #lines: string[] = [];
  #count = 0;

  see(text: string): void {
    if (text.length <= MAX_LINE_CHARS) this.#lines[this.#count++ % KEPT_LINES] = text;
  }

  get value(): string | null {
    for (let index = this.#count - 1; index >= Math.max(0, this.#count - KEPT_LINES); index--) {
      const line = this.#lines[index % KEPT_LINES]!;
      if (!NO_REASON.test(stripControl(line))) return line;
    }
    return null;
  }
}
