/** The JSON lines of Cline 3 as events. Errors come on stderr too; the id of its session is on neither stream. */
import type {EventBody, ToolStatus} from '../event.ts';
import {isJson, type Json, number, object, text} from '../fields.ts';
import {AgentNormalizer, deniedNote, note, unknown, words} from './agent-normalizer.ts';
import {cline3Output, cline3Tool} from './cline-3-tools.ts';
import {keepAll, type Redact, Said} from './said.ts';

export class Cline3Normalizer extends AgentNormalizer {
  /** The message being said: a new one with each request to the model and after the end of an answer. */
  #message = 0;
  #isAnswered = false;
  readonly #answer: Said;
  readonly #reasoning: Said;
  /** What the error that ends the run is, where Cline knows; its message may not say so. */
  #errorKind: string | null = null;
  /** Tool calls whose output has been shown as it came. */
  readonly #liveTools = new Set<string>();

  /** `redact`: see `NormalizerOptions`. */
  constructor(redact: Redact = keepAll) {
    super();
    this.#answer = new Said(redact);
    this.#reasoning = new Said(redact);
  }

  protected stdoutObject(value: Json): EventBody[] {
    switch (value.type) {
      case 'agent_event':
        return this.#agentEvent(object(value.event));
      case 'run_result':
        return this.#runResult(value);
      case 'run_aborted':
        return this.#runAborted(value);
      case 'error':
        return this.error(text(value.message) ?? 'unknown error');
      // They come before the model has answered anything.
      case 'run_start':
      case 'hook_event':
        return [];
      default:
        return unknown(value);
    }
  }

  protected override stderrObject(value: Json): EventBody[] {
    return this.stdoutObject(value);
  }

  #agentEvent(event: Json): EventBody[] {
    switch (event.type) {
      case 'content_start':
        return this.#contentStart(event);
      case 'content_update':
        return this.#contentUpdate(event);
      case 'content_end':
        return this.#contentEnd(event);
      case 'usage':
        return this.#count(event, 'totalInputTokens', 'totalOutputTokens');
      case 'error':
        return this.#agentError(event);
      case 'notice':
        return [note('info', 'AGENT_NOTICE', text(event.message) ?? text(event.noticeType) ?? 'notice')];
      case 'iteration_start':
        this.#nextMessage();
        this.#countTurn();
        return [];
      // `run_result` says all that `done` says, and a team mate's `done` looks no different.
      case 'iteration_end':
      case 'done':
        return this.silentStep();
      default:
        return unknown(event);
    }
  }

  // content ----------------------------------------------------------------------------------------------------------

  /** `accumulated`, which repeats all that was said before, is left alone. */
  #contentStart(event: Json): EventBody[] {
    switch (event.contentType) {
      case 'text':
        if (this.#isAnswered) this.#nextMessage();
        return this.#words('message', this.#answer.piece(text(event.text) ?? ''));
      case 'reasoning':
        return this.#words('thought', this.#reasoning.piece(text(event.reasoning) ?? ''));
      case 'tool':
        return this.#toolCall(event);
      default:
        return unknown(event);
    }
  }

  #contentUpdate(event: Json): EventBody[] {
    const toolCallId = text(event.toolCallId);
    const output = text(object(event.update).chunk);
    if (toolCallId === null || output === null) return unknown(event);
    if (output === '') return [];
    this.#liveTools.add(toolCallId);
    return [{type: 'tool_call_update', toolCallId, content: [{type: 'text', text: output}]}];
  }

  #contentEnd(event: Json): EventBody[] {
    switch (event.contentType) {
      case 'text':
        return this.#wholeAnswer(text(event.text) ?? '');
      case 'reasoning':
        return this.#words('thought', this.#reasoning.whole(text(event.reasoning) ?? ''));
      case 'tool':
        return this.#toolEnd(event);
      default:
        return unknown(event);
    }
  }

  #wholeAnswer(whole: string): EventBody[] {
    this.known.text = whole;
    this.#isAnswered = true;
    return this.#words('message', this.#answer.whole(whole));
  }

  #words(kind: 'message' | 'thought', said: string): EventBody[] {
    return words(kind, said, {messageId: `message-${this.#message}`, parentToolCallId: null});
  }

  #nextMessage(): void {
    this.#message++;
    this.#isAnswered = false;
    this.#answer.clear();
    this.#reasoning.clear();
  }

  // tools ------------------------------------------------------------------------------------------------------------

  #toolCall(event: Json): EventBody[] {
    const toolCallId = text(event.toolCallId);
    const toolName = text(event.toolName);
    if (toolCallId === null || toolName === null) return unknown(event);
    const {input: rawInput} = event;
    const tool = cline3Tool(toolName, object(rawInput));
    return [
      {
        type: 'tool_call',
        toolCallId,
        toolName,
        ...tool,
        status: 'in_progress',
        rawInput,
        parentToolCallId: null,
      },
    ];
  }

  #toolEnd(event: Json): EventBody[] {
    const toolCallId = text(event.toolCallId);
    if (toolCallId === null) return unknown(event);
    const {error, result} = cline3Output(event);
    const status: ToolStatus = error === null ? 'completed' : 'failed';
    const isShown = this.#liveTools.delete(toolCallId);
    const output = [isShown ? '' : result, error ?? ''].filter(Boolean).join('\n');
    const content = output === '' ? {} : {content: [{type: 'text' as const, text: output}]};
    const update: EventBody = {type: 'tool_call_update', toolCallId, status, ...content};
    return [update, ...(error !== null && isDenial(error) ? this.#denied(event, toolCallId) : [])];
  }

  #denied(event: Json, toolCallId: string): EventBody[] {
    const toolName = text(event.toolName) ?? 'A tool';
    this.known.permissionDenials.push({toolName, toolCallId});
    return [deniedNote(toolName, 'full')];
  }

  // errors and the end -----------------------------------------------------------------------------------------------

  /** The model is told of a recoverable error and goes on. */
  #agentError(event: Json): EventBody[] {
    const message = text(object(event.error).message) ?? 'unknown error';
    if (event.recoverable === true) return [note('info', 'AGENT_ERROR', message)];
    this.#errorKind = ERROR_KINDS.get(event.errorClass) ?? null;
    return this.error(message);
  }

  #runResult(value: Json): EventBody[] {
    const said = text(value.text);
    const ok = value.finishReason === 'completed';
    if (ok) this.known.text = said ?? this.known.text;
    const told = said || this.known.errors.at(-1) || `finish reason: ${String(value.finishReason)}`;
    const why = this.#errorKind === null ? told : `${this.#errorKind}: ${told}`;
    this.known.terminal = {ok, reason: ok ? 'the agent finished' : why};
    const counted = isJson(value.aggregateUsage) ? value.aggregateUsage : object(value.usage);
    return this.#count(counted, 'inputTokens', 'outputTokens');
  }

  /** Each iteration asks the model once. Told with the next figures. */
  #countTurn(): void {
    const {usage} = this.known;
    this.known.usage = {...usage, turns: (usage.turns ?? 0) + 1};
  }

  #count(counted: Json, input: string, output: string): EventBody[] {
    return this.count({
      inputTokens: number(counted[input]),
      outputTokens: number(counted[output]),
      costUsd: number(counted.totalCost),
      turns: this.known.usage.turns,
    });
  }

  /** Comes after a signal, and even then behind a `run_result` that says how the work ended. */
  #runAborted(value: Json): EventBody[] {
    const reason = `the agent gave up: ${text(value.message) ?? text(value.reason) ?? 'no reason given'}`;
    this.known.terminal ??= {ok: false, reason};
    return [note('info', 'AGENT_ABORTED', reason)];
  }
}

const ERROR_KINDS: ReadonlyMap<unknown, string> = new Map([
  ['auth', 'authentication failed'],
  ['context_window_exceeded', 'context window exceeded'],
]);

/** Its words to the model where approval is asked for (`--auto-approve false`) or where plan mode forbids. */
function isDenial(error: string): boolean {
  return /requires approval in a TTY session|blocked in plan mode/.test(error);
}
