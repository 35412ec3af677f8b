/** What has come of one answer, and how it ended. Synchronous, no I/O. */
import type {Usage} from '../event.ts';
import type {Piece} from './body.ts';
import {readChunk} from './chunk.ts';
import type {Line} from './line.ts';
import {errorIn, type ServerError} from './server-error.ts';

export type AnswerEnd =
  | {ok: true; finishReason: string | null; text: string}
  | {
      ok: false;
      finishReason: string | null;
      text: string | null;
      reason: string;
      status: number | null;
      canRetry: boolean;
    };

export class Answer {
  #texts: string[] = [];
  #hasReasoning = false;
  #isIdentified = false;
  #isDone = false;
  #finishReason: string | null = null;
  #error: ServerError | null = null;
  #usage: Usage | null = null;

  /** Some of the answer has come, or of the reasoning before it. */
  get hasBegun(): boolean {
    return this.#hasReasoning || this.#texts.length > 0;
  }

  /** All of it has come; what may still follow is its usage. */
  get isFinished(): boolean {
    return this.#finishReason !== null || this.#isDone;
  }

  /** Nothing more is to be read. */
  get isOver(): boolean {
    return this.#isDone || this.#error !== null;
  }

  /** As far as the server told it. */
  get usage(): Usage | null {
    return this.#usage;
  }

  see(piece: Piece): Line[] {
    switch (piece.kind) {
      case 'done':
        this.#isDone = true;
        return [];
      case 'garbled':
        this.#error ??= {message: piece.problem, status: null};
        return [];
      case 'json':
        return this.#chunk(piece.value);
    }
  }

  /** @param lost why no more came; null: the server ended its answer itself */
  end(lost: string | null): AnswerEnd {
    const finishReason = this.#finishReason;
    const text = this.#texts.length === 0 ? null : this.#texts.join('');
    const failed = (reason: string, status: number | null, canRetry: boolean): AnswerEnd => ({
      ok: false,
      finishReason,
      text,
      reason,
      status,
      canRetry: canRetry && text === null,
    });
    if (this.#error) {
      const {message, status} = this.#error;
      return failed(message, status, status !== null);
    }
    if (!this.isFinished) return failed(lost === null || this.hasBegun ? brokenOff(lost) : lost, null, true);
    const bad = badFinish(finishReason);
    if (bad !== null) return failed(bad, null, false);
    if (text === null || text.trim() === '') return failed('the answer is empty', null, false);
    return {ok: true, finishReason, text};
  }

  #chunk(value: unknown): Line[] {
    this.#error ??= errorIn(value);
    if (this.#error) return [];
    const {id, model, text, reasoning, finishReason, usage} = readChunk(value);
    const lines: Line[] = [];
    if (id !== null && !this.#isIdentified) lines.push({type: 'response', id, model});
    this.#isIdentified ||= id !== null;
    if (reasoning !== '') lines.push({type: 'reasoning', text: reasoning});
    this.#hasReasoning ||= reasoning !== '';
    if (text !== '') lines.push({type: 'text', text});
    if (text !== '') this.#texts.push(text);
    this.#finishReason ??= finishReason;
    this.#usage = usage ?? this.#usage;
    return lines;
  }
}

function brokenOff(lost: string | null): string {
  return `the answer broke off: ${lost ?? 'the connection was closed before its end'}`;
}

/** How servers call an end that the model came to by itself. */
const GOOD_FINISHES: ReadonlySet<string> = new Set([
  'stop',
  'stop_sequence',
  'end_turn',
  'eos',
  'eos_token',
  'complete',
]);

const BAD_FINISHES: Readonly<Record<string, string>> = {
  length: 'the answer was cut off at the limit of its tokens',
  max_tokens: 'the answer was cut off at the limit of its tokens',
  model_length: 'the answer was cut off at the limit of its tokens',
  content_filter: 'the answer was cut off by a filter of the server',
  tool_calls: 'a tool was called, and there are none',
  function_call: 'a tool was called, and there are none',
};

/** What is wrong with an end; null for a good one. A server that tells none has said `[DONE]`. */
function badFinish(finishReason: string | null): string | null {
  if (finishReason === null || GOOD_FINISHES.has(finishReason.toLowerCase())) return null;
  const known = Object.hasOwn(BAD_FINISHES, finishReason) ? BAD_FINISHES[finishReason] : undefined;
  return `${known ?? 'the answer did not come to its end'} (finish_reason ${finishReason})`;
}
