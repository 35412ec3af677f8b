/**
 * Secrets that an agent says in pieces, one event after the other: the end of a piece that could become one is held back
 * until the next piece, or until the message or the tool call is over.
 */
import type {
  AgentMessageChunk,
  AgentThoughtChunk,
  EventBody,
  RawSpan,
  TextContent,
  ToolCallUpdate,
} from '../event.ts';
import type {Piece} from './redact-pieces.ts';
import type {RedactingStream, Released} from './redact-stream.ts';

/** A body and the bytes it was read from. */
export interface Told {
  body: EventBody;
  raw: RawSpan | null;
}

type Saying = AgentMessageChunk | AgentThoughtChunk | ToolCallUpdate;

/** What was fed, as far as it may become part of a secret. */
interface Said {
  raw: RawSpan | null;
  text: string;
  start: number;
  end: number;
}

/** A text that comes in pieces. */
interface Open {
  /** What tells this text from others of the same speaker. */
  id: string;
  stream: RedactingStream;
  last: Told & {body: Saying};
  said: Said[];
  /** Bytes of the text so far. */
  length: number;
}

export class DeltaRedactor {
  readonly #newStream: () => RedactingStream;
  /** One text of each speaker: the agent, a sub-agent, a tool call. */
  readonly #open = new Map<string, Open>();
  #pieces: Piece[] = [];

  constructor(newStream: () => RedactingStream) {
    this.#newStream = newStream;
  }

  /** The event, redacted, with what its coming releases before it; none where all of it is held back. */
  push(told: Told): Told[] {
    const {body} = told;
    switch (body.type) {
      case 'agent_message_chunk':
      case 'agent_thought_chunk':
        return this.#words(body, told);
      case 'tool_call_update':
        return this.#output(body, told);
      case 'tool_call':
      case 'user_message_chunk':
        return [...this.#close(speakerOf(body.parentToolCallId)), told];
      default:
        return [told];
    }
  }

  /** The secrets that were found since the last call, piece by piece. Their raw bytes hold them still. */
  takePieces(): Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** The run is over. */
  end(): Told[] {
    return [...this.#open.keys()].flatMap((speaker) => this.#close(speaker));
  }

  #words(body: AgentMessageChunk | AgentThoughtChunk, told: Told): Told[] {
    const speaker = speakerOf(body.parentToolCallId);
    const id = `${body.type} ${body.messageId}`;
    const before = this.#open.get(speaker)?.id === id ? [] : this.#close(speaker);
    const text = this.#feed(speaker, {id, ...told, body}, body.content.text);
    if (text === body.content.text) return [...before, told];
    return text === '' ? before : [...before, withText(body, text, told.raw)];
  }

  #output(body: ToolCallUpdate, told: Told): Told[] {
    const speaker = `tool ${body.toolCallId}`;
    const isOver = body.status === 'completed' || body.status === 'failed';
    const {content = []} = body;
    const said = content.map(({text}) => this.#feed(speaker, {id: speaker, ...told, body}, text));
    if (isOver) said.push(this.#rest(speaker));
    const now = said.filter(Boolean).map(textContent);
    if (now.every(({text}, index) => text === content[index]?.text) && now.length === content.length)
      return [told];
    const {content: _, ...others} = body;
    const isEmpty = now.length === 0 && Object.keys(others).length === 2;
    return isEmpty ? [] : [{...told, body: now.length === 0 ? others : {...others, content: now}}];
  }

  #feed(speaker: string, {id, body, raw}: Told & {id: string; body: Saying}, text: string): string {
    const open = this.#open.get(speaker) ?? {stream: this.#newStream(), said: [] as Said[], length: 0};
    const {stream, said} = open;
    const bytes = Buffer.from(text);
    const length = open.length + bytes.length;
    said.push({raw, text, start: open.length, end: length});
    const wasHolding = stream.isHolding;
    const released = stream.feed(bytes);
    this.#find(said, released);
    const mayMatter = said.filter(({end}) => end > stream.released);
    this.#open.set(speaker, {id, stream, last: {body, raw}, said: mayMatter, length});
    const isUnchanged = !wasHolding && !stream.isHolding && released.redactions.length === 0;
    return isUnchanged ? text : released.bytes.toString();
  }

  #find(said: readonly Said[], {redactions}: Released): void {
    for (const {offset, length, name} of redactions) {
      for (const {raw, text, start, end} of said) {
        const from = Math.max(offset, start) - start;
        const to = Math.min(offset + length, end) - start;
        if (raw && from < to) this.#pieces.push({raw, text, from, to, name});
      }
    }
  }

  /** What was held back of a text that is over. */
  #rest(speaker: string): string {
    const open = this.#open.get(speaker);
    this.#open.delete(speaker);
    if (!open) return '';
    const released = open.stream.end();
    this.#find(open.said, released);
    return released.bytes.toString();
  }

  #close(speaker: string): Told[] {
    const open = this.#open.get(speaker);
    const rest = this.#rest(speaker);
    return open && rest !== '' ? [withText(open.last.body, rest, open.last.raw)] : [];
  }
}

function speakerOf(parentToolCallId: string | null): string {
  return `in ${parentToolCallId}`;
}

function textContent(text: string): TextContent {
  return {type: 'text', text};
}

function withText(body: Saying, text: string, raw: RawSpan | null): Told {
  if (body.type !== 'tool_call_update') return {body: {...body, content: textContent(text)}, raw};
  return {body: {type: body.type, toolCallId: body.toolCallId, content: [textContent(text)]}, raw};
}
