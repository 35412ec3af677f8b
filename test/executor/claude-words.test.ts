import {describe, expect, it} from 'vitest';
import {
  assistant,
  blockStart,
  heard,
  init,
  start,
  streamed,
  task,
  text,
  textDelta,
  toolResult,
  toolUse,
  typesOf,
} from './claude-lines.ts';
import {wordsOf} from './say.ts';

describe('words', () => {
  it('that were streamed are not repeated by the whole message', () => {
    const {bodies, facts} = heard(
      start('m1'),
      blockStart(text('')),
      textDelta('Hel'),
      textDelta('lo'),
      assistant('m1', [text('Hello')]),
    );
    expect(wordsOf(bodies, 'agent_message_chunk')).toBe('Hello');
    expect(facts.text).toBe('Hello');
  });

  it('of which the stream lost the end are completed', () => {
    const {bodies} = heard(
      start('m1'),
      blockStart(text('')),
      textDelta('Hel'),
      assistant('m1', [text('Hello')]),
    );
    expect(
      bodies.map((body) => (body.type === 'agent_message_chunk' ? body.content.text : body.type)),
    ).toEqual(['Hel', 'lo']);
  });

  it('of another message, or unlike what was streamed, are told whole', () => {
    const {bodies} = heard(
      start('m1'),
      blockStart(text('')),
      textDelta('One'),
      assistant('m2', [text('One')]),
      assistant('m1', [text('Two')]),
    );
    expect(wordsOf(bodies, 'agent_message_chunk')).toBe('OneOneTwo');
  });

  it('of two blocks alike are each confirmed once', () => {
    const block = [blockStart(text('')), textDelta('again'), assistant('m1', [text('again')])];
    expect(wordsOf(heard(start('m1'), ...block, ...block).bodies, 'agent_message_chunk')).toBe('againagain');
  });

  it('of a sub-agent and of the agent itself do not mix', () => {
    const {bodies, facts} = heard(
      start('m1'),
      blockStart(text('')),
      textDelta('mine '),
      start('m2', 't1'),
      blockStart(text(''), 't1'),
      textDelta('its ', 't1'),
      textDelta('own'),
      assistant('m2', [text('its words')], {parent_tool_use_id: 't1'}),
      assistant('m1', [text('mine own')]),
    );
    const said = (parent: string | null) =>
      wordsOf(
        bodies.filter((body) => body.type === 'agent_message_chunk' && body.parentToolCallId === parent),
        'agent_message_chunk',
      );
    expect([said(null), said('t1')]).toEqual(['mine own', 'its words']);
    expect(facts.text).toBe('mine own');
  });

  it('that begin before the recording does have no message', () => {
    const {bodies} = heard(
      blockStart(text('')),
      textDelta('rest'),
      streamed({type: 'message_delta', usage: {output_tokens: 3}}),
    );
    expect(bodies).toEqual([
      {type: 'agent_message_chunk', content: text('rest'), messageId: null, parentToolCallId: null},
    ]);
  });

  it('of reasoning are thoughts; signatures, inputs and empty pieces are nothing', () => {
    const delta = (value: unknown) => streamed({type: 'content_block_delta', delta: value});
    const {bodies} = heard(
      start('m1'),
      blockStart({type: 'thinking', thinking: ''}),
      delta({type: 'thinking_delta', thinking: 'hmm'}),
      delta({type: 'signature_delta', signature: 'x'}),
      delta({type: 'input_json_delta', partial_json: '{'}),
      textDelta(''),
      assistant('m1', [
        {type: 'thinking', thinking: 'hmm!'},
        {type: 'redacted_thinking', data: 'x'},
        text(''),
        {type: 'thinking'},
        {type: 'text'},
      ]),
      streamed({type: 'content_block_stop'}),
      streamed({type: 'message_stop'}),
      streamed({type: 'ping'}),
    );
    expect(typesOf(bodies)).toEqual(['agent_thought_chunk', 'agent_thought_chunk']);
    expect(wordsOf(bodies, 'agent_thought_chunk')).toBe('hmm!');
  });

  it('of Claude Code itself are not the agent’s', () => {
    const synthetic = (content: unknown, more = {}) => ({
      type: 'assistant',
      message: {id: 'x', model: '<synthetic>', content},
      ...more,
    });
    const {bodies, facts} = heard(
      synthetic([text('No key.')], {error: 'authentication_failed'}),
      synthetic([{}], {error: 'overloaded'}),
      synthetic([text('Nothing to do.')]),
    );
    expect(bodies).toEqual([
      {type: 'note', level: 'error', code: 'AGENT_ERROR', text: 'No key.'},
      {type: 'note', level: 'error', code: 'AGENT_ERROR', text: 'overloaded'},
      {type: 'note', level: 'info', code: 'AGENT_NOTICE', text: 'Nothing to do.'},
    ]);
    expect(facts).toMatchObject({errors: ['No key.', 'overloaded'], text: null});
  });

  it('of the user are told, a sub-agent’s prompt with its call', () => {
    const {bodies} = heard(
      {type: 'user', message: {content: 'go on'}},
      {type: 'user', message: {content: [text('look')]}, parent_tool_use_id: 't1'},
    );
    expect(bodies).toEqual([
      {type: 'user_message_chunk', content: text('go on'), parentToolCallId: null},
      {type: 'user_message_chunk', content: text('look'), parentToolCallId: 't1'},
    ]);
  });
});

describe('a tool call', () => {
  it('is announced when it begins to stream and told in full by its block', () => {
    const {bodies} = heard(
      {type: 'system', subtype: 'init', session_id: 's0'},
      init,
      start('m1'),
      blockStart({type: 'novelty'}),
      blockStart(toolUse('t1', 'Write')),
      assistant('m1', [toolUse('t1', 'Write', {file_path: '/w/a.txt'})]),
      toolResult('t1', 'written'),
    );
    expect(bodies.slice(2)).toEqual([
      {
        type: 'tool_call',
        toolCallId: 't1',
        title: 'Write',
        toolName: 'Write',
        kind: 'edit',
        status: 'pending',
        locations: [],
        rawInput: {},
        parentToolCallId: null,
      },
      {
        type: 'tool_call_update',
        toolCallId: 't1',
        title: 'Write a.txt',
        status: 'in_progress',
        locations: [{path: '/w/a.txt'}],
        rawInput: {file_path: '/w/a.txt'},
      },
      {type: 'tool_call_update', toolCallId: 't1', status: 'completed', content: [text('written')]},
    ]);
  });

  it.each([
    ['NotebookEdit', {notebook_path: '/w/n.ipynb'}, 'edit', 'NotebookEdit n.ipynb'],
    ['Grep', {pattern: 'x+'}, 'search', 'Grep x+'],
    ['WebFetch', {url: 'http://h'}, 'fetch', 'WebFetch http://h'],
    ['mcp__db__query', {description: 'count', sql: 'x'}, 'other', 'mcp__db__query count'],
    ['mcp__db__list', {sql: 'x'}, 'other', 'mcp__db__list'],
  ])('of %s has a kind and a title', (name, input, kind, title) => {
    const [call] = heard(init, assistant('m', [toolUse('t', name, input)])).bodies.slice(1);
    expect(call).toMatchObject({type: 'tool_call', kind, title, toolName: name});
  });

  it('that sets the plan is a plan too', () => {
    const todos = [
      {content: 'a', status: 'completed'},
      {content: 'b', status: 'in_progress'},
      {content: 'c', status: 'x'},
      {},
    ];
    const {bodies} = heard(
      blockStart(toolUse('t', 'TodoWrite')),
      assistant('m', [toolUse('t', 'TodoWrite', {todos})]),
    );
    expect(typesOf(bodies)).toEqual(['tool_call', 'tool_call_update', 'plan']);
    expect(bodies[2]).toMatchObject({
      entries: [
        {content: 'a', status: 'completed', priority: 'medium'},
        {content: 'b', status: 'in_progress'},
        {content: 'c', status: 'pending'},
        {content: '', status: 'pending'},
      ],
    });
  });

  it('ends with its result: failed or not, words, pictures or nothing', () => {
    const {bodies} = heard(
      toolResult('t1', 'no such file', true),
      toolResult('t2', [text('one'), {type: 'image'}, {}]),
      toolResult('t3', ''),
      toolResult('t4', undefined),
    );
    expect(bodies).toEqual([
      {type: 'tool_call_update', toolCallId: 't1', status: 'failed', content: [text('no such file')]},
      {
        type: 'tool_call_update',
        toolCallId: 't2',
        status: 'completed',
        content: [text('one\n[image]\n[content]')],
      },
      {type: 'tool_call_update', toolCallId: 't3', status: 'completed'},
      {type: 'tool_call_update', toolCallId: 't4', status: 'completed'},
    ]);
  });
});

describe('a task', () => {
  const begun = assistant('m', [toolUse('t1', 'Task', {description: 'look'})]);

  it('shows that its call is alive, and leaves the end to the result', () => {
    const {bodies} = heard(
      begun,
      task('task_started', 't1'),
      task('task_progress', 't1'),
      task('task_notification', 't1', {status: 'completed'}),
      toolResult('t1', 'found'),
    );
    const statuses = bodies.slice(1).map((body) => body.type === 'tool_call_update' && body.status);
    expect(statuses).toEqual(['in_progress', 'in_progress', 'in_progress', 'completed']);
  });

  it('in the background ends its call after the result', () => {
    const {bodies} = heard(
      begun,
      toolResult('t1', 'runs on'),
      task('task_updated', null, {patch: {status: 'killed'}}),
      task('task_notification', 't1', {status: 'stopped', summary: 'sleep'}),
    );
    expect(bodies.at(-1)).toEqual({
      type: 'tool_call_update',
      toolCallId: 't1',
      status: 'failed',
      content: [text('stopped: sleep')],
    });
  });

  it('of a call that nobody told of announces it', () => {
    const {bodies} = heard(
      task('task_started', 'u1'),
      task('task_progress', 'u1', {description: 'dig'}),
      task('task_notification', 'u1', {status: 'completed', summary: 'dig'}),
    );
    expect(bodies).toMatchObject([
      {type: 'tool_call', toolCallId: 'u1', title: 'Task dig', kind: 'think', status: 'in_progress'},
      {type: 'tool_call_update', toolCallId: 'u1', status: 'completed', content: [text('completed: dig')]},
    ]);
  });

  it('of which only the end is told is announced and over', () => {
    const {bodies} = heard(
      task('task_notification', 'u1', {status: 'failed', summary: 'dig'}),
      task('task_notification', 'u2'),
    );
    expect(
      bodies.map((body) => [body.type, 'status' in body && body.status, 'title' in body && body.title]),
    ).toEqual([
      ['tool_call', 'in_progress', 'Task dig'],
      ['tool_call_update', 'failed', false],
      ['tool_call', 'in_progress', 'Task'],
      ['tool_call_update', 'failed', false],
    ]);
  });

  it('whose call is told of late is announced once', () => {
    const {bodies} = heard(
      task('task_progress', 't1', {description: 'look'}),
      begun,
      toolResult('t1', 'found'),
    );
    expect(typesOf(bodies)).toEqual(['tool_call', 'tool_call_update', 'tool_call_update']);
  });
});
