/** Templates of prompts, from the files that the user names. */
import {createHash} from 'node:crypto';
import {OneshotError} from '../error.ts';
import type {Note} from '../event.ts';
import {placeholdersIn} from '../loop/prompts/template.ts';
import {DEFAULT_TEMPLATES, PLACEHOLDERS, type PromptTemplates} from '../loop/prompts/templates.ts';
import {readText} from './prompt.ts';
import {nearest} from './suggest.ts';
import {PROMPT_NAMES, PROMPTS, type Prompt, type TemplatePaths} from './template-options.ts';

export interface ReadTemplates {
  templates: PromptTemplates;
  /** Which files they came from. */
  notes: Note[];
}

/** Of which a template must hold one: without it the agent would not know what it is about. */
const NEEDED: Readonly<Record<Prompt, readonly string[]>> = {
  worker: ['task'],
  reworker: ['task', 'first_prompt'],
  auditor: ['task'],
};

/** @throws OneshotError UNREADABLE_FILE, INVALID_OPTION */
export async function readTemplates(paths: TemplatePaths): Promise<ReadTemplates> {
  const read: ReadTemplates = {templates: {...DEFAULT_TEMPLATES}, notes: []};
  for (const prompt of PROMPT_NAMES) {
    const path = paths[prompt];
    if (path === null) continue;
    const template = await readText({from: 'file', path});
    requireUsable(prompt, path, template);
    read.templates[prompt] = template;
    read.notes.push(noteOf(prompt, path, template));
  }
  return read;
}

function requireUsable(prompt: Prompt, path: string, template: string): void {
  const known = Object.keys(PLACEHOLDERS[prompt]);
  const present = placeholdersIn(template);
  const unknown = present.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new OneshotError(
      'INVALID_OPTION',
      `${path} holds {{${unknown}}}, which is no placeholder of ${PROMPTS[prompt]}`,
      `Did you mean {{${nearest(unknown, known)}}}? There are ${known.join(', ')}; as a text, write \\{{${unknown}}}.`,
    );
  }
  const needed = NEEDED[prompt];
  if (needed.some((name) => present.includes(name))) return;
  throw new OneshotError(
    'INVALID_OPTION',
    `${path} holds no {{${needed[0]}}}`,
    `Put {{${needed.join('}} or {{')}}} where the task belongs.`,
  );
}

function noteOf(prompt: Prompt, path: string, template: string): Note {
  const sha256 = createHash('sha256').update(template).digest('hex');
  const text = `The template of ${PROMPTS[prompt]} is ${path} (sha256 ${sha256}).`;
  return {type: 'note', level: 'info', code: 'PROMPT_TEMPLATE', text};
}
