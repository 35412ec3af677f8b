import {describe, expect, it} from 'vitest';
import {Cline3Normalizer} from '../../src/executor/cline-3.ts';
import {type Line, say, wordsOf} from './say.ts';

const heard = (...lines: Line[]) => say(new Cline3Normalizer(), lines);
const event = (type: string, more = {}) => ({type: 'agent_event', event: {type, ...more}});
const words = (text: string) => event('content_start', {contentType: 'text', text, accumulated: 'all of it'});
const wordsEnd = (text: string) => event('content_end', {contentType: 'text', text});
const tool = (toolName: string, input: unknown, toolCallId = 't1') =>
  event('content_start', {contentType: 'tool', toolName, toolCallId, input});
const toolEnd = (more: Record<string, unknown>, toolCallId = 't1') =>
  event('content_end', {contentType: 'tool', toolName: 'x', toolCallId, ...more});
const output = (chunk: string) =>
  event('content_update', {contentType: 'tool', toolCallId: 't1', update: {chunk}});
const result = (more = {}) => ({type: 'run_result', finishReason: 'completed', text: 'Done.', ...more});

describe('words', () => {
  it('are told as they come, and completed where the end tells more', () => {
    const {bodies, facts} = heard(
      words('Hel'),
      words('lo'),
      wordsEnd('Hello!'),
      event('content_start', {contentType: 'reasoning', reasoning: 'so'}),
      event('content_end', {contentType: 'reasoning', reasoning: 'so it is'}),
    );
    expect(wordsOf(bodies, 'agent_message_chunk')).toBe('Hello!');
    expect(wordsOf(bodies, 'agent_thought_chunk')).toBe('so it is');
    expect(facts.text).toBe('Hello!');
  });

  it('unlike those that came are told whole, and no words are nothing', () => {
    const {bodies} = heard(
      words('One'),
      wordsEnd('Two'),
      event('content_start', {contentType: 'text'}),
      event('content_start', {contentType: 'reasoning', redacted: true}),
      event('content_end', {contentType: 'reasoning'}),
      event('content_end', {contentType: 'text'}),
    );
    expect(wordsOf(bodies, 'agent_message_chunk')).toBe('OneTwo');
    expect(wordsOf(bodies, 'agent_thought_chunk')).toBe('');
  });

  it('begin a message with each request, and after the end of an answer', () => {
    const {bodies} = heard(
      event('iteration_start'),
      words('a'),
      wordsEnd('a'),
      words('b'),
      event('iteration_end'),
      event('iteration_start'),
      words('b!'),
    );
    const ids = bodies.map((body) => body.type === 'agent_message_chunk' && body.messageId);
    expect(ids).toEqual(['message-1', 'message-2', 'message-3']);
  });
});

describe('a tool call', () => {
  it('shows its output as it comes, and not again at its end', () => {
    const {bodies} = heard(
      tool('run_commands', {commands: ['ls', 'pwd']}),
      output(''),
      output('a\n'),
      toolEnd({output: [{result: 'a\n', success: true}]}),
    );
    expect(bodies).toMatchObject([
      {
        type: 'tool_call',
        toolCallId: 't1',
        title: 'run_commands ls, pwd',
        kind: 'execute',
        status: 'in_progress',
        locations: [],
      },
      {type: 'tool_call_update', content: [{text: 'a\n'}]},
      {type: 'tool_call_update', status: 'completed'},
    ]);
    expect(bodies[2]).not.toHaveProperty('content');
  });

  it.each([
    ['editor', {path: 'a.txt'}, 'edit', 'editor a.txt', ['a.txt']],
    ['read_files', {files: [{path: 'a'}, {path: 'b'}, {}]}, 'read', 'read_files a, b', ['a', 'b']],
    ['fetch_web_content', {requests: [{url: 'http://h'}]}, 'fetch', 'fetch_web_content http://h', []],
    ['team_status', {}, 'other', 'team_status', []],
    ['editor', null, 'edit', 'editor', []],
  ])('%s of %o has a title and places', (name, input, kind, title, paths) => {
    const [call] = heard(tool(name, input)).bodies;
    expect(call).toMatchObject({
      toolName: name,
      kind,
      title,
      rawInput: input,
      locations: paths.map((path) => ({path})),
    });
  });

  it.each([
    [{output: 'a'}, 'completed', 'a'],
    [{output: {result: 'made', success: true}}, 'completed', 'made'],
    [{output: [{result: 'a'}, {result: ''}, {result: 7}, {result: 'b'}]}, 'completed', 'a\nb'],
    [{}, 'completed', null],
    [{output: {error: 'no such tool'}, error: '{"error":"no such tool"}'}, 'failed', 'no such tool'],
    [
      {
        output: [
          {result: 'half', success: true},
          {result: '', error: 'timed out', success: false},
        ],
      },
      'failed',
      'half\ntimed out',
    ],
    [{output: {success: false}}, 'failed', 'failed'],
    [{output: 'x', error: {message: 'broken'}}, 'failed', 'x\nbroken'],
    [{error: 'broken'}, 'failed', 'broken'],
  ])('ends with %o', (end, status, shown) => {
    const content = shown === null ? {} : {content: [{type: 'text', text: shown}]};
    expect(heard(toolEnd(end)).bodies).toEqual([
      {type: 'tool_call_update', toolCallId: 't1', status, ...content},
    ]);
  });

  it.each([
    'Tool "editor" requires approval in a TTY session',
    'file modifications are blocked in plan mode',
  ])('that was not allowed is a denial: %s', (error) => {
    const {bodies, facts} = heard(
      toolEnd({output: {error}}),
      toolEnd({output: {error}, toolName: undefined}, 't2'),
    );
    expect(bodies.filter(({type}) => type === 'note')).toMatchObject([
      {
        level: 'warning',
        code: 'PERMISSION_DENIED',
        text: 'x was denied; --permission-mode full would allow it.',
      },
      {text: 'A tool was denied; --permission-mode full would allow it.'},
    ]);
    expect(facts.permissionDenials).toEqual([
      {toolName: 'x', toolCallId: 't1'},
      {toolName: 'A tool', toolCallId: 't2'},
    ]);
  });
});

describe('the end', () => {
  it('is what the run result says', () => {
    const {bodies, facts} = heard(
      event('done', {reason: 'completed', text: 'x'}),
      result({usage: {inputTokens: 1, outputTokens: 2, totalCost: 0.5}}),
    );
    expect(facts).toMatchObject({
      terminal: {ok: true},
      text: 'Done.',
      usage: {inputTokens: 1, outputTokens: 2, costUsd: 0.5, turns: null},
      agentSession: null,
    });
    expect(bodies).toEqual([
      {type: 'usage_update', inputTokens: 1, outputTokens: 2, costUsd: 0.5, turns: null},
    ]);
    expect(heard(wordsEnd('Said.'), result({text: undefined})).facts.text).toBe('Said.');
  });

  it('counts the whole team, and tells no figures twice', () => {
    const usage = event('usage', {totalInputTokens: 9, totalOutputTokens: 8, totalCost: 0});
    const {bodies} = heard(
      usage,
      usage,
      result({usage: {inputTokens: 1}, aggregateUsage: {inputTokens: 9, outputTokens: 8, totalCost: 0}}),
    );
    expect(bodies).toHaveLength(1);
  });

  it.each([
    [result({finishReason: 'error', text: 'no key'}), 'no key'],
    [result({finishReason: 'error', text: ''}), 'finish reason: error'],
    [result({finishReason: 'max_iterations', text: undefined}), 'finish reason: max_iterations'],
  ])('is bad in %o', (line, reason) => {
    expect(heard(line).facts).toMatchObject({terminal: {ok: false, reason}, text: null});
  });

  it('names the last error where the result has no words', () => {
    expect(
      heard(event('error', {error: {message: 'busy'}}), result({finishReason: 'error', text: ''})).facts
        .terminal?.reason,
    ).toBe('busy');
  });

  it('that was given up is bad, unless the work was done', () => {
    expect(heard({type: 'run_aborted', reason: 'local_abort', message: 'aborted'}).facts.terminal).toEqual({
      ok: false,
      reason: 'the agent gave up: aborted',
    });
    expect(heard({type: 'run_aborted', reason: 'local_abort'}).facts.terminal?.reason).toBe(
      'the agent gave up: local_abort',
    );
    expect(heard({type: 'run_aborted'}).facts.terminal?.reason).toContain('no reason given');
    expect(heard(result(), {type: 'run_aborted'}).facts.terminal?.ok).toBe(true);
  });
});

describe('errors', () => {
  it('told on both streams are one', () => {
    const {bodies, facts} = say(
      new Cline3Normalizer(),
      [event('error', {error: {message: 'no key'}, recoverable: false})],
      [{type: 'error', message: 'no key'}, {type: 'error'}],
    );
    expect(bodies.map((body) => body.type === 'note' && body.text)).toEqual(['no key', 'unknown error']);
    expect(facts.errors).toEqual(['no key', 'unknown error']);
  });

  it('that the agent recovers from are none', () => {
    const {bodies, facts} = heard(
      event('error', {error: {message: '1 tool call failed'}, recoverable: true}),
      event('error', {recoverable: true}),
    );
    expect(bodies).toMatchObject([
      {type: 'note', level: 'info', text: '1 tool call failed'},
      {text: 'unknown error'},
    ]);
    expect(facts.errors).toEqual([]);
  });
});

describe('other lines', () => {
  it('notices are notes', () => {
    const {bodies} = heard(
      event('notice', {message: 'hello'}),
      event('notice', {noticeType: 'compaction'}),
      event('notice'),
    );
    expect(bodies.map((body) => body.type === 'note' && body.text)).toEqual([
      'hello',
      'compaction',
      'notice',
    ]);
  });

  it('books are nothing', () => {
    expect(heard({type: 'run_start'}, {type: 'hook_event'}, event('iteration_end')).bodies).toEqual([]);
  });

  it.each<Line>([{type: 'novelty'}, {}])('%o is kept as it is', (line) => {
    expect(heard(line).bodies).toEqual([{type: 'unparsed', reason: 'unknown', value: line}]);
    expect(say(new Cline3Normalizer(), [], [line]).bodies).toEqual([
      {type: 'unparsed', reason: 'unknown', value: line},
    ]);
  });

  it.each([
    {type: 'novelty'},
    {type: 'content_start', contentType: 'novelty'},
    {type: 'content_end', contentType: 'novelty'},
    {type: 'content_update'},
    {type: 'content_update', toolCallId: 't1', update: {}},
    {type: 'content_start', contentType: 'tool', toolCallId: 't1'},
    {type: 'content_end', contentType: 'tool'},
  ])('the event %o is kept as it is', (value) => {
    expect(heard({type: 'agent_event', event: value}).bodies).toEqual([
      {type: 'unparsed', reason: 'unknown', value},
    ]);
  });
});
