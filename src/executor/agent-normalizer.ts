/** What the normalizers of all agents that speak JSON have in common. */
import type {EventBody, Note, PermissionMode} from '../event.ts';
import type {Frame} from '../frame/frame.ts';
import type {AgentFacts, Normalizer} from './executor.ts';
import type {Json} from './fields.ts';
import {LastLine, plainEvents} from './plain.ts';

export abstract class AgentNormalizer implements Normalizer {
  protected readonly known: Omit<AgentFacts, 'lastLine'> = noFacts();
  readonly #lastLine = new LastLine();

  stdout(frame: Frame): EventBody[] {
    return frame.kind === 'json' ? this.stdoutObject(frame.value) : this.#plain(frame);
  }

  stderr(frame: Frame): EventBody[] {
    return frame.kind === 'json' ? this.stderrObject(frame.value) : this.#plain(frame);
  }

  end(): EventBody[] {
    return [];
  }

  facts(): AgentFacts {
    return {...this.known, lastLine: this.#lastLine.value};
  }

  protected abstract stdoutObject(value: Json): EventBody[];

  protected stderrObject(value: Json): EventBody[] {
    return unknown(value);
  }

  /** The agent reports an error. It is said once: agents tell the same on both streams and in several ways. */
  protected error(message: string): EventBody[] {
    if (this.known.errors.at(-1) === message) return [];
    this.known.errors.push(message);
    return [note('error', 'AGENT_ERROR', message)];
  }

  /** Once more from the start: what was said so far belongs to an earlier run. */
  protected forget(): void {
    const {agentSession} = this.known;
    Object.assign(this.known, noFacts(), {agentSession});
  }

  #plain(frame: Exclude<Frame, {kind: 'json'}>): EventBody[] {
    this.#lastLine.see(frame);
    return plainEvents(frame);
  }
}

function noFacts(): Omit<AgentFacts, 'lastLine'> {
  return {
    terminal: null,
    text: null,
    agentSession: null,
    usage: {inputTokens: null, outputTokens: null, costUsd: null},
    permissionDenials: [],
    errors: [],
  };
}

export function unknown(value: Json): EventBody[] {
  return [{type: 'unparsed', reason: 'unknown', value}];
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
