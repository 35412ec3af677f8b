/** What Claude Code's tools are to a person. */
import type {PlanEntry, ToolKind} from '../event.ts';
import {type Json, objects, text} from '../fields.ts';
import {oneLine} from '../text.ts';

/** Kind of each tool, and the input field that names its target. */
const TOOLS: Record<string, readonly [ToolKind, string]> = {
  Read: ['read', 'file_path'],
  NotebookRead: ['read', 'notebook_path'],
  Write: ['edit', 'file_path'],
  Edit: ['edit', 'file_path'],
  MultiEdit: ['edit', 'file_path'],
  NotebookEdit: ['edit', 'notebook_path'],
  Glob: ['search', 'pattern'],
  Grep: ['search', 'pattern'],
  LS: ['search', 'path'],
  Bash: ['execute', 'command'],
  WebFetch: ['fetch', 'url'],
  WebSearch: ['fetch', 'query'],
  Task: ['think', 'description'],
  Agent: ['think', 'description'],
  TodoWrite: ['think', ''],
  ExitPlanMode: ['switch_mode', ''],
  EnterPlanMode: ['switch_mode', ''],
};

const FILE_FIELDS = ['file_path', 'notebook_path'];
const MAX_TITLE_CHARS = 120;

export interface ToolDescription {
  kind: ToolKind;
  title: string;
  locations: {path: string}[];
  /** The plan that the call sets; empty for the calls that set none. */
  plan: PlanEntry[];
}

/** `cwd`: what is left out of a title; Claude names files by absolute paths. */
export function claudeTool(toolName: string, input: Json, cwd: string): ToolDescription {
  const [kind, field] = TOOLS[toolName] ?? ['other', 'description'];
  const target = text(input[field])?.replace(`${cwd}/`, '') ?? '';
  const paths = FILE_FIELDS.map((name) => text(input[name])).filter((path) => path !== null);
  return {
    kind,
    title: oneLine(`${toolName} ${target}`, MAX_TITLE_CHARS),
    locations: paths.map((path) => ({path})),
    plan: toolName === 'TodoWrite' ? objects(input.todos).map(planEntry) : [],
  };
}

function planEntry(todo: Json): PlanEntry {
  const status = todo.status === 'in_progress' || todo.status === 'completed' ? todo.status : 'pending';
  return {content: text(todo.content) ?? '', priority: 'medium', status};
}
