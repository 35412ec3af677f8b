/** The parts of prompts as text, each within its bound. */
import {oneLine} from '../../text.ts';
import type {CheckPart, DiffPart, ToolCallPart} from './parts.ts';
import type {Style, TitledText} from './style.ts';

/** Longest parts, characters. */
const MAX_WORDS_CHARS = 32 * 1024;
const MAX_DIFF_CHARS = 64 * 1024;
const MAX_TAIL_CHARS = 8 * 1024;
const MAX_TAILS_CHARS = 48 * 1024;
const MAX_TOOL_CALLS = 200;
const MAX_TOOL_CALLS_CHARS = 16 * 1024;
const MAX_LINE_CHARS = 300;

/** The end of what a worker or an auditor has said. */
export function wordsOf(text: string | null): string {
  return text ? endOf(text, MAX_WORDS_CHARS) : '(nothing)';
}

export function diffPart(style: Style, diff: DiffPart | null): string {
  if (diff === null) return '';
  if (diff.kind === 'none')
    return style.data('diff', `(there is no diff: ${oneLine(diff.reason, MAX_LINE_CHARS)})`);
  const {files, omittedFiles, text} = diff;
  const more = omittedFiles > 0 ? [`and ${omittedFiles} more`] : [];
  const summary = [...files.map(({status, path}) => `${status}: ${oneLine(path, MAX_LINE_CHARS)}`), ...more];
  const whole = [summary.join('\n') || 'Nothing has changed.', text]
    .filter((part) => part !== '')
    .join('\n\n');
  return style.data('diff', beginningOf(whole, MAX_DIFF_CHARS));
}

export function checksPart(style: Style, checks: readonly CheckPart[]): string {
  if (checks.length === 0) return '';
  const maxTailChars = Math.min(MAX_TAIL_CHARS, Math.floor(MAX_TAILS_CHARS / checks.length));
  return style.list(
    'checks',
    checks.map((check) => checkItem(check, maxTailChars)),
  );
}

const RESULTS: Readonly<Record<CheckPart['result'], string>> = {
  green: 'green',
  red: 'red',
  unable: 'could not be run to its end',
};

function checkItem({command, result, exitCode, tail}: CheckPart, maxChars: number): TitledText {
  const code = exitCode === null ? '' : ` (exit code ${exitCode})`;
  const text = tail === '' ? '(no output)' : endOf(tail, maxChars);
  return {title: `${oneLine(command, MAX_LINE_CHARS)}: ${RESULTS[result]}${code}`, text};
}

export function toolCallsPart(style: Style, calls: readonly ToolCallPart[]): string {
  return style.data('tool_calls', linesOf(calls).join('\n') || '(none is known)');
}

/** The newest, one a line. */
function linesOf(calls: readonly ToolCallPart[]): string[] {
  const lines: string[] = [];
  let chars = 0;
  for (const {status, kind, title} of calls.slice(-MAX_TOOL_CALLS).toReversed()) {
    const line = `${status} ${kind}: ${oneLine(title, MAX_LINE_CHARS)}`;
    chars += line.length + 1;
    if (chars > MAX_TOOL_CALLS_CHARS) break;
    lines.unshift(line);
  }
  const missing = calls.length - lines.length;
  return missing > 0 ? [`(${missing} earlier ones are left out)`, ...lines] : lines;
}

function endOf(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `[the beginning is left out]\n${text.slice(-maxChars)}`;
}

function beginningOf(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars)}\n[the rest is left out]`;
}
