/** The lines of the direct program (`src/direct/line.ts`) as events. Recordings may be of another version: nothing is relied on. */
import type {EventBody} from '../event.ts';
import {type Json, number, text} from '../fields.ts';
import {AgentNormalizer, note, unknown, words} from './agent-normalizer.ts';
import {keepAll, type Redact} from './said.ts';

export class DirectNormalizer extends AgentNormalizer {
  readonly #redact: Redact;
  /** A new one with each request. */
  #message = 1;
  #pieces: string[] = [];

  /** `redact`: see `NormalizerOptions`. */
  constructor(redact: Redact = keepAll) {
    super();
    this.#redact = redact;
  }

  protected stdoutObject(value: Json): EventBody[] {
    switch (value.type) {
      // `run_started` says the same.
      case 'start':
        return [];
      case 'response':
        return this.#response(value);
      case 'text':
        return this.#text(text(value.text) ?? '');
      case 'reasoning':
        return this.#words('thought', text(value.text) ?? '');
      case 'usage':
        return this.count({
          inputTokens: number(value.inputTokens),
          outputTokens: number(value.outputTokens),
          costUsd: number(value.costUsd),
          turns: number(value.turns),
        });
      case 'retry':
        return this.#retry(value);
      case 'note':
        return [note('info', 'AGENT_NOTICE', text(value.text) ?? 'notice')];
      case 'end':
        return this.#end(value);
      default:
        return unknown(value);
    }
  }

  /** Without an end of its own, what it said is what there is. */
  override end(): EventBody[] {
    if (this.known.terminal === null && this.#pieces.length > 0) {
      this.known.text = this.#redact(this.#pieces.join(''));
    }
    return [];
  }

  #response(value: Json): EventBody[] {
    const agentSession = text(value.id);
    if (agentSession === null) return unknown(value);
    this.known.agentSession = agentSession;
    const model = text(value.model);
    return [{type: 'agent_session', agentSession, model, agentVersion: null, agentPermissionMode: null}];
  }

  #text(piece: string): EventBody[] {
    this.#pieces.push(piece);
    return this.#words('message', piece);
  }

  #words(kind: 'message' | 'thought', said: string): EventBody[] {
    return words(kind, said, {messageId: `message-${this.#message}`, parentToolCallId: null});
  }

  #retry(value: Json): EventBody[] {
    this.#message++;
    this.#pieces = [];
    return [
      {
        type: 'agent_retry',
        attempt: number(value.attempt),
        maxAttempts: number(value.maxAttempts),
        delayMs: number(value.delayMs),
        status: number(value.status),
        error: text(value.error) ?? 'unknown error',
      },
    ];
  }

  #end(value: Json): EventBody[] {
    const reason = text(value.reason) ?? 'no reason given';
    this.known.text = text(value.text);
    const ok = value.ok === true;
    this.known.terminal = {ok, reason};
    return ok ? [] : this.error(reason);
  }
}
