/** The criteria of an auditor's answer, under whatever names it gives them. */
import type {AuditedCriterion} from '../event.ts';

/** Criteria that are kept, and the length of their texts in characters. */
const MAX_CRITERIA = 100;
const MAX_CHARS = 1_000;

const LISTS = ['criteria', 'acceptancecriteria', 'checklist', 'requirements', 'criteriaresults'];
const NAMES = ['criterion', 'name', 'title', 'requirement', 'description', 'text', 'item', 'check', 'id'];
const MARKS = [
  'met',
  'ismet',
  'satisfied',
  'fulfilled',
  'passed',
  'pass',
  'ok',
  'done',
  'status',
  'verdict',
  'result',
  'state',
];
const EVIDENCE = [
  'evidence',
  'proof',
  'reason',
  'details',
  'detail',
  'note',
  'notes',
  'comment',
  'explanation',
];

const MET =
  /^(?:true|yes|met|pass|passed|passes|ok|done|satisfied|fulfilled|complete|completed|success|[✓✔✅☑]\uFE0F?)$/i;
const UNMET =
  /^(?:false|no|unmet|fail|failed|fails|failing|missing|incomplete|partial|partially|retry|impossible|[✗✘❌☒]\uFE0F?|(?:not|partially|partly) (?:yet )?(?:met|ok|passed|satisfied|fulfilled|done|complete|completed))$/i;
const CHECKBOX = /^\s*(?:[-*+]\s+)?(?:\[([ xX])\]|([✓✔✅☑✗✘❌☒])\uFE0F?)\s*/;

/** All of them, however many and long. */
export function criteriaOf(fields: Readonly<Record<string, unknown>>): AuditedCriterion[] {
  const list = fieldOf(fields, LISTS);
  if (Array.isArray(list)) return list.flatMap((item) => criterionOf(item));
  if (!isRecord(list)) return [];
  return Object.entries(list).flatMap(([criterion, said]) =>
    criterionOf(isRecord(said) ? {criterion, ...said} : {criterion, met: said}),
  );
}

/** As many and as much of them as an event takes. */
export function boundedCriteria(criteria: readonly AuditedCriterion[]): AuditedCriterion[] {
  return criteria.slice(0, MAX_CRITERIA).map(({criterion, met, evidence}) => ({
    criterion: criterion.slice(0, MAX_CHARS),
    met,
    evidence: evidence?.slice(0, MAX_CHARS) ?? null,
  }));
}

/** Whether a value says yes or no; null where it says neither. */
export function metOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  const word = value.trim().replaceAll(/[_-]/g, ' ').replace(/[.!]$/, '');
  if (MET.test(word)) return true;
  return UNMET.test(word) ? false : null;
}

function criterionOf(item: unknown): AuditedCriterion[] {
  if (typeof item === 'string') return listed(item);
  if (!isRecord(item)) return [];
  const criterion = textOf(fieldOf(item, NAMES)) ?? '';
  const said = MARKS.map((name) => metOf(fieldOf(item, [name])));
  const met = said.includes(false) ? false : said.includes(true) ? true : null;
  return [{criterion, met, evidence: textOf(fieldOf(item, EVIDENCE))}];
}

/** A line such as `[x] the tests pass` or `❌ the docs`. */
function listed(line: string): AuditedCriterion[] {
  const [all = '', box, sign] = CHECKBOX.exec(line) ?? [];
  const met = box === undefined ? metOf(sign) : box !== ' ';
  return [{criterion: line.slice(all.length).trim(), met, evidence: null}];
}

/** The first of these fields that there is; case, `_` and `-` in its name do not count. */
function fieldOf(fields: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  const entries = Object.entries(fields).map(([name, value]) => [plain(name), value] as const);
  for (const name of names) {
    const entry = entries.find(([candidate, value]) => candidate === name && value != null);
    if (entry) return entry[1];
  }
  return undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/** Text as it is; a list of texts a line each. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() || null;
  if (Array.isArray(value))
    return value.map((item) => textOf(item) ?? JSON.stringify(item)).join('\n') || null;
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
