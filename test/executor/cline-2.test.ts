import {describe, expect, it} from 'vitest';
import {Cline2Normalizer} from '../../src/executor/cline-2.ts';
import {type Line, say, wordsOf} from './say.ts';

const heard = (...lines: Line[]) => say(new Cline2Normalizer(null), lines);

let ts = 1000;
const told = (type: 'say' | 'ask', what: string, text?: unknown, more = {}) => ({
  ts: ++ts,
  type,
  [type]: what,
  ...(text !== undefined && {text: typeof text === 'string' ? text : JSON.stringify(text)}),
  ...more,
});
const says = (what: string, text?: unknown, more = {}) => told('say', what, text, more);
const asks = (what: string, text?: unknown, more = {}) => told('ask', what, text, more);

describe('words', () => {
  it('are one message each, and the completion is the end and the final words', () => {
    const {bodies, facts} = heard(
      says('task', 'do it'),
      says('reasoning', 'hmm'),
      says('text', 'On it.'),
      says('completion_result', 'Done.'),
    );
    expect(bodies.map(({type}) => type)).toEqual([
      'agent_thought_chunk',
      'agent_message_chunk',
      'agent_message_chunk',
    ]);
    const ids = bodies.map((body) => body.type === 'agent_message_chunk' && body.messageId);
    expect(new Set(ids).size).toBe(3);
    expect(facts).toMatchObject({terminal: {ok: true, reason: 'the agent finished'}, text: 'Done.'});
  });

  it('that come in parts are not repeated', () => {
    const part = (text: string, partial: boolean, what = 'text') => ({
      ts: 5,
      type: 'say',
      say: what,
      text,
      partial,
    });
    const {bodies, facts} = heard(
      part('Hel', true),
      part('Hello', true),
      part('Hello!', false),
      {...part('So', true, 'reasoning'), ts: 6},
      {...part('So.', false, 'reasoning'), ts: 6},
    );
    expect(wordsOf(bodies, 'agent_message_chunk')).toBe('Hello!');
    expect(wordsOf(bodies, 'agent_thought_chunk')).toBe('So.');
    expect(facts.text).toBe('Hello!');
  });

  it('of a completion that is still coming are no end', () => {
    const {facts} = heard({ts: 5, type: 'say', say: 'completion_result', text: 'Do', partial: true});
    expect(facts.terminal).toBeNull();
  });

  it('of tools and questions that are still coming are waited for, and show life', () => {
    const normalizer = new Cline2Normalizer(null);
    const parts = [says('tool', '{"tool":', {partial: true}), asks('followup', '{"que', {partial: true})];
    expect(say(normalizer, parts).bodies).toEqual([]);
    expect(normalizer.silentSteps()).toBe(2);
  });

  it('in plan mode are the answer', () => {
    expect(heard(asks('plan_mode_respond', {response: 'The plan.'})).facts.text).toBe('The plan.');
    expect(heard(asks('plan_mode_respond', 'just words')).facts.text).toBe('just words');
  });
});

describe('a resumed task', () => {
  const replay = [says('text', 'old'), says('completion_result', 'Old result.'), asks('completion_result')];

  it('drops what is older than the start', () => {
    const lines = [{type: 'task_started', taskId: '17'}, ...replay];
    const {bodies, facts} = say(new Cline2Normalizer(ts + 1), [
      ...lines,
      asks('resume_task'),
      says('user_feedback', 'go on'),
      says('text', 'new'),
    ]);
    expect(bodies.map(({type}) => type)).toEqual([
      'agent_session',
      'user_message_chunk',
      'agent_message_chunk',
    ]);
    expect(facts).toMatchObject({terminal: null, text: 'new', agentSession: '17'});
  });

  it('begins with the feedback where the start is not known', () => {
    const open = says('tool', {tool: 'readFile', path: 'a'});
    const {facts} = heard(
      {type: 'task_started', taskId: '17'},
      ...replay,
      open,
      asks('resume_task'),
      says('user_feedback', 'go on'),
      says('api_req_started', {request: 'x'}),
    );
    expect(facts).toMatchObject({terminal: null, text: null, agentSession: '17'});
  });

  it('is not what a shutdown makes of it', () => {
    const {facts} = heard(says('completion_result', 'Done.'), asks('resume_task'));
    expect(facts).toMatchObject({terminal: {ok: true}, text: 'Done.'});
  });

  it('is not what feedback alone makes of it', () => {
    expect(heard(says('completion_result', 'Done.'), says('user_feedback', 'thanks')).facts.text).toBe(
      'Done.',
    );
  });
});

describe('a tool call', () => {
  it('is over when the next request carries its result', () => {
    const {bodies} = heard(
      says('tool', {tool: 'readFile', path: 'a.txt', content: '/w/a.txt'}),
      says('api_req_started', {request: "[read_file for 'a.txt'] Result:\n1 | one"}),
    );
    expect(bodies).toEqual([
      {
        type: 'tool_call',
        toolCallId: 'tool-1',
        toolName: 'readFile',
        title: 'readFile a.txt',
        kind: 'read',
        locations: [{path: 'a.txt'}],
        status: 'in_progress',
        rawInput: {tool: 'readFile', path: 'a.txt', content: '/w/a.txt'},
        parentToolCallId: null,
      },
      {type: 'tool_call_update', toolCallId: 'tool-1', status: 'completed'},
    ]);
  });

  it.each([
    'The tool execution failed with the following error:',
    'The user denied this operation.',
    'Command failed with exit code 2.',
    'Command terminated by signal SIGTERM.',
  ])('has failed with "%s"', (words) => {
    const {bodies} = heard(
      says('command', 'make'),
      says('api_req_started', {request: `[execute_command for 'make'] Result:\n${words}`}),
    );
    expect(bodies[1]).toMatchObject({status: 'failed'});
  });

  it('that is a command has output, line by line', () => {
    const {bodies} = heard(
      says('command', 'ls'),
      asks('command_output', 'one'),
      says('command_output', 'two\n'),
      asks('command_output', ''),
      says('completion_result', 'Done.'),
    );
    expect(bodies.slice(0, 4)).toMatchObject([
      {type: 'tool_call', title: 'execute_command ls', kind: 'execute'},
      {type: 'tool_call_update', content: [{text: 'one\n'}]},
      {type: 'tool_call_update', content: [{text: 'two\n'}]},
      {type: 'tool_call_update', status: 'completed'},
    ]);
  });

  it('of a server is named by its type', () => {
    const {bodies} = heard(
      says('use_mcp_server', {type: 'use_mcp_tool', toolName: 'query'}),
      says('mcp_server_response', '42'),
      says('tool', 'no JSON'),
    );
    expect(bodies[0]).toMatchObject({
      toolName: 'use_mcp_tool',
      title: 'use_mcp_tool query',
      kind: 'other',
      locations: [],
    });
    expect(bodies[1]).toMatchObject({content: [{text: '42\n'}]});
    expect(bodies[2]).toMatchObject({toolName: 'tool', title: 'tool'});
  });

  it('output of none is kept as text', () => {
    expect(heard(asks('command_output', 'late')).bodies).toEqual([
      {type: 'unparsed', reason: 'text', text: 'late'},
    ]);
  });

  it('that was not permitted is a denial', () => {
    const {bodies, facts} = heard(
      says('command_permission_denied', 'rm is not allowed'),
      says('clineignore_error', '.env'),
    );
    expect(bodies.map((body) => body.type === 'note' && body.code)).toEqual([
      'AGENT_NOTICE',
      'PERMISSION_DENIED',
      'AGENT_NOTICE',
      'PERMISSION_DENIED',
    ]);
    expect(facts.permissionDenials).toEqual(
      Array.from({length: 2}, () => ({toolName: 'execute_command', toolCallId: null})),
    );
  });
});

describe('a question', () => {
  it.each([
    [asks('followup', {question: 'Which?'}), 'Which?'],
    [asks('mistake_limit_reached', 'stuck'), 'stuck'],
    [asks('condense'), 'condense'],
  ])('%o waits for ever', (line, what) => {
    expect(heard(line).bodies).toEqual([{type: 'agent_ask', ask: 'question', text: what}]);
  });

  it.each([
    [asks('tool', {tool: 'newFileCreated', path: 'a'}), 'newFileCreated a'],
    [asks('command', 'make'), 'execute_command make'],
    [asks('use_mcp_server', {toolName: 'q'}), 'tool q'],
  ])('for approval leaves the call of %o pending', (line, what) => {
    expect(heard(line).bodies).toMatchObject([
      {type: 'tool_call', status: 'pending'},
      {type: 'agent_ask', ask: 'permission', text: what},
    ]);
  });
});

describe('errors and retries', () => {
  it('an error told twice is one', () => {
    const failure = {message: '401 no', status: 401};
    const {bodies, facts} = heard(asks('api_req_failed', failure), {
      type: 'error',
      message: JSON.stringify(failure),
    });
    expect(bodies).toEqual([{type: 'note', level: 'error', code: 'AGENT_ERROR', text: '401 no'}]);
    expect(facts.errors).toEqual(['401 no']);
  });

  it('errors may be plain, or say nothing', () => {
    expect(heard(says('error', 'plain'), {type: 'error'}).facts.errors).toEqual(['plain', 'unknown error']);
  });

  it('retries tell their figures or not', () => {
    const {bodies} = heard(
      says('error_retry', {
        attempt: 1,
        maxAttempts: 3,
        delaySeconds: 2,
        errorMessage: '{"message":"busy","status":429}',
      }),
      says('api_req_retried'),
    );
    expect(bodies).toEqual([
      {type: 'agent_retry', attempt: 1, maxAttempts: 3, delayMs: 2000, status: 429, error: 'busy'},
      {
        type: 'agent_retry',
        attempt: null,
        maxAttempts: null,
        delayMs: null,
        status: null,
        error: 'request failed',
      },
    ]);
  });
});

describe('other lines', () => {
  it('a checklist is the plan', () => {
    expect(heard(says('task_progress', 'Plan:\n- [x] a\n* [ ] b \n- [X] c\n- d')).bodies).toEqual([
      {
        type: 'plan',
        entries: [
          {content: 'a', priority: 'medium', status: 'completed'},
          {content: 'b', priority: 'medium', status: 'pending'},
          {content: 'c', priority: 'medium', status: 'completed'},
        ],
      },
    ]);
  });

  it('usage is the sum of the requests that tell theirs', () => {
    const {bodies, facts} = heard(
      says('api_req_started', {tokensIn: 100, tokensOut: 20, cost: 0.5}),
      says('api_req_started', {request: 'x'}),
      says('api_req_started', {tokensIn: 1, tokensOut: 2, cost: 0.25}),
    );
    expect(bodies).toHaveLength(2);
    expect(facts.usage).toEqual({inputTokens: 101, outputTokens: 22, costUsd: 0.75, turns: 2});
  });

  it('notices are notes and books are nothing', () => {
    const {bodies} = heard(
      says('info', 'by the way'),
      says('diff_error', 'x'),
      says('checkpoint_created'),
      asks('resume_completed_task'),
    );
    expect(bodies).toMatchObject([
      {type: 'note', level: 'info', text: 'by the way'},
      {type: 'note', level: 'warning', text: 'A change did not fit the file: x'},
    ]);
  });

  it.each<Line>([{type: 'novelty'}, {type: 'task_started'}, says('novelty', 'x'), {type: 'say'}])(
    '%o is kept as it is',
    (line) => {
      expect(heard(line).bodies).toEqual([{type: 'unparsed', reason: 'unknown', value: line}]);
    },
  );
});
