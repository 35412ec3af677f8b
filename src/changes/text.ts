/** The text of a comparison: names, then differences, as far as there is room. */
import type {ChangeLimits, FileChange} from './comparison.ts';
import type {PatchPart} from './patch-reader.ts';

/** Room for the words about what is left out, bytes. */
const NOTE_BYTES = 100;

/**
 * One line for each name, in at most `maxBytes`.
 * @param total how many files changed, of which `lines` may be the first ones only
 */
export function namesText(lines: readonly string[], total: number, maxBytes: number): string {
  let text = total === 1 ? '1 file changed:\n' : `${total} files changed:\n`;
  let room = maxBytes - byteLength(text) - NOTE_BYTES;
  let named = 0;
  for (const line of lines) {
    room -= byteLength(line) + 1;
    if (room < 0) break;
    text += `${line}\n`;
    named += 1;
  }
  return named === total ? text : `${text}[${total - named} more are left out]\n`;
}

/** `- renamed old -> new`, and what else there is to say in brackets. */
export function nameLine({path, previousPath, status}: FileChange, remark: string | null): string {
  const name = previousPath === null ? shownPath(path) : `${shownPath(previousPath)} -> ${shownPath(path)}`;
  return `- ${status} ${name}${remark === null ? '' : ` (${remark})`}`;
}

/** A name that could be read as something else is quoted. */
function shownPath(path: string): string {
  return /^[\s"]|\s$|[\u0000-\u001f\u007f]| -> /.test(path) ? JSON.stringify(path) : path;
}

/** Names and differences. Sets what is `shown` of each file. `patches` belong to the first files, in their order. */
export function comparisonText(
  files: readonly FileChange[],
  omittedFiles: number,
  patches: readonly PatchPart[],
  {totalBytes, fileBytes}: ChangeLimits,
): string {
  const total = files.length + omittedFiles;
  if (total === 0) return '';
  const lines = files.map((file) => nameLine(file, file.isBinary === true ? 'binary or large' : null));
  let text = namesText(lines, total, Math.floor(totalBytes / 4));
  let withDifferences = 0;
  for (const [index, file] of files.entries()) {
    const patch = patches[index];
    if (file.isBinary === true) withDifferences += 1;
    else if (patch) {
      const room = totalBytes - byteLength(text) - 2 * NOTE_BYTES;
      if (room < MIN_PART_BYTES) break;
      const {shown, isWhole} = fitted(patch, Math.min(fileBytes, room));
      file.shown = isWhole ? 'whole' : 'part';
      text += `\n${shown}`;
      withDifferences += 1;
    }
  }
  const left = total - withDifferences;
  return left === 0 ? text : `${text}\n[the differences of ${left} more are left out]\n`;
}

/** Less of a file tells nothing. */
const MIN_PART_BYTES = 200;

function fitted({text, isWhole}: PatchPart, maxBytes: number): {shown: string; isWhole: boolean} {
  const shown = withPictures(text);
  if (isWhole && byteLength(shown) <= maxBytes) return {shown, isWhole: true};
  return {shown: `${beginning(shown, maxBytes)}\n[the rest of this file is left out]\n`, isWhole: false};
}

/** Whole lines where there is one, else as many characters as fit. */
function beginning(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  const cut = bytes.length <= maxBytes ? text : bytes.toString('utf8', 0, maxBytes).replace(/\ufffd$/, '');
  const end = cut.lastIndexOf('\n');
  return end > cut.length / 2 ? cut.slice(0, end) : cut;
}

/** Control characters but for newline and tab as the pictures that Unicode has for them. */
function withPictures(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (control) =>
    control === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + control.charCodeAt(0)),
  );
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
