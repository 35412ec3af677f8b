import {describe, expect, it} from 'vitest';
import {ClaudeNormalizer} from '../../src/executor/claude-normalizer.ts';
import {assistant, heard, init, result, start, streamed, text} from './claude-lines.ts';
import {type Line, say} from './say.ts';

describe('the end', () => {
  it('is good only if nothing says otherwise', () => {
    const {bodies, facts} = heard(
      init,
      result({usage: {input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 5}, total_cost_usd: 0.5}),
    );
    expect(facts).toMatchObject({
      terminal: {ok: true},
      text: 'Done.',
      agentSession: 's1',
      usage: {inputTokens: 7, outputTokens: 5, costUsd: 0.5, turns: null},
    });
    expect(bodies.at(-1)).toEqual({
      type: 'usage_update',
      inputTokens: 7,
      outputTokens: 5,
      costUsd: 0.5,
      turns: null,
    });
  });

  it.each([
    [{is_error: true, result: 'API Error: 529'}, 'API Error: 529'],
    [
      {
        subtype: 'error_max_turns',
        result: undefined,
        is_error: true,
        errors: ['Reached maximum number of turns (2)', 7],
      },
      'error_max_turns: Reached maximum number of turns (2)',
    ],
    [{subtype: 'error_during_execution', result: undefined}, 'error_during_execution'],
    [{subtype: undefined, result: ''}, 'a result without a subtype'],
  ])('is bad in %o', (more, reason) => {
    const {facts} = heard(init, assistant('m', [text('On it.')]), result(more));
    expect(facts).toMatchObject({terminal: {ok: false, reason}, text: 'On it.'});
  });

  it('has the answer in the form that was asked for as its text', () => {
    const {facts} = heard(init, result({structured_output: {verdict: 'DONE'}}));
    expect(facts.text).toBe('{"verdict":"DONE"}');
  });

  it('that failed before the start names no session', () => {
    expect(
      heard(result({subtype: 'error_during_execution', session_id: 'made-up'})).facts.agentSession,
    ).toBeNull();
    expect(heard(result()).facts).toMatchObject({agentSession: 's1'});
  });

  it('stays good, whatever comes behind it', () => {
    const {bodies, facts} = heard(
      result({result: undefined}),
      result({subtype: 'error_during_execution', is_error: true}),
      assistant('m', [text('Bye.')]),
    );
    expect(facts.terminal).toMatchObject({ok: true});
    expect(bodies.map(({type}) => type)).toEqual(['unparsed', 'agent_message_chunk']);
  });

  it('a bad one can be made good', () => {
    expect(heard(result({is_error: true}), result()).facts.terminal).toMatchObject({ok: true});
  });

  it('counts the tokens of every model, and those of messages until then', () => {
    const modelUsage = {
      a: {inputTokens: 1, cacheReadInputTokens: 2, cacheCreationInputTokens: 3, outputTokens: 4},
      b: {inputTokens: 10, outputTokens: 20},
      c: null,
    };
    const delta = (output_tokens: unknown) => streamed({type: 'message_delta', usage: {output_tokens}});
    const {bodies} = heard(
      start('m1'),
      delta(2),
      delta(5),
      delta('x'),
      start('m2'),
      delta(1),
      result({modelUsage, total_cost_usd: 1}),
    );
    const counted = bodies.map(
      (body) => body.type === 'usage_update' && [body.inputTokens, body.outputTokens, body.costUsd],
    );
    // A message is counted once its end is told.
    expect(counted).toEqual([
      [10, 2, null],
      [10, 5, null],
      [20, 6, null],
      [16, 24, 1],
    ]);
  });

  it('names each denied call once, with the mode that would allow it', () => {
    const denied = [{tool_name: 'Write', tool_use_id: 't1'}, {tool_name: 'Bash', tool_use_id: 't2'}, {}];
    const {bodies, facts} = heard(
      {type: 'system', subtype: 'permission_denied', tool_name: 'Bash', tool_use_id: 't2'},
      {type: 'system', subtype: 'permission_denied'},
      result({permission_denials: denied}),
    );
    expect(bodies).toEqual([
      {
        type: 'note',
        level: 'warning',
        code: 'PERMISSION_DENIED',
        text: 'Bash was denied; --permission-mode full would allow it.',
      },
      {
        type: 'note',
        level: 'warning',
        code: 'PERMISSION_DENIED',
        text: 'A tool was denied; --permission-mode full would allow it.',
      },
      {
        type: 'note',
        level: 'warning',
        code: 'PERMISSION_DENIED',
        text: 'Write was denied; --permission-mode edit would allow it.',
      },
    ]);
    expect(facts.permissionDenials).toEqual([
      {toolName: 'Bash', toolCallId: 't2'},
      {toolName: 'A tool', toolCallId: null},
      {toolName: 'Write', toolCallId: 't1'},
    ]);
  });
});

describe('what the system says', () => {
  it('of retries', () => {
    const {bodies} = heard(
      {
        type: 'system',
        subtype: 'api_retry',
        attempt: 1,
        max_retries: 2,
        retry_delay_ms: 1.6,
        error_status: 529,
        error: 'overloaded',
      },
      {type: 'system', subtype: 'api_retry'},
    );
    expect(bodies).toEqual([
      {type: 'agent_retry', attempt: 1, maxAttempts: 2, delayMs: 2, status: 529, error: 'overloaded'},
      {
        type: 'agent_retry',
        attempt: null,
        maxAttempts: null,
        delayMs: null,
        status: null,
        error: 'unknown error',
      },
    ]);
  });

  it('to a person is a note', () => {
    const system = (subtype: string, more = {}) => ({type: 'system', subtype, ...more});
    const {bodies} = heard(
      system('compact_boundary'),
      system('informational', {content: 'a', level: 'info'}),
      system('informational', {content: 'b', level: 'warning'}),
      system('notification', {text: 'c'}),
      system('model_fallback', {content: 'd'}),
      {type: 'rate_limit_event', rate_limit_info: {status: 'allowed'}},
      {type: 'rate_limit_event', rate_limit_info: {status: 'rejected', rateLimitType: 'five_hour'}},
      {type: 'rate_limit_event', rate_limit_info: {status: 'allowed_warning'}},
    );
    expect(bodies.map((body) => body.type === 'note' && [body.level, body.code, body.text])).toEqual([
      ['info', 'CONTEXT_COMPACTED', expect.any(String)],
      ['info', 'AGENT_NOTICE', 'a'],
      ['warning', 'AGENT_NOTICE', 'b'],
      ['info', 'AGENT_NOTICE', 'c'],
      ['warning', 'AGENT_NOTICE', 'd'],
      ['warning', 'AGENT_RATE_LIMIT', "Claude's five_hour limit: rejected"],
      ['warning', 'AGENT_RATE_LIMIT', "Claude's usage limit: allowed_warning"],
    ]);
  });

  it('for its own books is no event', () => {
    const quiet = ['status', 'thinking_tokens', 'hook_response'].map((subtype) => ({
      type: 'system',
      subtype,
    }));
    expect(heard(...quiet, {type: 'control_response'}, {type: 'tool_progress'}).bodies).toEqual([]);
  });
});

describe('what is not known', () => {
  it.each<Line>([
    {type: 'novelty'},
    {no: 'type'},
    {type: 'system', subtype: 'novelty'},
    {type: 'system', subtype: 'init'},
    {type: 'system', subtype: 'notification'},
    {type: 'rate_limit_event'},
  ])('%o is kept as it is', (line) => {
    expect(heard(line).bodies).toEqual([{type: 'unparsed', reason: 'unknown', value: line}]);
  });

  it.each([
    [streamed({type: 'novelty'}), {type: 'novelty'}],
    [assistant('m', [{type: 'novelty'}]), {type: 'novelty'}],
    [assistant('m', [{type: 'tool_use', id: 't'}]), {type: 'tool_use', id: 't'}],
    [{type: 'user', message: {content: [{type: 'image'}]}}, {type: 'image'}],
    [{type: 'user', message: {content: [{type: 'tool_result'}]}}, {type: 'tool_result'}],
  ])('part of %o is kept', (line, value) => {
    expect(heard(line).bodies).toEqual([{type: 'unparsed', reason: 'unknown', value}]);
  });

  it('JSON on stderr and lines of text are kept too', () => {
    const {bodies, facts} = say(
      new ClaudeNormalizer(),
      ['Error: no', '\x1b[?25h', ''],
      [{level: 'info'}, 'bye'],
    );
    expect(bodies).toEqual([
      {type: 'unparsed', reason: 'text', text: 'Error: no'},
      {type: 'unparsed', reason: 'unknown', value: {level: 'info'}},
      {type: 'unparsed', reason: 'text', text: 'bye'},
    ]);
    expect(facts.lastLine).toBe('Error: no');
  });
});
