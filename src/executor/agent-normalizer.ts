/** What the normalizers of all agents that speak JSON have in common. */
import {
  type AgentAsk,
  type EventBody,
  NO_USAGE,
  type Note,
  type PermissionMode,
  type Usage,
} from '../event.ts';
import type {Json} from '../fields.ts';
import type {Frame, JsonFrame} from '../frame/frame.ts';
import type {AgentFacts, Normalizer} from './executor.ts';
import {LastLine, type PlainFrame, plainEvents} from './plain.ts';

export abstract class AgentNormalizer implements Normalizer {
  protected readonly known: Omit<AgentFacts, 'lastLine'> = noFacts();
  readonly #lastLine = new LastLine();
  #silentSteps = 0;

  stdout(frame: Frame): EventBody[] {
    if (frame.kind === 'json') return this.stdoutObject(frame.value, frame);
    this.#remember(frame);
    return this.stdoutPlain(frame);
  }

  stderr(frame: Frame): EventBody[] {
    if (frame.kind === 'json') return this.stderrObject(frame.value);
    this.#remember(frame);
    return plainEvents(frame);
  }

  end(): EventBody[] {
    return [];
  }

  facts(): AgentFacts {
    return {...this.known, lastLine: this.#lastLine.value};
  }

  silentSteps(): number {
    return this.#silentSteps;
  }

  /** The agent goes on without anything to tell a person. */
  protected silentStep(): EventBody[] {
    this.#silentSteps++;
    return [];
  }

  protected abstract stdoutObject(value: Json, frame: JsonFrame): EventBody[];

  protected stdoutPlain(frame: PlainFrame): EventBody[] {
    return plainEvents(frame);
  }

  protected stderrObject(value: Json): EventBody[] {
    return unknown(value);
  }

  /** The agent reports an error. It is said once: agents tell the same on both streams and in several ways. */
  protected error(message: string): EventBody[] {
    if (this.known.errors.at(-1) === message) return [];
    this.known.errors.push(message);
    return [note('error', 'AGENT_ERROR', message)];
  }

  /** The agent counts its tokens anew: an event, unless nothing has changed. */
  protected count(usage: Usage): EventBody[] {
    const before = this.known.usage;
    this.known.usage = usage;
    const names = ['inputTokens', 'outputTokens', 'costUsd', 'turns'] as const;
    return names.every((name) => usage[name] === before[name]) ? [] : [{type: 'usage_update', ...usage}];
  }

  /** Once more from the start: what was said so far belongs to an earlier run. */
  protected forget(): void {
    const {agentSession} = this.known;
    Object.assign(this.known, noFacts(), {agentSession});
  }

  #remember(frame: PlainFrame): void {
    if (frame.kind === 'text') this.#lastLine.see(frame.text);
  }
}

function noFacts(): Omit<AgentFacts, 'lastLine'> {
  return {
    terminal: null,
    text: null,
    agentSession: null,
    usage: NO_USAGE,
    permissionDenials: [],
    errors: [],
  };
}

export function unknown(value: Json): EventBody[] {
  return [{type: 'unparsed', reason: 'unknown', value}];
}

/** The agent waits for a person. */
export function ask(kind: AgentAsk['ask'], text: string): EventBody {
  return {type: 'agent_ask', ask: kind, text};
}

export function note(level: Note['level'], code: string, text: string): EventBody {
  return {type: 'note', level, code, text};
}

/** A tool call that was not allowed, with the mode of oneshot that would have allowed it. */
export function deniedNote(toolName: string, mode: PermissionMode): EventBody {
  const text = `${toolName} was denied; --permission-mode ${mode} would allow it.`;
  return note('warning', 'PERMISSION_DENIED', text);
}

export interface Speaker {
  messageId: string | null;
  parentToolCallId: string | null;
}

/** A piece of an answer or of reasoning; none when there is nothing in it. */
export function words(kind: 'message' | 'thought', text: string | null, speaker: Speaker): EventBody[] {
  if (!text) return [];
  const {messageId, parentToolCallId} = speaker;
  return [{type: `agent_${kind}_chunk`, content: {type: 'text', text}, messageId, parentToolCallId}];
}

export function userWords(text: string, parentToolCallId: string | null = null): EventBody {
  return {type: 'user_message_chunk', content: {type: 'text', text}, parentToolCallId};
}
