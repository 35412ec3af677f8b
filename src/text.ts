import {stripVTControlCharacters} from 'node:util';

/** The controls left over when escape sequences are gone, but for newline and tab. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that is safe to show on a terminal: escape sequences and control characters are gone, newline and tab stay. */
export function stripControl(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, '');
}

/** The first `maxChars` of a text on one line, control characters gone. */
export function oneLine(text: string, maxChars: number): string {
  const line = stripControl(text).replace(/\s+/g, ' ').trim();
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}
