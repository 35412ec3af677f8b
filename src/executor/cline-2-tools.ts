/** What Cline 2's tools are to a person. */
import type {ToolCall, ToolKind} from '../event.ts';
import {type Json, text} from '../fields.ts';
import {oneLine} from '../text.ts';

/** Kind of each tool, as `say` names them. */
const KINDS: Record<string, ToolKind> = {
  execute_command: 'execute',
  newFileCreated: 'edit',
  editedExistingFile: 'edit',
  fileDeleted: 'delete',
  readFile: 'read',
  listFilesTopLevel: 'search',
  listFilesRecursive: 'search',
  listCodeDefinitionNames: 'search',
  searchFiles: 'search',
  webFetch: 'fetch',
  webSearch: 'fetch',
  summarizeTask: 'think',
};

/** Fields that name a target, the most telling first. */
const TARGETS = ['command', 'regex', 'path', 'toolName', 'uri'];
const MAX_TITLE_CHARS = 120;

export function cline2Tool(input: Json): Pick<ToolCall, 'toolName' | 'title' | 'kind' | 'locations'> {
  const toolName = text(input.tool) ?? text(input.type) ?? 'tool';
  const target = TARGETS.map((name) => text(input[name])).find(Boolean) ?? '';
  const path = text(input.path);
  return {
    toolName,
    title: oneLine(`${toolName} ${target}`, MAX_TITLE_CHARS),
    kind: KINDS[toolName] ?? 'other',
    locations: path === null ? [] : [{path}],
  };
}
