/** Frames that show progress and tell a person nothing. */
import {describe, expect, it} from 'vitest';
import {ClaudeNormalizer} from '../../src/executor/claude-normalizer.ts';
import {Cline2Normalizer} from '../../src/executor/cline-2.ts';
import {Cline3Normalizer} from '../../src/executor/cline-3.ts';
import type {Normalizer} from '../../src/executor/executor.ts';
import {PlainTextNormalizer} from '../../src/executor/plain-text.ts';
import {blockStart, start, streamed, text, textDelta, toolUse} from './claude-lines.ts';
import {type Line, say} from './say.ts';

/** Silent steps and events of some lines. */
function steps(normalizer: Normalizer, ...lines: Line[]): [silent: number, events: number] {
  const {bodies} = say(normalizer, lines);
  return [normalizer.silentSteps(), bodies.length];
}

const delta = (value: unknown) => streamed({type: 'content_block_delta', delta: value});

describe('silent steps', () => {
  it('of Claude are the pieces of its stream that say nothing', () => {
    expect(
      steps(
        new ClaudeNormalizer(),
        start('m1'),
        blockStart(text('')),
        delta({type: 'input_json_delta', partial_json: '{"a'}),
        delta({type: 'signature_delta', signature: 'x'}),
        streamed({type: 'content_block_stop'}),
        // The first one counts tokens, which is an event.
        streamed({type: 'message_delta'}),
        streamed({type: 'message_delta'}),
        streamed({type: 'message_stop'}),
        {type: 'system', subtype: 'thinking_tokens', estimated_tokens: 3},
      ),
    ).toEqual([8, 1]);
  });

  it('of Claude are no events, no pings and no other bookkeeping', () => {
    expect(
      steps(
        new ClaudeNormalizer(),
        textDelta('Hello'),
        blockStart(toolUse('t', 'Bash')),
        streamed({type: 'ping'}),
        {type: 'keep_alive'},
        {type: 'tool_progress', elapsed_time_seconds: 3},
        {type: 'system', subtype: 'status', status: 'requesting'},
      ),
    ).toEqual([0, 2]);
  });

  it('of Cline 2 are parts of what is told once it is whole', () => {
    const part = {ts: 1, partial: true};
    expect(
      steps(
        new Cline2Normalizer(null),
        {...part, type: 'say', say: 'tool', text: '{"to'},
        {...part, type: 'ask', ask: 'followup', text: '{"qu'},
        {...part, type: 'say', say: 'text', text: 'Hel'},
        {ts: 2, type: 'say', say: 'task', text: 'do it'},
      ),
    ).toEqual([2, 1]);
  });

  it('of Cline 3 are the ends of its steps, not what comes before the model has answered', () => {
    const event = (type: string) => ({type: 'agent_event', event: {type}});
    expect(
      steps(
        new Cline3Normalizer(),
        {type: 'run_start'},
        {type: 'hook_event', hookEventName: 'agent_start'},
        event('iteration_start'),
        event('iteration_end'),
        event('done'),
      ),
    ).toEqual([2, 0]);
  });

  it('of plain text are none', () => {
    expect(steps(new PlainTextNormalizer(), 'words', {json: true})).toEqual([0, 2]);
  });
});

describe('Claude asks a person', () => {
  const request = (value: unknown) =>
    say(new ClaudeNormalizer(), [{type: 'control_request', request: value}]).bodies;

  it('whether it may use a tool', () => {
    expect(request({subtype: 'can_use_tool', tool_name: 'Bash', input: {command: 'make'}})).toEqual([
      {type: 'agent_ask', ask: 'permission', text: 'Bash make'},
    ]);
    expect(request({subtype: 'can_use_tool'})).toMatchObject([{ask: 'permission', text: 'a tool'}]);
  });

  it('what an MCP server wants to know', () => {
    expect(request({subtype: 'elicitation', message: 'Which branch?'})).toEqual([
      {type: 'agent_ask', ask: 'question', text: 'Which branch?'},
    ]);
    expect(request({subtype: 'elicitation'})).toMatchObject([{ask: 'question'}]);
  });

  it('and not its program, which answers by itself', () => {
    expect(request({subtype: 'hook_callback'})).toEqual([]);
  });
});
