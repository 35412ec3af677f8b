/** What Cline 3's tools are to a person, and what they gave back. */
import type {ToolCall, ToolKind} from '../event.ts';
import {isJson, type Json, object, objects, text} from '../fields.ts';
import {oneLine} from '../text.ts';

/** Kind of each tool, and the input field that names its target. */
const TOOLS: Record<string, readonly [ToolKind, string]> = {
  read_files: ['read', 'files'],
  search_codebase: ['search', 'queries'],
  run_commands: ['execute', 'commands'],
  fetch_web_content: ['fetch', 'requests'],
  editor: ['edit', 'path'],
  apply_patch: ['edit', 'path'],
  ask_question: ['other', 'question'],
  spawn_agent: ['think', 'task'],
};

const FILE_KINDS: readonly ToolKind[] = ['read', 'edit'];
const MAX_TITLE_CHARS = 120;

export function cline3Tool(toolName: string, input: Json): Pick<ToolCall, 'title' | 'kind' | 'locations'> {
  const [kind, field] = TOOLS[toolName] ?? ['other', ''];
  const targets = targetsOf(input[field]);
  return {
    title: oneLine(`${toolName} ${targets.join(', ')}`, MAX_TITLE_CHARS),
    kind,
    locations: FILE_KINDS.includes(kind) ? targets.map((path) => ({path})) : [],
  };
}

/** A target or several of them: strings, or objects with a path or a url. */
function targetsOf(value: unknown): string[] {
  const targets = Array.isArray(value) ? value : [value];
  return targets
    .map((target) => text(target) ?? text(object(target).path) ?? text(object(target).url))
    .filter((target) => target !== null);
}

/** Output of a tool: words, an object, or one object for each of its commands or files. `error` null: it worked. */
export function cline3Output(event: Json): {error: string | null; result: string} {
  const {output} = event;
  const parts = isJson(output) ? [output] : objects(output);
  const errors = parts.filter(hasFailed).map(errorOf);
  if (errors.length === 0 && event.error) errors.push(errorOf(event));
  const results = parts.map(({result}) => text(result)).filter(Boolean);
  return {
    error: errors.length === 0 ? null : errors.join('\n'),
    result: text(output) ?? results.join('\n'),
  };
}

function hasFailed({success, error}: Json): boolean {
  return success === false || Boolean(error);
}

function errorOf({error}: Json): string {
  return text(error) ?? text(object(error).message) ?? 'failed';
}
