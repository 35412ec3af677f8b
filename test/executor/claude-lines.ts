/** Lines of Claude Code's stream-json, as short as they can be. */
import type {EventBody} from '../../src/event.ts';
import {ClaudeNormalizer} from '../../src/executor/claude-normalizer.ts';
import {type Line, say} from './say.ts';

export const heard = (...lines: Line[]) => say(new ClaudeNormalizer(), lines);

export const init = {
  type: 'system',
  subtype: 'init',
  session_id: 's1',
  cwd: '/w',
  model: 'm',
  claude_code_version: '2',
  permissionMode: 'default',
};
export const assistant = (id: string, content: unknown, more = {}) => ({
  type: 'assistant',
  message: {id, content},
  parent_tool_use_id: null,
  ...more,
});
export const streamed = (event: unknown, parent: string | null = null) => ({
  type: 'stream_event',
  event,
  parent_tool_use_id: parent,
});
export const start = (id: string, parent: string | null = null) =>
  streamed({type: 'message_start', message: {id, usage: {input_tokens: 10}}}, parent);
export const blockStart = (content_block: unknown, parent: string | null = null) =>
  streamed({type: 'content_block_start', content_block}, parent);
export const textDelta = (text: string, parent: string | null = null) =>
  streamed({type: 'content_block_delta', delta: {type: 'text_delta', text}}, parent);
export const toolUse = (id: string, name: string, input: unknown = {}) => ({
  type: 'tool_use',
  id,
  name,
  input,
});
export const toolResult = (id: string, content: unknown, is_error = false) => ({
  type: 'user',
  message: {content: [{type: 'tool_result', tool_use_id: id, content, is_error}]},
});
export const task = (subtype: string, id: string | null, more = {}) => ({
  type: 'system',
  subtype,
  task_id: 't',
  ...(id && {tool_use_id: id}),
  ...more,
});
export const result = (more = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  session_id: 's1',
  result: 'Done.',
  permission_denials: [],
  ...more,
});

export const typesOf = (bodies: EventBody[]) => bodies.map(({type}) => type);
export const text = (value: string) => ({type: 'text', text: value});
