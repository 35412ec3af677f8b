/** Claude's partial messages: raw events of the model's stream, each message followed by its whole blocks. */
import {type Json, number, object, sum, text} from '../fields.ts';
import {charsSaid, type Redact} from './said.ts';

export type Words = 'text' | 'thinking';

/** A block of words that was streamed and that no whole block has confirmed yet. */
interface StreamedBlock {
  kind: Words;
  said: string;
}

interface StreamedMessage {
  id: string | null;
  unconfirmed: StreamedBlock[];
  outputTokens: number;
}

/** What has been streamed of the messages under way: one of the agent itself and one of each sub-agent. */
export class StreamedMessages {
  /** By the tool call that a sub-agent runs in; null: the agent itself. */
  readonly #messages = new Map<string | null, StreamedMessage>();
  readonly #redact: Redact;
  #inputTokens: number | null = null;
  #outputTokens: number | null = null;

  /** `redact`: see `NormalizerOptions`. */
  constructor(redact: Redact) {
    this.#redact = redact;
  }

  /** Tokens of all messages so far. */
  get tokens(): {inputTokens: number | null; outputTokens: number | null} {
    return {inputTokens: this.#inputTokens, outputTokens: this.#outputTokens};
  }

  start(message: Json, parent: string | null): void {
    this.#messages.set(parent, {id: text(message.id), unconfirmed: [], outputTokens: 0});
    this.#inputTokens = sum(this.#inputTokens, inputTokensOf(object(message.usage)));
  }

  startBlock(kind: Words, parent: string | null): void {
    this.#messages.get(parent)?.unconfirmed.push({kind, said: ''});
  }

  /** Returns the id of the message that the words belong to. */
  say(kind: Words, said: string, parent: string | null): string | null {
    const message = this.#messages.get(parent);
    const block = message?.unconfirmed.findLast((open) => open.kind === kind);
    if (block) block.said += said;
    return message?.id ?? null;
  }

  /** `counted`: output tokens of the message so far. */
  count(counted: Json, parent: string | null): void {
    const outputTokens = number(counted.output_tokens);
    const message = this.#messages.get(parent);
    if (!message || outputTokens === null) return;
    this.#outputTokens = (this.#outputTokens ?? 0) + outputTokens - message.outputTokens;
    message.outputTokens = outputTokens;
  }

  /** A whole block has come: the part of it that was not streamed. All of it when its message is another one. */
  missing(kind: Words, whole: string, messageId: string | null, parent: string | null): string {
    const message = this.#messages.get(parent);
    if (!message || message.id !== messageId) return whole;
    const {unconfirmed} = message;
    for (const [index, block] of unconfirmed.entries()) {
      const chars = block.kind === kind ? charsSaid(whole, block.said, this.#redact) : null;
      if (chars === null) continue;
      unconfirmed.splice(index, 1);
      return whole.slice(chars);
    }
    return whole;
  }
}

/** All input, read from a cache or not. */
export function inputTokensOf(usage: Json): number | null {
  return sum(
    number(usage.input_tokens),
    number(usage.cache_read_input_tokens),
    number(usage.cache_creation_input_tokens),
  );
}
