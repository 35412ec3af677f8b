import {describe, expect, it} from 'vitest';
import {ClaudeNormalizer} from '../../src/executor/claude-normalizer.ts';
import {Cline3Normalizer} from '../../src/executor/cline-3.ts';
import {charsSaid, keepAll} from '../../src/executor/said.ts';
import {say} from './say.ts';

const redact = (text: string) => text.replace('secret', '******');

describe('a text that comes in pieces and once more as a whole', () => {
  it('is known again, with its secrets or without', () => {
    expect(charsSaid('the secret is', 'the secret', keepAll)).toBe(10);
    expect(charsSaid('the ****** is', 'the secret', redact)).toBe(10);
    expect(charsSaid('another', 'the secret', redact)).toBe(null);
  });

  it('is not said twice where its secret came in pieces', () => {
    const delta = (text: string) => ({
      type: 'stream_event',
      event: {type: 'content_block_delta', delta: {type: 'text_delta', text}},
      parent_tool_use_id: null,
    });
    const claude = say(new ClaudeNormalizer(redact), [
      {type: 'stream_event', event: {type: 'message_start', message: {id: 'm'}}, parent_tool_use_id: null},
      {type: 'stream_event', event: {type: 'content_block_start', content_block: {type: 'text'}}},
      delta('the sec'),
      delta('ret'),
      {
        type: 'assistant',
        message: {id: 'm', content: [{type: 'text', text: 'the ******'}]},
        parent_tool_use_id: null,
      },
    ]);
    expect(claude.bodies).toMatchObject([{content: {text: 'the sec'}}, {content: {text: 'ret'}}]);
    const cline = (event: object) => ({type: 'agent_event', event: {contentType: 'text', ...event}});
    const said = say(new Cline3Normalizer(redact), [
      cline({type: 'content_start', text: 'the sec'}),
      cline({type: 'content_start', text: 'ret'}),
      cline({type: 'content_end', text: 'the ******!'}),
    ]);
    expect(said.bodies).toMatchObject([
      {content: {text: 'the sec'}},
      {content: {text: 'ret'}},
      {content: {text: '!'}},
    ]);
  });
});
