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

/** A line that calls itself an error explains more than the advice that may follow it. */
const ERROR = /^\W*(error|fatal)\b/i;

/** Lines looked back at, and the longest that is no payload. */
const KEPT_LINES = 32;
const MAX_LINE_CHARS = 4096;

/** Remembers the last plain lines, for the one that may say why an agent failed. Looks at them only when asked. */
export class LastLine {
  #lines: string[] = [];

  see(text: string): void {
    if (text.length > MAX_LINE_CHARS) return;
    this.#lines.push(text);
    if (this.#lines.length === 2 * KEPT_LINES) this.#lines = this.#lines.slice(-KEPT_LINES);
  }

  get value(): string | null {
    const lines = this.#lines.slice(-KEPT_LINES).filter((line) => !NO_REASON.test(stripControl(line)));
    return lines.findLast((line) => ERROR.test(stripControl(line))) ?? lines.at(-1) ?? null;
  }
}
