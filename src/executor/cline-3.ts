/** Cline 3.x `--json` as events. */
import type {EventBody, ToolKind} from '../event.ts';
import type {Frame} from '../frame/frame.ts';
import {oneLine} from '../text.ts';
import type {AgentFacts, Normalizer} from './executor.ts';
import {isJson, type Json, number, object, text} from './fields.ts';
import {LastLine, plainEvents} from './plain.ts';
import {Said} from './said.ts';

const TOOL_KINDS: Record<string, ToolKind> = {
  editor: 'edit',
  apply_patch: 'edit',
  run_commands: 'execute',
  read_files: 'read',
  search_codebase: 'search',
  fetch_web_content: 'fetch',
  spawn_agent: 'think',
};

/** Input fields that name a tool's target, the first that is there. */
const TARGET_FIELDS = [
  'path',
  'commands',
  'files',
  'file_paths',
  'queries',
  'query',
  'url',
  'question',
  'task',
];
const MAX_TITLE_CHARS = 120;

/** What is being said of one kind; a new one begins when it has ended. */
interface Saying {
  said: Said;
  id: string;
}

export class Cline3Normalizer implements Normalizer {
  readonly #facts: AgentFacts = {
    terminal: null,
    text: null,
    // The only id on its streams (`conv_…`) is not the one of its session.
    agentSession: null,
    usage: {inputTokens: null, outputTokens: null, costUsd: null},
    permissionDenials: [],
    errors: [],
    lastLine: null,
  };
  readonly #lastLine = new LastLine();
  readonly #saying: Record<'text' | 'reasoning', Saying | null> = {text: null, reasoning: null};
  #said = 0;
  /** Tool calls that have streamed output. */
  readonly #liveTools = new Set<string>();

  stdout(frame: Frame): EventBody[] {
    return frame.kind === 'json' ? this.#frame(frame.value) : this.#plain(frame);
  }

  stderr(frame: Frame): EventBody[] {
    return this.stdout(frame);
  }

  end(): EventBody[] {
    return [];
  }

  facts(): AgentFacts {
    return {...this.#facts, lastLine: this.#lastLine.value};
  }

  #plain(frame: Exclude<Frame, {kind: 'json'}>): EventBody[] {
    if (frame.kind === 'text') this.#lastLine.see(frame);
    return plainEvents(frame);
  }

  #frame(frame: Json): EventBody[] {
    switch (frame.type) {
      case 'agent_event':
        return this.#agentEvent(object(frame.event), frame);
      case 'run_result':
        return this.#runResult(frame);
      case 'run_aborted':
        return this.#runAborted(frame);
      case 'error':
        return this.#error(text(frame.message) ?? 'unknown error');
      case 'hook_event':
      case 'run_start':
        return [];
      default:
        return unknown(frame);
    }
  }

  #agentEvent(event: Json, frame: Json): EventBody[] {
    switch (event.type) {
      case 'content_start':
      case 'content_update':
      case 'content_end':
        return this.#content(event, frame);
      case 'usage':
        return this.#usage(
          number(event.totalInputTokens),
          number(event.totalOutputTokens),
          number(event.totalCost),
        );
      case 'error':
        return this.#agentError(event);
      case 'done':
      case 'iteration_start':
      case 'iteration_end':
        return [];
      default:
        return unknown(frame);
    }
  }

  #content(event: Json, frame: Json): EventBody[] {
    const {contentType} = event;
    if (contentType === 'tool') return this.#tool(event, frame);
    if (contentType !== 'text' && contentType !== 'reasoning') return unknown(frame);
    const words = text(event[contentType]);
    // A redacted thought has no words.
    if (words === null) return [];
    return event.type === 'content_end'
      ? this.#wholeWords(contentType, words)
      : this.#moreWords(contentType, words);
  }

  #moreWords(kind: 'text' | 'reasoning', words: string): EventBody[] {
    this.#saying[kind] ??= {said: new Said(), id: `${kind}-${++this.#said}`};
    const {said, id} = this.#saying[kind];
    return chunk(kind, said.piece(words), id);
  }

  #wholeWords(kind: 'text' | 'reasoning', words: string): EventBody[] {
    const {said, id} = this.#saying[kind] ?? {said: new Said(), id: `${kind}-${++this.#said}`};
    this.#saying[kind] = null;
    if (kind === 'text') this.#facts.text = words;
    return chunk(kind, said.whole(words), id);
  }

  #tool(event: Json, frame: Json): EventBody[] {
    const toolCallId = text(event.toolCallId);
    if (toolCallId === null) return unknown(frame);
    if (event.type === 'content_start') return [toolCall(toolCallId, event)];
    if (event.type === 'content_update')
      return this.#toolOutput(toolCallId, text(object(event.update).chunk));
    const output = outputOf(event.output);
    const isShown = this.#liveTools.has(toolCallId) || output === '';
    const status = hasFailed(event) ? 'failed' : 'completed';
    const content = isShown ? {} : {content: [{type: 'text' as const, text: output}]};
    return [{type: 'tool_call_update', toolCallId, status, ...content}];
  }

  #toolOutput(toolCallId: string, output: string | null): EventBody[] {
    if (!output) return [];
    this.#liveTools.add(toolCallId);
    return [{type: 'tool_call_update', toolCallId, content: [{type: 'text', text: output}]}];
  }

  #usage(inputTokens: number | null, outputTokens: number | null, costUsd: number | null): EventBody[] {
    this.#facts.usage = {inputTokens, outputTokens, costUsd};
    return [{type: 'usage_update', inputTokens, outputTokens, costUsd}];
  }

  #agentError(event: Json): EventBody[] {
    const message = text(object(event.error).message) ?? text(event.error) ?? 'unknown error';
    if (event.recoverable !== true) return this.#error(message);
    return [{type: 'note', level: 'info', code: 'AGENT_ERROR', text: message}];
  }

  /** Told several times, on both streams. */
  #error(message: string): EventBody[] {
    if (this.#facts.errors.includes(message)) return [];
    this.#facts.errors.push(message);
    return [{type: 'note', level: 'error', code: 'AGENT_ERROR', text: message}];
  }

  #runResult(frame: Json): EventBody[] {
    const ok = frame.finishReason === 'completed';
    const words = text(frame.text);
    if (ok) this.#facts.text = words ?? this.#facts.text;
    const why = words || this.#facts.errors.at(-1) || `finish reason ${String(frame.finishReason)}`;
    this.#facts.terminal = {ok, reason: ok ? 'the agent finished' : why};
    const usage = object(frame.aggregateUsage ?? frame.usage);
    return this.#usage(number(usage.inputTokens), number(usage.outputTokens), number(usage.totalCost));
  }

  /** Comes after a `run_result` too when a signal was seen on the way; the result then stands. */
  #runAborted(frame: Json): EventBody[] {
    const reason = `aborted: ${text(frame.message) ?? text(frame.reason) ?? 'no reason given'}`;
    this.#facts.terminal ??= {ok: false, reason};
    return [{type: 'note', level: 'info', code: 'AGENT_ABORTED', text: reason}];
  }
}

function unknown(value: Json): EventBody[] {
  return [{type: 'unparsed', reason: 'unknown', value}];
}

function chunk(kind: 'text' | 'reasoning', words: string, messageId: string): EventBody[] {
  if (words === '') return [];
  const type = kind === 'text' ? 'agent_message_chunk' : 'agent_thought_chunk';
  return [{type, content: {type: 'text', text: words}, messageId, parentToolCallId: null}];
}

function toolCall(toolCallId: string, event: Json): EventBody {
  const toolName = text(event.toolName) ?? 'tool';
  const rawInput = object(event.input);
  const path = text(rawInput.path);
  return {
    type: 'tool_call',
    toolCallId,
    title: oneLine(`${toolName} ${targetOf(rawInput)}`, MAX_TITLE_CHARS),
    toolName,
    kind: TOOL_KINDS[toolName] ?? 'other',
    status: 'in_progress',
    locations: path === null ? [] : [{path}],
    rawInput,
    parentToolCallId: null,
  };
}

function targetOf(input: Json): string {
  const field = TARGET_FIELDS.find((name) => input[name] !== undefined);
  const target = field === undefined ? '' : input[field];
  if (typeof target === 'string') return target;
  return Array.isArray(target)
    ? target.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('; ')
    : '';
}

/** A tool's output is text, an object with `result`, or an array of those. */
function outputOf(output: unknown): string {
  if (typeof output === 'string') return output;
  if (Array.isArray(output)) return output.map(outputOf).join('\n');
  if (!isJson(output)) return '';
  return text(output.result) ?? text(output.error) ?? JSON.stringify(output);
}

function hasFailed({output, error}: Json): boolean {
  const parts: unknown[] = Array.isArray(output) ? output : [output];
  return Boolean(error) || parts.some((part) => isJson(part) && part.success === false);
}
