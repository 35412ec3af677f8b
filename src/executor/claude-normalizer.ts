/** Claude Code's stream-json as events. */
import type {EventBody, PermissionDenial, ToolStatus} from '../event.ts';
import type {Frame} from '../frame/frame.ts';
import {claudeTool} from './claude-tools.ts';
import type {AgentFacts, Normalizer} from './executor.ts';
import {isJson, type Json, number, object, objects, sum, text} from './fields.ts';
import {LastLine, plainEvents} from './plain.ts';

/** What was streamed of one content block. */
interface StreamedBlock {
  kind: 'text' | 'thinking';
  said: string;
}

/** What was streamed of one message: its text and thinking blocks that no whole `assistant` frame has confirmed yet. */
interface StreamedMessage {
  id: string;
  unconfirmed: StreamedBlock[];
  outputTokens: number;
}

export class ClaudeNormalizer implements Normalizer {
  readonly #facts: AgentFacts = {
    terminal: null,
    text: null,
    agentSession: null,
    usage: {inputTokens: null, outputTokens: null, costUsd: null},
    permissionDenials: [],
    errors: [],
    lastLine: null,
  };
  readonly #lastLine = new LastLine();
  /** By the tool call that a sub-agent runs in; the agent itself under ''. */
  readonly #streaming = new Map<string, StreamedMessage>();
  /** Tool calls announced so far, by id: the tool's name. */
  readonly #tools = new Map<string, string>();
  /** Tool calls of background tasks and sub-agents, by task id. */
  readonly #taskTools = new Map<string, string>();
  readonly #deniedToolCalls = new Set<string>();

  stdout(frame: Frame): EventBody[] {
    if (frame.kind === 'json') return this.#frame(frame.value);
    return this.#plain(frame);
  }

  stderr(frame: Frame): EventBody[] {
    if (frame.kind === 'json') return [{type: 'unparsed', reason: 'unknown', value: frame.value}];
    return this.#plain(frame);
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
      case 'system':
        return this.#system(frame);
      case 'stream_event':
        return this.#streamEvent(object(frame.event), text(frame.parent_tool_use_id));
      case 'assistant':
        return this.#assistant(frame);
      case 'user':
        return this.#user(frame);
      case 'result':
        return this.#result(frame);
      case 'control_response':
        return [];
      default:
        return unknown(frame);
    }
  }

  // system -----------------------------------------------------------------------------------------------------------

  #system(frame: Json): EventBody[] {
    switch (frame.subtype) {
      case 'init':
        return this.#init(frame);
      case 'api_retry':
        return [retry(frame)];
      case 'task_started':
      case 'task_progress':
      case 'task_updated':
      case 'task_notification':
        return this.#task(frame);
      case 'status':
      case 'thinking_tokens':
        return [];
      default:
        return unknown(frame);
    }
  }

  #init(frame: Json): EventBody[] {
    const agentSession = text(frame.session_id);
    if (agentSession === null) return unknown(frame);
    this.#facts.agentSession = agentSession;
    return [
      {
        type: 'agent_session',
        agentSession,
        model: text(frame.model),
        agentVersion: text(frame.claude_code_version),
        agentPermissionMode: text(frame.permissionMode),
      },
    ];
  }

  /** Sub-agents and background commands report on the tool call that started them. */
  #task(frame: Json): EventBody[] {
    const taskId = text(frame.task_id) ?? '';
    const toolCallId = text(frame.tool_use_id) ?? this.#taskTools.get(taskId);
    if (toolCallId === undefined) return unknown(frame);
    this.#taskTools.set(taskId, toolCallId);
    const status = taskStatus(text(frame.status) ?? text(object(frame.patch).status));
    const title = text(frame.description) ?? text(frame.summary);
    return [{type: 'tool_call_update', toolCallId, ...(status && {status}), ...(title && {title})}];
  }

  // streamed pieces --------------------------------------------------------------------------------------------------

  #streamEvent(event: Json, parentToolCallId: string | null): EventBody[] {
    const parent = parentToolCallId ?? '';
    switch (event.type) {
      case 'message_start':
        return this.#messageStart(object(event.message), parent);
      case 'content_block_start':
        return this.#blockStart(object(event.content_block), parent, parentToolCallId);
      case 'content_block_delta':
        return this.#delta(object(event.delta), parent, parentToolCallId);
      case 'message_delta':
        return this.#messageDelta(object(event.usage), parent);
      case 'content_block_stop':
      case 'message_stop':
      case 'ping':
        return [];
      default:
        return unknown(event);
    }
  }

  #messageStart(message: Json, parent: string): EventBody[] {
    this.#streaming.set(parent, {id: text(message.id) ?? '', unconfirmed: [], outputTokens: 0});
    const {usage} = this.#facts;
    usage.inputTokens = sum(usage.inputTokens, inputTokensOf(object(message.usage)));
    return [];
  }

  #blockStart(block: Json, parent: string, parentToolCallId: string | null): EventBody[] {
    if (block.type === 'tool_use') return this.#toolCall(block, 'pending', parentToolCallId);
    if (block.type === 'text' || block.type === 'thinking') {
      this.#streaming.get(parent)?.unconfirmed.push({kind: block.type, said: ''});
    }
    return [];
  }

  #delta(delta: Json, parent: string, parentToolCallId: string | null): EventBody[] {
    const kind = delta.type === 'text_delta' ? 'text' : delta.type === 'thinking_delta' ? 'thinking' : null;
    const said = kind && text(delta[kind]);
    if (!kind || !said) return [];
    const message = this.#streaming.get(parent);
    const block = message?.unconfirmed.findLast((open) => open.kind === kind);
    if (block) block.said += said;
    return [chunk(kind, said, message?.id ?? null, parentToolCallId)];
  }

  #messageDelta(counted: Json, parent: string): EventBody[] {
    const {usage} = this.#facts;
    const message = this.#streaming.get(parent);
    const outputTokens = number(counted.output_tokens);
    if (!message || outputTokens === null) return [];
    usage.outputTokens = (usage.outputTokens ?? 0) + outputTokens - message.outputTokens;
    message.outputTokens = outputTokens;
    return [{type: 'usage_update', ...usage}];
  }

  // whole messages ---------------------------------------------------------------------------------------------------

  #assistant(frame: Json): EventBody[] {
    const message = object(frame.message);
    const parentToolCallId = text(frame.parent_tool_use_id);
    const blocks = objects(message.content);
    if (frame.error !== undefined) return this.#apiError(frame, blocks);
    return blocks.flatMap((block) => this.#block(block, text(message.id), parentToolCallId));
  }

  /** An API failure comes as a message of the model `<synthetic>`; those are not the agent's words. */
  #apiError(frame: Json, blocks: Json[]): EventBody[] {
    const words = blocks.map((block) => text(block.text) ?? '').join('\n');
    const error = words || String(frame.error);
    this.#facts.errors.push(error);
    return [{type: 'note', level: 'error', code: 'AGENT_ERROR', text: error}];
  }

  #block(block: Json, messageId: string | null, parentToolCallId: string | null): EventBody[] {
    switch (block.type) {
      case 'text':
        return this.#words('text', text(block.text) ?? '', messageId, parentToolCallId);
      case 'thinking':
        return this.#words('thinking', text(block.thinking) ?? '', messageId, parentToolCallId);
      case 'tool_use':
        return this.#toolCall(block, 'in_progress', parentToolCallId);
      case 'redacted_thinking':
        return [];
      default:
        return unknown(block);
    }
  }

  /** A whole block of which some or all may have been streamed already: what is missing of it. */
  #words(
    kind: StreamedBlock['kind'],
    whole: string,
    messageId: string | null,
    parent: string | null,
  ): EventBody[] {
    if (kind === 'text' && parent === null) this.#facts.text = whole;
    const missing = whole.slice(this.#confirm(kind, whole, messageId, parent));
    return missing === '' ? [] : [chunk(kind, missing, messageId, parent)];
  }

  /** How many characters of the block have been streamed. */
  #confirm(
    kind: StreamedBlock['kind'],
    whole: string,
    messageId: string | null,
    parent: string | null,
  ): number {
    const message = this.#streaming.get(parent ?? '');
    if (message?.id !== messageId) return 0;
    const index = message.unconfirmed.findIndex(
      (block) => block.kind === kind && whole.startsWith(block.said),
    );
    return index < 0 ? 0 : message.unconfirmed.splice(index, 1)[0]!.said.length;
  }

  /** Announced when its block begins to stream, completed by the whole block. */
  #toolCall(block: Json, status: ToolStatus, parentToolCallId: string | null): EventBody[] {
    const toolCallId = text(block.id);
    const toolName = text(block.name);
    if (toolCallId === null || toolName === null) return unknown(block);
    const rawInput = object(block.input);
    const {kind, title, locations, plan} = claudeTool(toolName, rawInput);
    const planned: EventBody[] = plan && status === 'in_progress' ? [{type: 'plan', entries: plan}] : [];
    if (this.#tools.has(toolCallId)) {
      return [{type: 'tool_call_update', toolCallId, status, title, locations, rawInput}, ...planned];
    }
    this.#tools.set(toolCallId, toolName);
    return [
      {type: 'tool_call', toolCallId, title, toolName, kind, status, locations, rawInput, parentToolCallId},
      ...planned,
    ];
  }

  #user(frame: Json): EventBody[] {
    const {content} = object(frame.message);
    const parentToolCallId = text(frame.parent_tool_use_id);
    const blocks = typeof content === 'string' ? [{type: 'text', text: content}] : objects(content);
    return blocks.flatMap((block) => {
      if (block.type === 'tool_result') return this.#toolResult(block);
      const words = text(block.text);
      if (words === null) return unknown(block);
      return [{type: 'user_message_chunk', content: {type: 'text', text: words}, parentToolCallId}];
    });
  }

  #toolResult(block: Json): EventBody[] {
    const toolCallId = text(block.tool_use_id);
    if (toolCallId === null) return unknown(block);
    const output = outputOf(block.content);
    const status = block.is_error === true ? 'failed' : 'completed';
    const content = output === '' ? [] : [{type: 'text' as const, text: output}];
    const update: EventBody = {type: 'tool_call_update', toolCallId, status, content};
    return [update, ...(status === 'failed' && asksPermission(output) ? this.#denied(toolCallId) : [])];
  }

  // the end ----------------------------------------------------------------------------------------------------------

  #result(frame: Json): EventBody[] {
    const facts = this.#facts;
    const ok = frame.subtype === 'success' && frame.is_error !== true;
    const words = text(frame.result);
    const subtype = text(frame.subtype) ?? 'no subtype';
    if (ok) facts.terminal = {ok, reason: 'the agent finished'};
    else facts.terminal = {ok, reason: words || errorsOf(frame) || subtype};
    if (ok && words !== null) facts.text = words;
    facts.agentSession = text(frame.session_id) ?? facts.agentSession;
    facts.usage = usageOf(frame);
    facts.permissionDenials = objects(frame.permission_denials).map(denial);
    const notes = facts.permissionDenials.flatMap(({toolCallId}) => this.#denied(toolCallId));
    return [{type: 'usage_update', ...facts.usage}, ...notes];
  }

  #denied(toolCallId: string | null): EventBody[] {
    if (toolCallId === null || this.#deniedToolCalls.has(toolCallId)) return [];
    this.#deniedToolCalls.add(toolCallId);
    const toolName = this.#tools.get(toolCallId) ?? 'A tool';
    const flag =
      claudeTool(toolName, {}).kind === 'edit' ? '--permission-mode edit' : '--permission-mode full';
    const words = `${toolName} was denied; ${flag} would allow it.`;
    return [{type: 'note', level: 'warning', code: 'PERMISSION_DENIED', text: words}];
  }
}

function unknown(value: Json): EventBody[] {
  return [{type: 'unparsed', reason: 'unknown', value}];
}

function chunk(
  kind: StreamedBlock['kind'],
  said: string,
  messageId: string | null,
  parent: string | null,
): EventBody {
  const type = kind === 'text' ? 'agent_message_chunk' : 'agent_thought_chunk';
  return {type, content: {type: 'text', text: said}, messageId, parentToolCallId: parent};
}

function retry(frame: Json): EventBody {
  return {
    type: 'agent_retry',
    attempt: number(frame.attempt),
    maxAttempts: number(frame.max_retries),
    delayMs: number(frame.retry_delay_ms),
    status: number(frame.error_status),
    error: text(frame.error) ?? 'unknown error',
  };
}

function taskStatus(status: string | null): ToolStatus | null {
  if (status === null) return null;
  if (status === 'completed') return 'completed';
  return ['killed', 'stopped', 'failed', 'error'].includes(status) ? 'failed' : 'in_progress';
}

function outputOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objects(content)
    .map((part) => text(part.text) ?? `[${text(part.type) ?? 'content'}]`)
    .join('\n');
}

/** Claude's words to its model when a call needs a permission that nobody is there to give. */
function asksPermission(output: string): boolean {
  return /\b(requested permissions? to|requires approval|haven't granted|permission to use .* has been denied)/i.test(
    output,
  );
}

function denial(value: Json): PermissionDenial {
  return {toolName: text(value.tool_name) ?? 'unknown', toolCallId: text(value.tool_use_id)};
}

function errorsOf(frame: Json): string | null {
  const errors = Array.isArray(frame.errors) ? frame.errors.filter((error) => typeof error === 'string') : [];
  return errors.length === 0 ? null : errors.join('; ');
}

/** Totals over all models where the result breaks them down: they include sub-agents and retried requests. */
function usageOf(frame: Json): AgentFacts['usage'] {
  const costUsd = number(frame.total_cost_usd);
  const models = Object.values(object(frame.modelUsage)).filter(isJson);
  if (models.length === 0) {
    const usage = object(frame.usage);
    return {inputTokens: inputTokensOf(usage), outputTokens: number(usage.output_tokens), costUsd};
  }
  const total = (...names: string[]) =>
    sum(...models.flatMap((model) => names.map((name) => number(model[name]))));
  return {
    inputTokens: total('inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens'),
    outputTokens: total('outputTokens'),
    costUsd,
  };
}

/** All input, read from a cache or not. */
function inputTokensOf(usage: Json): number | null {
  return sum(
    number(usage.input_tokens),
    number(usage.cache_read_input_tokens),
    number(usage.cache_creation_input_tokens),
  );
}
