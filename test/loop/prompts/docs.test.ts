/** `docs/prompts.md` holds the templates and placeholders of the code; UPDATE_GOLDEN=1 writes them there. */
import {readFileSync, writeFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {ANSWER_FORMAT} from '../../../src/loop/prompts/answer-format.ts';
import {DEFAULT_TEMPLATES, PLACEHOLDERS, type PromptTemplates} from '../../../src/loop/prompts/templates.ts';

const PAGE = new URL('../../../docs/prompts.md', import.meta.url);

const PROMPTS = Object.keys(DEFAULT_TEMPLATES) as (keyof PromptTemplates)[];

function section(prompt: keyof PromptTemplates): string {
  const rows = Object.entries(PLACEHOLDERS[prompt]).map(([name, about]) => `| \`{{${name}}}\` | ${about} |`);
  const table = ['| placeholder | filled in |', '|---|---|', ...rows].join('\n');
  return `\`\`\`text\n${DEFAULT_TEMPLATES[prompt]}\n\`\`\`\n\n${table}\n`;
}

const PARTS: [name: string, text: string][] = [
  ...PROMPTS.map((prompt): [string, string] => [prompt, section(prompt)]),
  ['answer-format', `\`\`\`text\n${ANSWER_FORMAT}\n\`\`\`\n`],
];

it.each(PARTS)('the page on prompts has the %s as it is', (name, text) => {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- ${name}: begin -->\n`;
  const [before, rest = ''] = page.split(begin);
  const [found, after] = rest.split(`<!-- ${name}: end -->`);
  if (process.env.UPDATE_GOLDEN) {
    writeFileSync(PAGE, `${before}${begin}${text}<!-- ${name}: end -->${after}`);
  } else expect(found).toBe(text);
});

it('the page on prompts names every flag and setting', () => {
  const page = readFileSync(PAGE, 'utf8');
  for (const prompt of PROMPTS) {
    expect(page).toContain(`--${prompt}-template`);
    expect(page).toContain(`${prompt}Template`);
  }
});
