/** The OpenAI chat completions API, as far as Cline uses it: https://platform.openai.com/docs/api-reference/chat */
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

interface Part {
  type: string;
  text?: string;
}

interface Body {
  model: string;
  stream?: boolean;
  messages: {role: string; content: string | Part[] | null}[];
  tools?: {function: {name: string}}[];
}

export function readOpenai(body: Body, headers: IncomingHttpHeaders): ModelRequest {
  const said = (role: string) =>
    body.messages.filter((message) => message.role === role).map((message) => texts(message.content));
  return {
    api: 'openai',
    model: body.model,
    main: true,
    systemTexts: [...said('system'), ...said('developer')].flat(),
    userTexts: said('user').flat(),
    toolResults: said('tool').map((parts) => parts.join('\n')),
    toolNames: (body.tools ?? []).map((tool) => tool.function.name),
    stream: body.stream === true,
    headers,
    at: Date.now(),
    sent: [],
  };
}

export function openaiError({status, message}: Refusal): unknown {
  return {error: {message, type: 'scripted_error', code: status}};
}

export function openaiMessage(turn: Turn, model: string, id: string): unknown {
  const message = {
    role: 'assistant',
    content: turn.text?.map(pieceText).join('') ?? null,
    ...(turn.tools
      ? {tool_calls: turn.tools.map((tool, i) => toolCall(id, i, tool.name, JSON.stringify(tool.input)))}
      : {}),
  };
  const choices = [{index: 0, message, finish_reason: finishReason(turn)}];
  return {id, object: 'chat.completion', created: 0, model, choices, usage: usageOf(turn)};
}

export function* openaiSteps(turn: Turn, model: string, id: string): Generator<Step> {
  const chunk = (fields: Record<string, unknown>): Step => ({
    after: 0,
    data: `data: ${JSON.stringify({id, object: 'chat.completion.chunk', created: 0, model, ...fields})}\n\n`,
    piece: false,
  });
  const delta = (value: Record<string, unknown>, after: Delay): Step => ({
    ...chunk({choices: [{index: 0, delta: value, finish_reason: null}]}),
    after,
    piece: true,
  });
  yield chunk({choices: [{index: 0, delta: {role: 'assistant', content: ''}, finish_reason: null}]});
  for (const piece of turn.thinking ?? [])
    yield delta({reasoning_content: pieceText(piece)}, pieceDelay(piece));
  for (const piece of turn.text ?? []) yield delta({content: pieceText(piece)}, pieceDelay(piece));
  for (const [i, tool] of (turn.tools ?? []).entries()) {
    const [first = '', ...rest] = inputPieces(tool);
    yield delta({tool_calls: [toolCall(id, i, tool.name, first)]}, 0);
    for (const part of rest) yield delta({tool_calls: [{index: i, function: {arguments: part}}]}, 0);
  }
  yield chunk({choices: [{index: 0, delta: {}, finish_reason: finishReason(turn)}]});
  yield chunk({choices: [], usage: usageOf(turn)});
  yield {after: 0, data: 'data: [DONE]\n\n', piece: false};
}

function toolCall(messageId: string, index: number, name: string, input: string) {
  return {index, id: `call_${messageId}_${index}`, type: 'function', function: {name, arguments: input}};
}

const finishReason = (turn: Turn) => (turn.tools?.length ? 'tool_calls' : 'stop');

function usageOf({usage = {inputTokens: 100, outputTokens: 20}}: Turn) {
  const {inputTokens, outputTokens} = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}

function texts(content: string | Part[] | null): string[] {
  if (content === null) return [];
  if (typeof content === 'string') return [content];
  return content.flatMap((part) => (part.text === undefined ? [] : [part.text]));
}
