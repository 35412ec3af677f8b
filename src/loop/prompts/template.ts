/** Text with placeholders such as `{{task}}`. */
import {OneshotError} from '../../error.ts';

/**
 * `\{{` is a `{{` of its own. A placeholder that is alone on its line and has nothing to say takes the line and the blank
 * lines after it with it.
 */
const PLACEHOLDER =
  /\\\{\{|^[ \t]*\{\{[ \t]*(?<line>[\w-]+)[ \t]*\}\}[ \t\r]*$(?<gap>[\r\n]*)|\{\{[ \t]*(?<word>[\w-]+)[ \t]*\}\}/gm;

/**
 * A template with its placeholders filled in, in one pass: what is filled in is not looked at again.
 * @throws OneshotError INVALID_OPTION for a placeholder without a value
 */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (match, line?: string, gap?: string, word?: string) => {
    const name = line ?? word;
    if (name === undefined) return '{{';
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw unknownPlaceholder(name, Object.keys(values));
    if (line === undefined) return value;
    return value === '' ? '' : `${indentOf(match)}${value}${gap}`;
  });
}

/** The names of the placeholders in a template, each once. */
export function placeholdersIn(template: string): string[] {
  const names = [...template.matchAll(PLACEHOLDER)].map(({groups}) => groups?.line ?? groups?.word);
  return [...new Set(names)].filter((name) => name !== undefined);
}

function indentOf(match: string): string {
  return /^[ \t]*/.exec(match)![0];
}

function unknownPlaceholder(name: string, known: readonly string[]): OneshotError {
  return new OneshotError(
    'INVALID_OPTION',
    `a prompt template holds {{${name}}}, which is no placeholder of it`,
    `It takes ${known.join(', ')}; a text of its own is written \\{{${name}}}.`,
  );
}
