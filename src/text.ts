/** C0 and C1 controls and DEL; newline and tab are none here. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/**
 * What a terminal would not show, by ECMA-48: control sequences (CSI), control strings (OSC, DCS, SOS, PM, APC; one without
 * an end is cut at the line end), other escape sequences, and the controls that are left over.
 */
const CONTROL_FUNCTIONS = new RegExp(
  [
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    '(?:\\u001b[P\\]X^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)?',
    '\\u001b[ -/]*[0-~]',
    CONTROL.source,
  ].join('|'),
  'g',
);

/** Text that is safe to show on a terminal: escape sequences and control characters are gone, newline and tab stay. */
export function stripControl(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROL_FUNCTIONS, '') : text;
}

/** The first `maxChars` of a text on one line, control characters gone. */
export function oneLine(text: string, maxChars: number): string {
  const line = stripControl(text).replace(/\s+/g, ' ').trim();
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}

/** A text that ends as a sentence does; an empty one stays empty. */
export function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}
