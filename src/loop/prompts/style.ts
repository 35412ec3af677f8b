/** How a part of a prompt is set apart, so that no text inside it can end it or pass for another part. */
import type {PromptStyle} from '../../executor/executor.ts';
import {oneLine, stripControl} from '../../text.ts';

/** The parts of prompts: their XML tags, and their Markdown headings. */
export const PART_TITLES = {
  task: 'Task',
  criteria: 'Acceptance criteria',
  worker_text: 'Final words of the worker',
  diff: 'Changes since the session began',
  checks: 'Checks',
  tool_calls: 'Tool calls of the worker',
  feedback: 'Feedback of the auditor',
  instructions: 'The user adds',
  warning: 'Warning',
  answer_format: 'Answer format',
} as const;

export type PartName = keyof typeof PART_TITLES;

export interface TitledText {
  title: string;
  text: string;
}

export interface Style {
  /** Somebody else's text. */
  data(name: PartName, text: string): string;
  /** Several of them, each under its title. */
  list(name: PartName, items: readonly TitledText[]): string;
  /** Our own words. */
  words(name: PartName, text: string): string;
}

const ITEM = 'item';

const TAGS = [...Object.keys(PART_TITLES), ITEM].join('|');

/** A `<` that begins one of our tags, however it is written. */
const OUR_TAG = new RegExp(`<(?=[\\s\\p{Cf}/]*(?:${TAGS})(?![\\p{L}\\p{N}]))`, 'giu');

const xml: Style = {
  data: (name, text) => element(name, inert(text)),
  list: (name, items) => element(name, items.map(xmlItem).join('\n')),
  words: element,
};

function element(name: string, content: string): string {
  return `<${name}>\n${content}\n</${name}>`;
}

function xmlItem({title, text}: TitledText): string {
  const attribute = lineOf(title).replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0)};`);
  return `<${ITEM} title="${attribute}">\n${inert(text)}\n</${ITEM}>`;
}

/** Everything but our own tags stays as it is, since code in it must stay readable. */
function inert(text: string): string {
  return stripControl(text).replace(OUR_TAG, '&lt;');
}

const markdown: Style = {
  data: (name, text) => `${heading(name)}\n\n${fenced(text)}`,
  list: (name, items) =>
    [heading(name), ...items.map(({title, text}) => `### ${lineOf(title)}\n\n${fenced(text)}`)].join('\n\n'),
  words: (name, text) => `${heading(name)}\n\n${text}`,
};

function heading(name: PartName): string {
  return `## ${PART_TITLES[name]}`;
}

/** In a fence that is longer than any run of backticks in it. */
function fenced(text: string): string {
  const content = stripControl(text);
  const runs = content.match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length + 1), 3));
  return `${fence}text\n${content}\n${fence}`;
}

const MAX_TITLE_CHARS = 500;

function lineOf(text: string): string {
  return oneLine(text, MAX_TITLE_CHARS);
}

export const STYLES: Readonly<Record<PromptStyle, Style>> = {xml, markdown};
