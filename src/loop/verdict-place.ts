/** Where an object stands in an answer: whether its auditor says it, or mentions it. */
import type {Passage} from './verdict-passages.ts';

/** How far around an object its surroundings are looked at, in characters. */
const MAX_CHARS = 500;

const OWN_TAG = '(?:answer|verdict|final_answer|response|result|json|audit)';
const OPENERS = new RegExp(`(?:[\\s*_\`]|\`json|<${OWN_TAG}>)+$`, 'i');
const CLOSERS = new RegExp(`^(?:[\\s*_\`~.;-]|</${OWN_TAG}>)*$`, 'i');

/** Nothing but the ends of what it is wrapped in comes after it. */
export function endsTheAnswer(text: string, {end}: Passage): boolean {
  const rest = text.slice(end).trim();
  return rest.length <= MAX_CHARS && CLOSERS.test(rest);
}

/** It is part of a sentence or of another value, or what comes before introduces it as somebody else's or as an example. */
export function isMentioned(text: string, {start, end}: Passage): boolean {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(Math.max(lineStart, start - MAX_CHARS), start).replace(OPENERS, '');
  const lineEnd = text.indexOf('\n', end);
  const after = text.slice(end, lineEnd === -1 ? undefined : lineEnd).trim();
  if (after.length > MAX_CHARS || !CLOSERS.test(after)) return true;
  if (before === '') return introducesForeign(lineBefore(text, lineStart));
  return !SENTENCE_END.test(before) || introducesForeign(before);
}

const SENTENCE_END = /(?:[.!?…:：。！？}]|\bverdict[\s=–—→>-]*)$/i;
const FENCE_LINE = /(?:^|\n)\s*(?:`{3,}|~{3,})[^\n]*$/;

/** The last line with words before an object that begins its own line; the mark of its fence is none. */
function lineBefore(text: string, lineStart: number): string {
  const before = text.slice(Math.max(0, lineStart - MAX_CHARS), lineStart).trimEnd();
  const words = before.replace(FENCE_LINE, '').replace(OPENERS, '');
  return words.slice(words.lastIndexOf('\n') + 1);
}

const ABBREVIATION = /\b(?:e\. ?g|z\. ?B|p\. ?ej|p\. ?ex)\./gi;
const SENTENCE_BREAK = /(?<=[.!?…])\s+|(?<=[。！？])/;

const KEY = /["'”’`]\s*[:：]$/;
const FILE = /\b[\w-]+\.(?:json|jsonl|md|txt|log|[jt]sx?|py|ya?ml)\b/i;
const HEADING = /^\s*(?:#{1,6}\s|\*\*[^*]+$)/;
const MINE = /\b(?:my|mein\w*|mon|ma|mi|mia|meu|minha)\b|我的|私の|мо[йяёи]|حكمي|رأيي/i;
const VERDICT =
  /\b(?:verdict|decision|determination|conclusion|assessment|judge?ment|answer|opinion|urteil|ergebnis|output json|(?:json|final|structured|audit|requested|required) (?:output|object|response|result|report))\b|结论|判定|вердикт/i;
const WORKER =
  /worker|\bagent|assistant|developer|implementer|author|arbeiter|ouvrier|trabajador|obrero|工作者|执行者|作業者|ワーカー|исполнител|работник|воркер|العامل|عامل/i;
const SAYING =
  /\b(?:said|says?|wrote|writes|claim(?:s|ed)?|print(?:s|ed)?|answer(?:s|ed)|return(?:s|ed)|report(?:s|ed)|ended|contains?|content|reads?|words|message|line|output|reply|log|file|stdout|transcript|README|human|user|system)\b/i;
const EXAMPLE =
  /\b(?:example|expected|for instance|e\. ?g|template|sample|placeholder|hypothetical\w*|would|could|should(?: not)? have|told|instruct\w*|supposed|instead of|wrong|incorrect|format (?:is|was)|schema (?:is|was)|beispiel\w*|z\. ?B|muster|wäre|würde|exemple|serait|ejemplo|sería|p\. ?e[jx])(?![\p{L}\d])|例|пример|был[оа]? бы|مثال/iu;
const DENIAL =
  /\b(?:not|never|cannot|nicht|kein\w*|if|unless|wenn|falls|si|hasta|avant)\b|n['’]t\b|\b(?:ne|n['’]est) .*pas\b|\bno (?:es|está|puedo)\b|(?:^|\s)(?:не|нет|если)\s|不|没|如果|ない|もし|ليس|لا |إذا/iu;
const QUOTATION =
  /\b(?:verbatim|quot(?:e|es|ed|ing)|as follows|the following|wörtlich|zitat|for example|for instance|e\. ?g)\b/i;
/** A sentence that ends in what it points at. */
const POINTING =
  /\b(?:this|these|following|below)(?: (?:content|text|message|lines?|words|output|answer|reply|json|object))?[.!]?$/i;

/** Whether the last sentence of `words` announces what is not the auditor's own verdict. */
function introducesForeign(words: string): boolean {
  const sentence = words.replace(ABBREVIATION, 'for example').split(SENTENCE_BREAK).at(-1)!;
  const says = (...patterns: RegExp[]) => patterns.some((pattern) => pattern.test(sentence));
  const isOwn = says(VERDICT) && (says(MINE) || !says(WORKER, FILE));
  if (!/[:：]$/.test(sentence) && !HEADING.test(sentence)) {
    return says(QUOTATION, POINTING) && !isOwn && !/\bI\b/.test(sentence);
  }
  if (says(KEY, EXAMPLE, DENIAL)) return true;
  return !isOwn && says(WORKER, SAYING, QUOTATION, FILE);
}
