/** What speaks against a DONE in the answer that holds it. */
import {metOf} from './verdict-criteria.ts';
import type {Passage} from './verdict-passages.ts';

const OTHER_VERDICT = /verdict\W{0,12}(?:retry|impossible|not\b|fail|incomplete|reject|undone|unclear)/i;
const LABELLED = /[:=：]["'“”*_`\s\\]{0,6}(?:RETRY|IMPOSSIBLE|NOT[ _-]?DONE)\b/;
/** The word itself, denied. In these languages the denial comes first, or last. */
const DENIED_BEFORE =
  /(?:\b(?:not|cannot|never|nicht|kein\w*|pas|no (?:es|está|puedo))|n['’]t|(?:^|\s)(?:не|нельзя)|不|没|未|ليس|لا|لم|غير)[^.!?。！？\n{}]{0,30}\bDONE\b/iu;
const DENIED_AFTER = /\bDONE["'`*」』]{0,3}[^.!?。！？\n{}]{0,10}(?:ない|ありません|とは言え|değil|아니|않)/u;

/** Whether the rest of the answer, apart from `own`, says something other than DONE. */
export function isDeniedAround(text: string, own: Passage | null): boolean {
  const rest = own ? `${text.slice(0, own.start)}\n${text.slice(own.end)}` : text;
  return [OTHER_VERDICT, LABELLED].some((pattern) => pattern.test(rest)) || deniesTheWord(rest);
}

/** `done` in small letters is an ordinary word, so only the capital one counts. */
function deniesTheWord(text: string): boolean {
  return text
    .split('\n')
    .some((line) => line.includes('DONE') && (DENIED_BEFORE.test(line) || DENIED_AFTER.test(line)));
}

const FLAGS = [
  'done',
  'complete',
  'completed',
  'pass',
  'passed',
  'success',
  'ok',
  'accepted',
  'approved',
  'verified',
  'status',
  'result',
  'outcome',
];
const LEFT_OVER = ['missing', 'remaining', 'unmet', 'unmet_criteria', 'not_done', 'todo'];
const SPEAKERS = ['role', 'source', 'author', 'speaker', 'from', 'by', 'quoted_from'];
const NOT_DONE =
  /\b(?:not|n['’]t) (?:yet |really |fully |actually )?(?:done|complete|completed|finished)\b|\bnicht (?:fertig|erledigt)\b/i;

/** Whether an object with the verdict DONE says otherwise in another field, or that it is not the auditor's. */
export function deniesItself(fields: Readonly<Record<string, unknown>>): boolean {
  const {reason} = fields;
  return (
    FLAGS.some((name) => metOf(fields[name]) === false) ||
    LEFT_OVER.some((name) => Array.isArray(fields[name]) && fields[name].length > 0) ||
    SPEAKERS.some((name) => typeof fields[name] === 'string' && /worker/i.test(fields[name])) ||
    (typeof reason === 'string' && (NOT_DONE.test(reason) || deniesTheWord(reason)))
  );
}
