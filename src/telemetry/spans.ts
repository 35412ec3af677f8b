import type {Attributes, Context, Span, Tracer} from '@opentelemetry/api';
import type {
  AgentSession,
  OneshotEvent,
  RunFinished,
  RunStarted,
  SessionFinished,
  SessionResumed,
  SessionStarted,
  ToolCall,
  ToolCallUpdate,
} from '../event.ts';
import {isJudged} from '../session/state.ts';
import {
  known,
  type Operation,
  runAttributes,
  runEndAttributes,
  runOperation,
  sessionAttributes,
  sessionOperation,
  toolAttributes,
  toolOperation,
} from './attributes.ts';
import type {Instruments} from './instruments.ts';
import {momentOf} from './moments.ts';

export type TracingApi = Pick<typeof import('@opentelemetry/api'), 'context' | 'SpanStatusCode' | 'trace'>;

export interface SpansOptions {
  tracer: Tracer;
  instruments: Instruments;
  /** Whether texts are exported. */
  content: boolean;
}

interface Open {
  span: Span;
  context: Context;
  /** ms since the epoch. */
  startedAt: number;
  operation: Operation;
}

/** Longest text that is exported, in characters. */
const MAX_TEXT_CHARS = 16 * 1024;

/** Tool calls of a run that are open at once, at most; further ones have no span. */
const MAX_OPEN_TOOLS = 1_000;

/** Events of one session, in order → spans of the session, its iterations, their runs, and the tool calls of those. */
export class Spans {
  readonly #api: TracingApi;
  readonly #tracer: Tracer;
  readonly #instruments: Instruments;
  readonly #content: boolean;
  readonly #tools = new Map<string, Open>();
  #session: Open | null = null;
  #iteration: Open | null = null;
  #run: Open | null = null;
  #isTask = true;
  #isJudged = true;
  /** Of the last event, ms since the epoch. */
  #at = 0;

  constructor(api: TracingApi, {tracer, instruments, content}: SpansOptions) {
    this.#api = api;
    this.#tracer = tracer;
    this.#instruments = instruments;
    this.#content = content;
  }

  see(event: OneshotEvent): void {
    // What is still open then belongs to a process that was killed.
    if (event.type === 'session_started' || event.type === 'session_resumed') this.end();
    this.#at = event.at;
    this.#take(event);
  }

  #take(event: OneshotEvent): void {
    switch (event.type) {
      case 'session_started':
      case 'session_resumed':
        this.#sessionBegins(event);
        break;
      case 'iteration_started':
        this.#iterationBegins(event.iteration);
        break;
      case 'run_started':
        this.#runBegins(event);
        break;
      case 'agent_session':
        this.#sessionOfAgent(event);
        break;
      case 'tool_call':
        this.#toolBegins(event);
        break;
      case 'tool_call_update':
        this.#toolGoesOn(event);
        break;
      case 'run_metrics':
        if (this.#run) this.#instruments.metrics(event, this.#run.operation.attributes);
        break;
      case 'run_finished':
        this.#runEnds(event);
        break;
      case 'session_finished':
        this.#sessionEnds(event);
        break;
      default:
        this.#addMoment(event);
    }
  }

  /** Ends what is open at the time of the last event. */
  end(): void {
    this.#endRun('unfinished');
    this.#endIteration();
    if (this.#session) this.#close(this.#session, 'unfinished');
    this.#session = null;
  }

  #sessionBegins(event: OneshotEvent & (SessionStarted | SessionResumed)): void {
    const isNew = event.type === 'session_started';
    const task = isNew ? event.task : event.instructions;
    this.#isTask = !isNew || task !== null;
    this.#isJudged = isJudged({audit: isNew ? event.audit : event.auditor !== null, rules: event.rules});
    this.#session = this.#open(sessionOperation(this.#isTask), {
      ...sessionAttributes(event),
      ...this.#text('oneshot.task', task),
    });
  }

  #iterationBegins(iteration: number): void {
    this.#endIteration();
    const attributes = {'oneshot.iteration': iteration};
    this.#iteration = this.#open({name: `iteration ${iteration}`, attributes}, {});
  }

  #runBegins(event: OneshotEvent & RunStarted): void {
    this.#endRun('unfinished');
    this.#run = this.#open(runOperation(event, this.#isTask), runAttributes(event));
  }

  #sessionOfAgent({agentSession, model}: AgentSession): void {
    this.#run?.span.setAttributes(
      known({'gen_ai.conversation.id': agentSession, 'gen_ai.response.model': model}),
    );
  }

  #toolBegins(event: OneshotEvent & ToolCall): void {
    const {toolCallId, parentToolCallId, rawInput, status} = event;
    if (!this.#run || this.#tools.has(toolCallId) || this.#tools.size >= MAX_OPEN_TOOLS) return;
    const parent = (parentToolCallId !== null && this.#tools.get(parentToolCallId)) || this.#run;
    const input = this.#content ? (JSON.stringify(rawInput) ?? null) : null;
    const attributes = {...toolAttributes(event), ...this.#text('gen_ai.tool.call.arguments', input)};
    this.#tools.set(toolCallId, this.#open(toolOperation(event), attributes, parent));
    this.#toolGoesOn({type: 'tool_call_update', toolCallId, status});
  }

  #toolGoesOn({toolCallId, status}: ToolCallUpdate): void {
    const tool = this.#tools.get(toolCallId);
    if (!tool || (status !== 'completed' && status !== 'failed')) return;
    this.#tools.delete(toolCallId);
    this.#close(tool, status === 'failed' ? 'tool_failed' : null);
  }

  #runEnds(event: RunFinished): void {
    if (!this.#run) return;
    const {span, operation} = this.#run;
    span.setAttributes({...runEndAttributes(event), ...this.#text('oneshot.text', event.text)});
    this.#instruments.usage(event.usage, operation.attributes);
    this.#endRun(event.outcome === 'completed' ? null : event.outcome, event.reason);
  }

  /** `errorType` null: all went well. */
  #endRun(errorType: string | null, reason: string | null = null): void {
    for (const tool of this.#tools.values()) this.#close(tool, 'unfinished');
    this.#tools.clear();
    if (this.#run) this.#close(this.#run, errorType, reason);
    this.#run = null;
  }

  #endIteration(): void {
    this.#endRun('unfinished');
    this.#iteration?.span.end(new Date(this.#at));
    this.#iteration = null;
  }

  #sessionEnds({ending, iterations, reason}: SessionFinished): void {
    this.#endIteration();
    if (!this.#session) return;
    this.#session.span.setAttributes({'oneshot.ending': ending, 'oneshot.iterations': iterations});
    const isGood = ending === 'verified' || (ending === 'unverified' && !this.#isJudged);
    this.#close(this.#session, isGood ? null : ending, reason);
    this.#session = null;
  }

  #addMoment(event: OneshotEvent): void {
    const moment = momentOf(event);
    const open = this.#run ?? this.#iteration ?? this.#session;
    if (!moment || !open) return;
    const attributes = {...moment.attributes, ...this.#text('oneshot.text', moment.text)};
    open.span.addEvent(event.type, attributes, new Date(event.at));
  }

  #open(
    operation: Operation,
    more: Attributes,
    parent: Open | null = this.#run ?? this.#iteration ?? this.#session,
  ): Open {
    const {trace, context} = this.#api;
    const around = parent?.context ?? context.active();
    const attributes = {...operation.attributes, ...more};
    // A Date: a number that lies before the start of this process would be taken for a time since then.
    const startTime = new Date(this.#at);
    const span = this.#tracer.startSpan(operation.name, {attributes, startTime}, around);
    return {span, context: trace.setSpan(around, span), startedAt: this.#at, operation};
  }

  /** `errorType` null: all went well. */
  #close({span, startedAt, operation}: Open, errorType: string | null, reason: string | null = null): void {
    const error: Attributes = errorType === null ? {} : {'error.type': errorType};
    if (errorType !== null) {
      span.setAttributes(error);
      const message = this.#content && reason !== null ? reason : errorType;
      span.setStatus({code: this.#api.SpanStatusCode.ERROR, message});
    }
    span.end(new Date(this.#at));
    const attributes = {...operation.attributes, ...error};
    if ('gen_ai.operation.name' in attributes) this.#instruments.duration(this.#at - startedAt, attributes);
  }

  #text(name: string, text: string | null): Attributes {
    return this.#content && text !== null ? {[name]: text.slice(0, MAX_TEXT_CHARS)} : {};
  }
}
