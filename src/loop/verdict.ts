/**
 * Reads the auditor's answer: lenient about JSON, strict about meaning. Nothing but an explicit DONE is DONE: no verdict,
 * two that differ, an unknown word, an object that was cut off, a quotation or an example all count as no verdict.
 * `docs/loop.md` has the rules.
 */
import type {AuditedCriterion, VerdictWord} from '../event.ts';
import {boundedCriteria, criteriaOf, textOf} from './verdict-criteria.ts';
import {deniesItself, isDeniedAround} from './verdict-denial.ts';
import {type FoundObject, objectsIn} from './verdict-objects.ts';
import {ownPassages} from './verdict-passages.ts';
import {endsTheAnswer, isMentioned} from './verdict-place.ts';

export interface VerdictReading {
  /** null: the answer holds no clear verdict. */
  verdict: VerdictWord | null;
  /** The auditor's reason, or why there is no verdict. */
  reason: string;
  /** What should be done differently, or null. */
  feedback: string | null;
  /** What the auditor says of each criterion: at most 100, their texts cut after 1,000 characters; empty where it says nothing. */
  criteria: AuditedCriterion[];
  /** `json`: strict JSON. `repaired`: JSON after mending. `none`: no object with a verdict. `unclear`: one that cannot count. */
  how: 'json' | 'repaired' | 'none' | 'unclear';
}

const WORDS = ['DONE', 'RETRY', 'IMPOSSIBLE'] as const satisfies readonly VerdictWord[];

/** Longest answer in which objects are looked for, in characters from its end: a verdict comes last. */
const MAX_ANSWER_CHARS = 1024 * 1024;

/** Marks that nobody sees and that JSON does not have. */
const INVISIBLE = /[\u200B\u2060\uFEFF]/g;

/** Reads the final words of an auditor. Never throws; takes time in proportion to their length. */
export function readVerdict(answer: string): VerdictReading {
  const text = answer.slice(-MAX_ANSWER_CHARS).replace(INVISIBLE, '');
  const claims = ownPassages(text)
    .flatMap((passage) => objectsIn(text, passage))
    .filter(({fields}) => Object.hasOwn(fields, 'verdict'));
  const last = claims.at(-1);
  if (!last) return unclear('none', 'The answer holds no JSON object with a "verdict" of its own.');
  const words = new Set(claims.map(({fields}) => wordOf(fields.verdict)));
  if (words.size > 1) return unclear('unclear', CONTRADICTION);
  const [word = null] = words;
  if (word === null) return unclear('unclear', `The verdict is none of ${WORDS.join(', ')}.`);
  const {fields, how} = last;
  const criteria = criteriaOf(fields);
  const objection = objectionTo(word, last, text) ?? (word === 'DONE' ? unmetOf(criteria) : null);
  if (objection !== null) return {...unclear('unclear', objection), criteria: boundedCriteria(criteria)};
  return {
    verdict: word,
    reason: textOf(fields.reason) ?? '',
    feedback: textOf(fields.feedback),
    criteria: boundedCriteria(criteria),
    how,
  };
}

const CONTRADICTION = 'The answer holds verdicts that contradict each other.';

function unclear(how: 'none' | 'unclear', reason: string): VerdictReading {
  return {verdict: null, reason, feedback: null, criteria: [], how};
}

/** Why `word` cannot count, or null. */
function objectionTo(word: VerdictWord, claim: FoundObject, text: string): string | null {
  if (claim.repeated.has('verdict')) return CONTRADICTION;
  if (claim.how === 'repaired' && !spells(text.slice(claim.start, claim.end), word))
    return 'The verdict is not spelled out.';
  if (isMentioned(text, claim))
    return 'The JSON object with the verdict is a quotation, an example or part of a sentence.';
  if (word !== 'DONE') return text.slice(claim.end).includes('DONE') ? CONTRADICTION : null;
  return objectionToDone(claim, text);
}

function objectionToDone(claim: FoundObject, text: string): string | null {
  if (!endsTheAnswer(text, claim)) return 'Something comes after the JSON object with the verdict DONE.';
  if (claim.repeated.size > 0 || deniesItself(claim.fields))
    return 'The JSON object with the verdict DONE contradicts itself.';
  if (claim.how === 'json') return isDeniedAround(text, claim) ? CONTRADICTION : null;
  // What was mended may be two objects, and may hold more than what was read.
  const verdicts = text.slice(claim.start, claim.end).match(VERDICT_FIELD)?.length;
  return verdicts !== 1 || isDeniedAround(text, null) ? CONTRADICTION : null;
}

function unmetOf(criteria: readonly AuditedCriterion[]): string | null {
  const unmet = criteria.find(({met}) => met === false);
  return unmet ? `The verdict is DONE, but a criterion is not met: ${unmet.criterion.slice(0, 200)}` : null;
}

const VERDICT_FIELD = /verdict["'“”‘’\\]{0,4}\s{0,80}:/gi;

/** Of the word and what may stand around it. */
const MAX_WORD_CHARS = 100;

const WORD = new RegExp(`^[\\s*_\`]*(${WORDS.join('|')})[\\s*_\`]*[.!]?[\\s*_\`]*$`, 'i');

function wordOf(claim: unknown): VerdictWord | null {
  const [, word] = (typeof claim === 'string' && claim.length <= MAX_WORD_CHARS && WORD.exec(claim)) || [];
  return word === undefined ? null : (word.toUpperCase() as VerdictWord);
}

/** Whether the word stands in JSON that was mended, so that mending has not made it up. */
function spells(source: string, word: VerdictWord): boolean {
  const quote = '["\'“”‘’]?';
  const pair = `verdict${quote}\\s{0,80}:\\s{0,80}${quote}[\\s*_]{0,80}${word}[\\s*_]{0,80}[.!]?${quote}\\s{0,80}(?:[,}/]|["'“\\w]{1,80}\\s{0,80}:)`;
  return new RegExp(pair, 'i').test(source);
}
