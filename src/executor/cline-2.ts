/**
 * The JSON lines of Cline 2 as events: its `ClineMessage`s, each printed once when it is whole. A tool call has no end of
 * its own there; it is over when the next request to the model carries its result.
 */
import type {EventBody, PlanEntry} from '../event.ts';
import {type Json, number, parsed, sum, text} from '../fields.ts';
import {AgentNormalizer, ask, deniedNote, note, unknown, userWords, words} from './agent-normalizer.ts';
import {cline2Tool} from './cline-2-tools.ts';

const COMMAND_TOOL = 'execute_command';

export class Cline2Normalizer extends AgentNormalizer {
  readonly #startedAtMs: number | null;
  /** Tool calls that have not ended, the newest last. */
  #openTools: string[] = [];
  #toolCalls = 0;
  #resuming = false;
  /** How much of the newest message has been shown, should it come in parts. */
  #shown: {ts: unknown; chars: number} = {ts: null, chars: 0};

  /** `startedAtMs`: what is older is the replay of a resumed task. null: unknown. */
  constructor(startedAtMs: number | null) {
    super();
    this.#startedAtMs = startedAtMs;
  }

  protected stdoutObject(value: Json): EventBody[] {
    switch (value.type) {
      case 'task_started':
        return this.#taskStarted(value);
      case 'say':
        return this.#isReplay(value) ? [] : this.#say(value);
      case 'ask':
        return this.#isReplay(value) ? [] : this.#ask(value);
      case 'error':
        return this.error(errorText(text(value.message)));
      default:
        return unknown(value);
    }
  }

  #taskStarted(value: Json): EventBody[] {
    const agentSession = text(value.taskId);
    if (agentSession === null) return unknown(value);
    this.known.agentSession = agentSession;
    const unsaid = {model: null, agentVersion: null, agentPermissionMode: null};
    return [{type: 'agent_session', agentSession, ...unsaid}];
  }

  #isReplay({ts}: Json): boolean {
    return this.#startedAtMs !== null && typeof ts === 'number' && ts < this.#startedAtMs;
  }

  // what it says -----------------------------------------------------------------------------------------------------

  #say(value: Json): EventBody[] {
    const said = text(value.text) ?? '';
    if (value.partial === true) return this.#partOf(value, said);
    switch (value.say) {
      case 'text':
        return this.#message(value, said);
      case 'reasoning':
        return this.#words('thought', value, said);
      case 'completion_result':
        this.known.terminal = {ok: true, reason: 'the agent finished'};
        return [...this.#endTools('completed'), ...this.#message(value, said)];
      case 'tool':
      case 'use_mcp_server':
        return this.#toolCall(parsed(said), value);
      case 'command':
        return this.#toolCall({tool: COMMAND_TOOL, command: said}, value);
      case 'command_output':
      case 'mcp_server_response':
        return this.#toolOutput(said);
      case 'api_req_started':
        return this.#request(parsed(said));
      case 'api_req_retried':
        return [retry({})];
      case 'error_retry':
        return [retry(parsed(said))];
      case 'task_progress':
        return [{type: 'plan', entries: planEntries(said)}];
      case 'user_feedback':
        return this.#userFeedback(said);
      case 'error':
        return this.error(errorText(said));
      case 'diff_error':
        return [note('warning', 'AGENT_ERROR', `A change did not fit the file: ${said}`)];
      case 'command_permission_denied':
      case 'clineignore_error':
        return this.#denied(said);
      case 'info':
        return [note('info', 'AGENT_NOTICE', said)];
      default:
        return BOOKKEEPING.has(value.say) ? [] : unknown(value);
    }
  }

  /** 2.18.0 prints whole messages only; of a part that comes all the same, words are shown and the rest is waited for. */
  #partOf(value: Json, said: string): EventBody[] {
    if (value.say === 'reasoning') return this.#words('thought', value, said);
    const isWords = value.say === 'text' || value.say === 'completion_result';
    return isWords ? this.#words('message', value, said) : this.silentStep();
  }

  #message(value: Json, said: string): EventBody[] {
    this.known.text = said;
    return this.#words('message', value, said);
  }

  /** What of a message has not been shown yet. */
  #words(kind: 'message' | 'thought', {ts}: Json, said: string): EventBody[] {
    const missing = said.slice(this.#shown.ts === ts ? this.#shown.chars : 0);
    this.#shown = {ts, chars: said.length};
    return words(kind, missing, {messageId: String(ts), parentToolCallId: null});
  }

  /** Follows `resume_task` when a task is resumed; all before is the replay of an earlier run. */
  #userFeedback(said: string): EventBody[] {
    if (this.#resuming) {
      this.forget();
      this.#openTools = [];
    }
    this.#resuming = false;
    return [userWords(said)];
  }

  #denied(why: string): EventBody[] {
    this.known.permissionDenials.push({toolName: COMMAND_TOOL, toolCallId: null});
    return [note('warning', 'AGENT_NOTICE', why), deniedNote(COMMAND_TOOL, 'full')];
  }

  // what it asks -----------------------------------------------------------------------------------------------------

  #ask(value: Json): EventBody[] {
    const asked = text(value.text) ?? '';
    if (value.partial === true) return this.silentStep();
    this.#resuming = value.ask === 'resume_task';
    switch (value.ask) {
      case 'command_output':
        return this.#toolOutput(asked);
      case 'api_req_failed':
        return this.error(errorText(asked));
      case 'tool':
      case 'use_mcp_server':
        return this.#approval(parsed(asked), value);
      case 'command':
        return this.#approval({tool: COMMAND_TOOL, command: asked}, value);
      case 'plan_mode_respond':
        return this.#message(value, text(parsed(asked).response) ?? asked);
      // Told at each shutdown too, where nobody is asked; and what `completion_result` asks was said before.
      case 'resume_task':
      case 'resume_completed_task':
      case 'completion_result':
        return [];
      default:
        return [ask('question', text(parsed(asked).question) ?? (asked || String(value.ask)))];
    }
  }

  // tools ------------------------------------------------------------------------------------------------------------

  #approval(input: Json, value: Json): EventBody[] {
    return [...this.#toolCall(input, value), ask('permission', cline2Tool(input).title)];
  }

  #toolCall(input: Json, {type}: Json): EventBody[] {
    const toolCallId = `tool-${++this.#toolCalls}`;
    const isAsked = type === 'ask';
    this.#openTools.push(toolCallId);
    const status = isAsked ? 'pending' : 'in_progress';
    const tool = cline2Tool(input);
    return [{type: 'tool_call', toolCallId, ...tool, status, rawInput: input, parentToolCallId: null}];
  }

  #toolOutput(output: string): EventBody[] {
    const toolCallId = this.#openTools.at(-1);
    if (toolCallId === undefined) return [{type: 'unparsed', reason: 'text', text: output}];
    if (output === '') return [];
    const line = output.endsWith('\n') ? output : `${output}\n`;
    return [{type: 'tool_call_update', toolCallId, content: [{type: 'text', text: line}]}];
  }

  #endTools(status: 'completed' | 'failed'): EventBody[] {
    const ended = this.#openTools.map(
      (toolCallId): EventBody => ({type: 'tool_call_update', toolCallId, status}),
    );
    this.#openTools = [];
    return ended;
  }

  /** Carries the result of the tool before, and its own figures where they are known. */
  #request(request: Json): EventBody[] {
    const ended = this.#endTools(hasToolFailed(text(request.request) ?? '') ? 'failed' : 'completed');
    const counted = {
      inputTokens: number(request.tokensIn),
      outputTokens: number(request.tokensOut),
      costUsd: number(request.cost),
    };
    if (sum(...Object.values(counted)) === null) return ended;
    const before = this.known.usage;
    const total = this.count({
      inputTokens: sum(before.inputTokens, counted.inputTokens),
      outputTokens: sum(before.outputTokens, counted.outputTokens),
      costUsd: sum(before.costUsd, counted.costUsd),
      turns: sum(before.turns, 1),
    });
    return [...ended, ...total];
  }
}

/** Told for the benefit of an editor's window. `task` is our own prompt. */
const BOOKKEEPING: ReadonlySet<unknown> = new Set([
  'task',
  'api_req_finished',
  'deleted_api_reqs',
  'checkpoint_created',
  'mcp_server_request_started',
  'hook_status',
  'hook_output_stream',
  'conditional_rules_applied',
  'load_mcp_documentation',
  'shell_integration_warning',
  'generate_explanation',
]);

/** `error_retry` tells its figures; a plain `api_req_retried` tells none. */
function retry(told: Json): EventBody {
  const delaySeconds = number(told.delaySeconds);
  const reason = text(told.errorMessage);
  return {
    type: 'agent_retry',
    attempt: number(told.attempt),
    maxAttempts: number(told.maxAttempts),
    delayMs: delaySeconds === null ? null : delaySeconds * 1000,
    status: number(parsed(reason).status),
    error: reason === null ? 'request failed' : errorText(reason),
  };
}

/** An error is plain words or JSON with a message. */
function errorText(told: string | null): string {
  return text(parsed(told).message) || told || 'unknown error';
}

/** What Cline writes to its model when a tool has failed. */
const TOOL_FAILURE =
  /\] Result:\s*(The tool execution failed|The user denied this operation|Command failed with exit code|Command terminated by)/;

/** The result comes first in a request. */
function hasToolFailed(request: string): boolean {
  return TOOL_FAILURE.test(request.slice(0, 4096));
}

function planEntries(checklist: string): PlanEntry[] {
  return [...checklist.matchAll(/^\s*[-*] \[([ xX])\] (.+)$/gm)].map(([, mark, content]) => ({
    content: content!.trim(),
    priority: 'medium',
    status: mark === ' ' ? 'pending' : 'completed',
  }));
}
