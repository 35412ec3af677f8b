/** The Anthropic Messages API, as far as Claude Code uses it: https://docs.anthropic.com/en/api/messages-streaming */
import type {IncomingHttpHeaders} from 'node:http';
import {
  type Delay,
  inputPieces,
  type ModelRequest,
  pieceDelay,
  pieceText,
  type Refusal,
  type Step,
  type Turn,
} from './script.ts';

interface Block {
  type: string;
  text?: string;
  content?: string | Block[];
}

interface Body {
  model: string;
  stream?: boolean;
  system?: string | Block[];
  messages: {role: string; content: string | Block[]}[];
  tools?: {name: string}[];
}

export function readAnthropic(body: Body, headers: IncomingHttpHeaders): ModelRequest {
  const user = body.messages
    .filter((message) => message.role === 'user')
    .flatMap((message) => blocks(message.content));
  const toolNames = (body.tools ?? []).map((tool) => tool.name);
  return {
    api: 'anthropic',
    model: body.model,
    main: toolNames.length > 0,
    systemTexts: texts(blocks(body.system ?? [])),
    userTexts: texts(user),
    toolResults: user
      .filter((block) => block.type === 'tool_result')
      .map((block) => texts(blocks(block.content ?? '')).join('\n')),
    toolNames,
    stream: body.stream === true,
    headers,
    at: Date.now(),
    sent: [],
  };
}

export function anthropicError({status, message}: Refusal): unknown {
  const types: Record<number, string> = {
    401: 'authentication_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  };
  return {type: 'error', error: {type: types[status] ?? 'api_error', message}};
}

/** The whole answer as one JSON value, for requests without `stream`. */
export function anthropicMessage(turn: Turn, model: string, id: string): unknown {
  return {
    ...messageHead(turn, model, id),
    content: [
      ...(turn.text ? [{type: 'text', text: turn.text.map(pieceText).join('')}] : []),
      ...(turn.tools ?? []).map((tool, i) => ({
        type: 'tool_use',
        id: toolId(id, i),
        name: tool.name,
        input: tool.input,
      })),
    ],
    stop_reason: stopReason(turn),
    usage: {...messageHead(turn, model, id).usage, output_tokens: usageOf(turn).outputTokens},
  };
}

export function* anthropicSteps(turn: Turn, model: string, id: string): Generator<Step> {
  let index = 0;
  yield event('message_start', {message: messageHead(turn, model, id)});
  if (turn.thinking) {
    yield event('content_block_start', {
      index,
      content_block: {type: 'thinking', thinking: '', signature: ''},
    });
    for (const piece of turn.thinking) {
      yield delta(index, {type: 'thinking_delta', thinking: pieceText(piece)}, pieceDelay(piece));
    }
    yield event('content_block_delta', {index, delta: {type: 'signature_delta', signature: 'c2ln'}});
    yield event('content_block_stop', {index: index++});
  }
  if (turn.text) {
    yield event('content_block_start', {index, content_block: {type: 'text', text: ''}});
    for (const piece of turn.text)
      yield delta(index, {type: 'text_delta', text: pieceText(piece)}, pieceDelay(piece));
    yield event('content_block_stop', {index: index++});
  }
  for (const [i, tool] of (turn.tools ?? []).entries()) {
    yield event('content_block_start', {
      index,
      content_block: {type: 'tool_use', id: toolId(id, i), name: tool.name, input: {}},
    });
    for (const part of inputPieces(tool))
      yield delta(index, {type: 'input_json_delta', partial_json: part}, 0);
    yield event('content_block_stop', {index: index++});
  }
  const usage = {output_tokens: usageOf(turn).outputTokens};
  yield event('message_delta', {delta: {stop_reason: stopReason(turn), stop_sequence: null}, usage});
  yield event('message_stop', {});
}

function messageHead(turn: Turn, model: string, id: string) {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: usageOf(turn).inputTokens,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    },
  };
}

function event(type: string, fields: Record<string, unknown>): Step {
  return {after: 0, data: `event: ${type}\ndata: ${JSON.stringify({type, ...fields})}\n\n`, piece: false};
}

function delta(index: number, value: Record<string, unknown>, after: Delay): Step {
  return {...event('content_block_delta', {index, delta: value}), after, piece: true};
}

const toolId = (messageId: string, i: number) => `toolu_${messageId}_${i}`;
const stopReason = (turn: Turn) => (turn.tools?.length ? 'tool_use' : 'end_turn');
const usageOf = (turn: Turn) => turn.usage ?? {inputTokens: 100, outputTokens: 20};

function blocks(content: string | Block[]): Block[] {
  return typeof content === 'string' ? [{type: 'text', text: content}] : content;
}

function texts(content: Block[]): string[] {
  return content.flatMap((block) => (block.type === 'text' && block.text !== undefined ? [block.text] : []));
}
