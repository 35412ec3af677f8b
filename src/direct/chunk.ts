/** One piece of an answer, by https://platform.openai.com/docs/api-reference/chat-streaming and what other servers make of it. */
import type {Usage} from '../event.ts';
import {isJson, type Json, number, object, objects, text} from '../fields.ts';

export interface Chunk {
  id: string | null;
  model: string | null;
  text: string;
  reasoning: string;
  finishReason: string | null;
  usage: Usage | null;
}

/** A piece of a stream, or a whole answer of a server that does not stream. */
export function readChunk(given: unknown): Chunk {
  const value = object(given);
  const choice = objects(value.choices).find(({index}) => (number(index) ?? 0) === 0) ?? {};
  const said = isJson(choice.delta) ? choice.delta : object(choice.message);
  return {
    id: text(value.id) || null,
    model: text(value.model) || null,
    text: textIn(said.content, 'text') + (text(said.refusal) ?? ''),
    reasoning: text(said.reasoning_content) ?? text(said.reasoning) ?? textIn(said.content, 'thinking'),
    finishReason: text(choice.finish_reason) || null,
    usage: isJson(value.usage) ? usageOf(value.usage) : null,
  };
}

/** Content is a text, or a list of parts; a part that thinks has parts again. */
function textIn(content: unknown, type: 'text' | 'thinking'): string {
  if (typeof content === 'string') return type === 'text' ? content : '';
  const parts = objects(content).filter((part) => part.type === type);
  return parts.map((part) => (type === 'text' ? text(part.text) : textIn(part.thinking, 'text'))).join('');
}

function usageOf(usage: Json): Usage {
  return {
    inputTokens: number(usage.prompt_tokens),
    outputTokens: number(usage.completion_tokens),
    costUsd: number(usage.cost),
    turns: null,
  };
}
