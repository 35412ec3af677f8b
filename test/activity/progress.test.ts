import {describe, expect, test} from 'vitest';
import {Progress} from '../../src/activity/progress.ts';
import type {EventBody, ToolCall, ToolCallUpdate} from '../../src/event.ts';

const chunk = {content: {type: 'text', text: 'x'}, messageId: null, parentToolCallId: null} as const;

function call(more: Partial<ToolCall> = {}): ToolCall {
  return {
    type: 'tool_call',
    toolCallId: 't1',
    title: 'npm test',
    toolName: 'Bash',
    kind: 'execute',
    status: 'in_progress',
    locations: [],
    rawInput: null,
    parentToolCallId: null,
    ...more,
  };
}

function update(more: Partial<ToolCallUpdate>): ToolCallUpdate {
  return {type: 'tool_call_update', toolCallId: 't1', ...more};
}

describe('progress', () => {
  test.each<[EventBody, string | null]>([
    [{type: 'agent_message_chunk', ...chunk}, 'text'],
    [{type: 'agent_thought_chunk', ...chunk}, 'a thought'],
    [
      {type: 'user_message_chunk', content: chunk.content, parentToolCallId: 'task'},
      'a message to the agent',
    ],
    [call(), 'tool call npm test'],
    [{type: 'plan', entries: []}, 'a plan'],
    [
      {type: 'agent_retry', attempt: 1, maxAttempts: null, delayMs: null, status: null, error: 'x'},
      'an announced retry',
    ],
    [{type: 'agent_ask', ask: 'question', text: 'Which?'}, 'a question'],
    [{type: 'unparsed', reason: 'unknown', value: {type: 'reasoning_summary'}}, 'an unknown event'],
    [{type: 'unparsed', reason: 'unknown'}, 'an unknown event'],
    [{type: 'unparsed', reason: 'oversized'}, 'an unknown event'],
    [{type: 'unparsed', reason: 'unknown', value: {type: 'heartbeat'}}, null],
    [{type: 'unparsed', reason: 'unknown', value: {type: 'system', subtype: 'keep_alive'}}, null],
    [{type: 'unparsed', reason: 'text', text: '⠋ Thinking'}, null],
    [{type: 'usage_update', inputTokens: 1, outputTokens: 1, costUsd: null, turns: null}, null],
    [{type: 'note', level: 'info', code: 'AGENT_NOTICE', text: 'hello'}, null],
    [
      {type: 'agent_session', agentSession: 's', model: null, agentVersion: null, agentPermissionMode: null},
      null,
    ],
  ])('%j is %s', (body, what) => {
    expect(new Progress().see(body)).toBe(what);
  });
});

describe('tool calls', () => {
  test('are open from their start to their end', () => {
    const progress = new Progress();
    progress.see(call({status: 'pending'}));
    expect(progress.openTool()).toBeNull();
    expect(progress.see(update({status: 'in_progress'}))).toBe('tool call npm test');
    expect(progress.openTool()).toBe('npm test');
    progress.see(call({toolCallId: 't2', title: 'read a.ts'}));
    expect(progress.openTool()).toBe('read a.ts');
    expect(progress.see(update({toolCallId: 't2', status: 'failed'}))).toBe('tool call read a.ts failed');
    expect(progress.openTool()).toBe('npm test');
    expect(progress.see(update({status: 'completed'}))).toBe('tool call npm test completed');
    expect(progress.openTool()).toBeNull();
  });

  test('that are in progress once more are no progress', () => {
    const progress = new Progress();
    progress.see(call());
    expect(progress.see(update({status: 'in_progress'}))).toBeNull();
    expect(progress.see(update({}))).toBeNull();
  });

  test('get on with output, a title or an input', () => {
    const progress = new Progress();
    progress.see(call());
    expect(progress.see(update({content: [{type: 'text', text: 'ok 1'}]}))).toBe('tool call npm test');
    expect(progress.see(update({title: 'npm test -- x'}))).toBe('tool call npm test -- x');
    expect(progress.see(update({rawInput: {}}))).toBe('tool call npm test -- x');
  });

  test('that nobody told of have their id for a name', () => {
    const progress = new Progress();
    expect(progress.see(update({toolCallId: 't9', status: 'in_progress'}))).toBe('tool call t9');
    expect(progress.openTool()).toBe('t9');
  });
});
