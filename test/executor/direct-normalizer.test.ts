import {describe, expect, it} from 'vitest';
import {DirectNormalizer} from '../../src/executor/direct-normalizer.ts';
import {type Line, say} from './say.ts';

const heard = (...lines: Line[]) => say(new DirectNormalizer(), lines);
const retry = {type: 'retry', attempt: 1, maxAttempts: 3, delayMs: 1000, status: 503, error: 'busy'};

describe('the lines of the direct program', () => {
  it('are events, and the end is a fact', () => {
    const {bodies, facts} = heard(
      {type: 'start', model: 'm', endpoint: 'http://127.0.0.1:1'},
      {type: 'response', id: 'chat-1', model: 'served'},
      {type: 'reasoning', text: 'Hm.'},
      {type: 'text', text: 'Yes'},
      {type: 'usage', inputTokens: 7, outputTokens: 3, costUsd: null, turns: 1},
      {type: 'end', ok: true, reason: 'answered', finishReason: 'stop', text: 'Yes'},
    );
    const said = {messageId: 'message-1', parentToolCallId: null};
    expect(bodies).toEqual([
      {
        type: 'agent_session',
        agentSession: 'chat-1',
        model: 'served',
        agentVersion: null,
        agentPermissionMode: null,
      },
      {type: 'agent_thought_chunk', content: {type: 'text', text: 'Hm.'}, ...said},
      {type: 'agent_message_chunk', content: {type: 'text', text: 'Yes'}, ...said},
      {type: 'usage_update', inputTokens: 7, outputTokens: 3, costUsd: null, turns: 1},
    ]);
    expect(facts).toMatchObject({
      terminal: {ok: true, reason: 'answered'},
      text: 'Yes',
      agentSession: 'chat-1',
      usage: {inputTokens: 7, outputTokens: 3, costUsd: null, turns: 1},
      errors: [],
    });
  });

  it('announce retries, each of which begins a new message', () => {
    const {bodies} = heard({type: 'reasoning', text: 'a'}, retry, {type: 'text', text: 'b'});
    expect(bodies[1]).toEqual({...retry, type: 'agent_retry'});
    expect(bodies).toMatchObject([{messageId: 'message-1'}, {}, {messageId: 'message-2'}]);
  });

  it('keep what was said where the end is a failure', () => {
    const {bodies, facts} = heard(
      {type: 'text', text: 'half'},
      {type: 'end', ok: false, reason: 'broke off', text: 'half'},
    );
    expect(bodies.at(-1)).toEqual({type: 'note', level: 'error', code: 'AGENT_ERROR', text: 'broke off'});
    expect(facts).toMatchObject({
      terminal: {ok: false, reason: 'broke off'},
      text: 'half',
      errors: ['broke off'],
    });
  });

  it('keep what was said where there is no end, without its secrets', () => {
    const redacted = new DirectNormalizer((text) => text.replace('secret', '******'));
    const {facts} = say(redacted, [
      {type: 'text', text: 'a sec'},
      {type: 'text', text: 'ret'},
    ]);
    expect(facts).toMatchObject({terminal: null, text: 'a ******'});
    expect(heard({type: 'text', text: 'lost'}, retry).facts.text).toBeNull();
  });

  it('of another version are kept', () => {
    const {bodies, facts} = heard(
      {type: 'note', text: 'Again.'},
      {type: 'note'},
      {type: 'response'},
      {type: 'response', id: 'x'},
      {type: 'text'},
      {type: 'reasoning'},
      {type: 'retry'},
      {type: 'news'},
      {type: 'end'},
    );
    expect(bodies).toEqual([
      {type: 'note', level: 'info', code: 'AGENT_NOTICE', text: 'Again.'},
      {type: 'note', level: 'info', code: 'AGENT_NOTICE', text: 'notice'},
      {type: 'unparsed', reason: 'unknown', value: {type: 'response'}},
      {type: 'agent_session', agentSession: 'x', model: null, agentVersion: null, agentPermissionMode: null},
      {
        type: 'agent_retry',
        attempt: null,
        maxAttempts: null,
        delayMs: null,
        status: null,
        error: 'unknown error',
      },
      {type: 'unparsed', reason: 'unknown', value: {type: 'news'}},
      {type: 'note', level: 'error', code: 'AGENT_ERROR', text: 'no reason given'},
    ]);
    expect(facts.terminal).toEqual({ok: false, reason: 'no reason given'});
  });
});
