/**
 * Reads the auditor's answer: lenient about JSON, strict about meaning. Nothing but an explicit DONE is DONE: no verdict,
 * two that differ, an unknown word or an object that was cut off in the middle all count as no verdict.
 */
import {jsonrepair} from 'jsonrepair';
import type {VerdictWord} from '../event.ts';

export interface VerdictReading {
  /** null: the answer holds no clear verdict. */
  verdict: VerdictWord | null;
  /** The auditor's reason, or why there is no verdict. */
  reason: string;
  /** What should be done differently, or null. */
  feedback: string | null;
  /** `json`: strict JSON. `repaired`: JSON after mending. `none`: no object with a verdict. `unclear`: one that cannot count. */
  how: 'json' | 'repaired' | 'none' | 'unclear';
}

const WORDS: readonly string[] = ['DONE', 'RETRY', 'IMPOSSIBLE'] satisfies VerdictWord[];

/** Longest answer that is looked at, in characters from its end: a verdict comes last. */
const MAX_ANSWER_CHARS = 256 * 1024;

export function readVerdict(answer: string): VerdictReading {
  const claims = objectsIn(answer.slice(-MAX_ANSWER_CHARS)).filter(({value}) => 'verdict' in value);
  const last = claims.at(-1);
  if (!last) return unclear('none', 'The answer holds no JSON object with a "verdict".');
  const words = new Set(claims.map(({value}) => wordOf(value.verdict)));
  const word = wordOf(last.value.verdict);
  if (words.size > 1) return unclear('unclear', 'The answer holds verdicts that contradict each other.');
  if (word === null) return unclear('unclear', `The verdict is none of ${WORDS.join(', ')}.`);
  const {value, how} = last;
  return {verdict: word, reason: textOf(value.reason) ?? '', feedback: textOf(value.feedback), how};
}

function unclear(how: 'none' | 'unclear', reason: string): VerdictReading {
  return {verdict: null, reason, feedback: null, how};
}

function wordOf(claim: unknown): VerdictWord | null {
  const word = typeof claim === 'string' ? claim.trim().toUpperCase() : '';
  return WORDS.includes(word) ? (word as VerdictWord) : null;
}

/** Feedback as text; auditors also give it as a list. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() || null;
  if (Array.isArray(value))
    return value.map((item) => textOf(item) ?? JSON.stringify(item)).join('\n') || null;
  return null;
}

interface Found {
  value: Record<string, unknown>;
  how: 'json' | 'repaired';
}

/** The outermost `{…}` of a text that are, or can be mended to, JSON objects. */
function objectsIn(text: string): Found[] {
  const found: Found[] = [];
  let open = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '"' && open > 0) index = endOfString(text, index);
    else if (char === '{' && beginsObject(text, index)) {
      if (open++ === 0) start = index;
    } else if (char === '}' && open > 0 && --open === 0) {
      const object = parseObject(text.slice(start, index + 1));
      if (object) found.push(object);
    }
  }
  return found;
}

/** Whether the `{` at `index` can begin an object; one in prose or in code mostly cannot. */
function beginsObject(text: string, index: number): boolean {
  OBJECT_BEGIN.lastIndex = index;
  return OBJECT_BEGIN.test(text);
}

const OBJECT_BEGIN = /\{\s{0,80}(?:["'}]|[A-Za-z_]\w{0,80}\s{0,80}:)/y;

/** Index of the quote that ends the string begun at `index`; a string left open ends with its line. */
function endOfString(text: string, index: number): number {
  for (let at = index + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '"' || char === '\n') return at;
    if (char === '\\') at++;
  }
  return text.length;
}

/** `source` begins with `{` and ends with the `}` that closes it. */
function parseObject(source: string): Found | null {
  for (const how of ['json', 'repaired'] as const) {
    try {
      return {value: JSON.parse(how === 'json' ? source : jsonrepair(source)), how};
    } catch {
      // Not JSON this way.
    }
  }
  return null;
}
