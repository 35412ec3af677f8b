/** Claude Code's stream-json as events, with partial messages or without. */
import type {EventBody, PermissionDenial, ToolStatus} from '../event.ts';
import {type Json, number, object, objects, text} from '../fields.ts';
import {AgentNormalizer, ask, deniedNote, note, unknown, userWords, words} from './agent-normalizer.ts';
import {answerOf, denialsOf, terminalOf, usageOf} from './claude-result.ts';
import {StreamedMessages, type Words} from './claude-streaming.ts';
import {ClaudeTasks} from './claude-tasks.ts';
import {claudeTool} from './claude-tools.ts';
import {keepAll, type Redact} from './said.ts';

export class ClaudeNormalizer extends AgentNormalizer {
  readonly #streamed: StreamedMessages;
  readonly #tasks = new ClaudeTasks();
  readonly #deniedToolCalls = new Set<string | null>();
  /** Ids of the model's messages. */
  readonly #turns = new Set<string>();
  #cwd = '';

  /** `redact`: see `NormalizerOptions`. */
  constructor(redact: Redact = keepAll) {
    super();
    this.#streamed = new StreamedMessages(redact);
  }

  protected stdoutObject(frame: Json): EventBody[] {
    switch (frame.type) {
      case 'system':
        return this.#system(frame);
      case 'stream_event':
        return this.#streamEvent(object(frame.event), text(frame.parent_tool_use_id));
      case 'assistant':
        return this.#assistant(object(frame.message), frame);
      case 'user':
        return this.#user(frame);
      case 'result':
        return this.#result(frame);
      case 'rate_limit_event':
        return rateLimit(frame);
      case 'control_request':
        return controlRequest(object(frame.request));
      default:
        return BOOKKEEPING.has(frame.type) ? [] : unknown(frame);
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
        return this.#tasks.events(frame);
      case 'permission_denied':
        return this.#denied({
          toolName: text(frame.tool_name) ?? 'A tool',
          toolCallId: text(frame.tool_use_id),
        });
      case 'compact_boundary':
        return [note('info', 'CONTEXT_COMPACTED', 'Claude has summed up the conversation to make room.')];
      case 'thinking_tokens':
        return this.silentStep();
      case 'informational':
      case 'notification':
      case 'model_fallback':
      case 'model_refusal_fallback':
        return notice(frame);
      default:
        return BOOKKEEPING.has(frame.subtype) ? [] : unknown(frame);
    }
  }

  #init(frame: Json): EventBody[] {
    const agentSession = text(frame.session_id);
    if (agentSession === null) return unknown(frame);
    this.known.agentSession = agentSession;
    this.#cwd = text(frame.cwd) ?? '';
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

  // streamed pieces --------------------------------------------------------------------------------------------------

  /** Whatever the model streams shows that it works; a ping does not. */
  #streamEvent(event: Json, parent: string | null): EventBody[] {
    const events = this.#streamEvents(event, parent);
    return events.length === 0 && event.type !== 'ping' ? this.silentStep() : events;
  }

  #streamEvents(event: Json, parent: string | null): EventBody[] {
    switch (event.type) {
      case 'message_start':
        this.#streamed.start(object(event.message), parent);
        this.#countTurn(object(event.message));
        return [];
      case 'content_block_start':
        return this.#blockStart(object(event.content_block), parent);
      case 'content_block_delta':
        return this.#delta(object(event.delta), parent);
      case 'message_delta':
        this.#streamed.count(object(event.usage), parent);
        return this.count({...this.known.usage, ...this.#streamed.tokens});
      case 'content_block_stop':
      case 'message_stop':
      case 'ping':
        return [];
      default:
        return unknown(event);
    }
  }

  #blockStart(block: Json, parent: string | null): EventBody[] {
    if (block.type === 'tool_use') return this.#toolCall(block, 'pending', parent);
    if (block.type === 'text' || block.type === 'thinking') this.#streamed.startBlock(block.type, parent);
    return [];
  }

  #delta(delta: Json, parent: string | null): EventBody[] {
    const kind = DELTAS[String(delta.type)];
    const said = kind && text(delta[kind]);
    return kind && said ? chunk(kind, said, this.#streamed.say(kind, said, parent), parent) : [];
  }

  /** A message of the model answers one request, and comes in several frames. Told with the next figures. */
  #countTurn({id}: Json): void {
    if (typeof id !== 'string' || this.#turns.has(id)) return;
    this.#turns.add(id);
    this.known.usage = {...this.known.usage, turns: this.#turns.size};
  }

  // whole messages ---------------------------------------------------------------------------------------------------

  #assistant(message: Json, frame: Json): EventBody[] {
    const blocks = objects(message.content);
    if (message.model === '<synthetic>') return this.#synthetic(blocks, frame);
    this.#countTurn(message);
    const parent = text(frame.parent_tool_use_id);
    return blocks.flatMap((block) => this.#block(block, text(message.id), parent));
  }

  /** Not the agent's words: an API failure, or Claude Code speaking for itself. */
  #synthetic(blocks: Json[], {error}: Json): EventBody[] {
    const said = blocks.map((block) => text(block.text) ?? '').join('\n');
    if (error === undefined) return [note('info', 'AGENT_NOTICE', said)];
    return this.error(said || String(error));
  }

  #block(block: Json, messageId: string | null, parent: string | null): EventBody[] {
    switch (block.type) {
      case 'text':
        return this.#words('text', text(block.text) ?? '', messageId, parent);
      case 'thinking':
        return this.#words('thinking', text(block.thinking) ?? '', messageId, parent);
      case 'tool_use':
        return this.#toolCall(block, 'in_progress', parent);
      case 'redacted_thinking':
        return [];
      default:
        return unknown(block);
    }
  }

  #words(kind: Words, whole: string, messageId: string | null, parent: string | null): EventBody[] {
    if (kind === 'text' && parent === null) this.known.text = whole;
    return chunk(kind, this.#streamed.missing(kind, whole, messageId, parent), messageId, parent);
  }

  /** Announced when its block begins to stream, and told in full by the whole block. */
  #toolCall(block: Json, status: ToolStatus, parentToolCallId: string | null): EventBody[] {
    const toolCallId = text(block.id);
    const toolName = text(block.name);
    if (toolCallId === null || toolName === null) return unknown(block);
    const rawInput = object(block.input);
    const {kind, title, locations, plan} = claudeTool(toolName, rawInput, this.#cwd);
    const told = {toolCallId, title, status, locations, rawInput};
    const call: EventBody = this.#tasks.announce(toolCallId)
      ? {type: 'tool_call', ...told, toolName, kind, parentToolCallId}
      : {type: 'tool_call_update', ...told};
    return plan.length === 0 ? [call] : [call, {type: 'plan', entries: plan}];
  }

  #user(frame: Json): EventBody[] {
    const {content} = object(frame.message);
    const parent = text(frame.parent_tool_use_id);
    if (typeof content === 'string') return [userWords(content, parent)];
    return objects(content).flatMap((block) => {
      if (block.type === 'tool_result') return this.#toolResult(block);
      const said = text(block.text);
      return said === null ? unknown(block) : [userWords(said, parent)];
    });
  }

  #toolResult(block: Json): EventBody[] {
    const toolCallId = text(block.tool_use_id);
    if (toolCallId === null) return unknown(block);
    this.#tasks.end(toolCallId);
    const output = outputOf(block.content);
    const status = block.is_error === true ? 'failed' : 'completed';
    const content = output === '' ? {} : {content: [{type: 'text' as const, text: output}]};
    return [{type: 'tool_call_update', toolCallId, status, ...content}];
  }

  // the end ----------------------------------------------------------------------------------------------------------

  /** The first good result stands: Claude goes on for a while after it when a task runs in the background. */
  #result(frame: Json): EventBody[] {
    if (this.known.terminal?.ok) return unknown(frame);
    const terminal = terminalOf(frame);
    this.known.terminal = terminal;
    if (terminal.ok) {
      this.known.text = answerOf(frame) ?? this.known.text;
      // A failed start tells an id that no session has.
      this.known.agentSession ??= text(frame.session_id);
    }
    const denied = denialsOf(frame).flatMap((denial) => this.#denied(denial));
    return [...this.count({...this.known.usage, ...usageOf(frame)}), ...denied];
  }

  #denied(denial: PermissionDenial): EventBody[] {
    const {toolName, toolCallId} = denial;
    if (this.#deniedToolCalls.has(toolCallId)) return [];
    this.#deniedToolCalls.add(toolCallId);
    this.known.permissionDenials.push(denial);
    return [deniedNote(toolName, claudeTool(toolName, {}, '').kind === 'edit' ? 'edit' : 'full')];
  }
}

/** Frames, of the system and others, that tell a person nothing. */
const BOOKKEEPING: ReadonlySet<unknown> = new Set([
  'control_response',
  'keep_alive',
  'prompt_suggestion',
  'tool_progress',
  'tool_use_summary',
  'status',
  'hook_started',
  'hook_progress',
  'hook_response',
  'session_state_changed',
  'files_persisted',
  'task_summary',
  'post_turn_summary',
  'turn_duration',
  'commands_changed',
]);

/** Which words a delta brings. Those of tool inputs and signatures bring none. */
const DELTAS: Record<string, Words> = {text_delta: 'text', thinking_delta: 'thinking'};

function chunk(
  kind: Words,
  said: string,
  messageId: string | null,
  parentToolCallId: string | null,
): EventBody[] {
  return words(kind === 'text' ? 'message' : 'thought', said, {messageId, parentToolCallId});
}

function retry(frame: Json): EventBody {
  const delayMs = number(frame.retry_delay_ms);
  return {
    type: 'agent_retry',
    attempt: number(frame.attempt),
    maxAttempts: number(frame.max_retries),
    delayMs: delayMs === null ? null : Math.round(delayMs),
    status: number(frame.error_status),
    error: text(frame.error) ?? 'unknown error',
  };
}

/** Sent where a permission prompt or an MCP server turns to the user. */
function controlRequest(request: Json): EventBody[] {
  switch (request.subtype) {
    case 'can_use_tool': {
      const toolName = text(request.tool_name) ?? 'a tool';
      return [ask('permission', claudeTool(toolName, object(request.input), '').title)];
    }
    case 'elicitation':
      return [ask('question', text(request.message) ?? 'An MCP server asks for input.')];
    default:
      return [];
  }
}

function notice(frame: Json): EventBody[] {
  const said = text(frame.content) ?? text(frame.text);
  if (said === null) return unknown(frame);
  const isInfo = frame.subtype === 'notification' || frame.level === 'info';
  return [note(isInfo ? 'info' : 'warning', 'AGENT_NOTICE', said)];
}

/** Told whenever the figures change; worth a word only when a limit is near or reached. */
function rateLimit(frame: Json): EventBody[] {
  const {status, rateLimitType} = object(frame.rate_limit_info);
  if (status === 'allowed') return [];
  if (typeof status !== 'string') return unknown(frame);
  return [note('warning', 'AGENT_RATE_LIMIT', `Claude's ${text(rateLimitType) ?? 'usage'} limit: ${status}`)];
}

function outputOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objects(content)
    .map((part) => text(part.text) ?? `[${text(part.type) ?? 'content'}]`)
    .join('\n');
}
