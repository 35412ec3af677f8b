/** Output without a structure that we know: what any program says, or an agent that had to give up its streaming flags. */
import type {EventBody} from '../event.ts';
import type {Json} from '../fields.ts';
import type {Frame, JsonFrame} from '../frame/frame.ts';
import {AgentNormalizer, unknown, words} from './agent-normalizer.ts';
import type {AgentFacts} from './executor.ts';
import {hasWords, type PlainFrame} from './plain.ts';

/** What is kept as the final words, in characters from the end. */
const MAX_TEXT_CHARS = 1024 * 1024;

export class PlainTextNormalizer extends AgentNormalizer {
  #pieces: string[] = [];
  /** The first piece that still counts; those before it are too long ago. */
  #first = 0;
  /** From there on. */
  #chars = 0;
  /** Where the last frame ended, in bytes of stdout. */
  #end = 0;

  /** Lines are the program's words; JSON among them is kept as data. Blank lines are words too: they part paragraphs. */
  protected override stdoutPlain(frame: PlainFrame): EventBody[] {
    if (frame.kind === 'oversized') return super.stdoutPlain(frame);
    const text = frame.lineEnd ? `${frame.text}\n` : frame.text;
    this.#keep(frame, text);
    const isNoise = frame.text.trim() !== '' && !hasWords(frame.text);
    return isNoise ? [] : words('message', text, {messageId: null, parentToolCallId: null});
  }

  override facts(): AgentFacts {
    return {...super.facts(), text: this.#text()};
  }

  protected stdoutObject(value: Json, frame: JsonFrame): EventBody[] {
    this.#keep(frame, frame.source);
    return unknown(value);
  }

  /** Line ends behind JSON are in no frame, but in the gap before the next one. */
  #keep({offset, length}: Frame, text: string): void {
    const hasGap = this.#pieces.length > 0 && offset > this.#end;
    this.#end = offset + length;
    const piece = hasGap ? `\n${text}` : text;
    this.#pieces.push(piece);
    this.#chars += piece.length;
    this.#forget();
  }

  /** Whole pieces only, and the list is cut only now and then, so that the cost of a piece stays constant. */
  #forget(): void {
    const pieces = this.#pieces;
    while (this.#chars - pieces[this.#first]!.length >= MAX_TEXT_CHARS) {
      this.#chars -= pieces[this.#first]!.length;
      pieces[this.#first++] = '';
    }
    if (this.#first * 2 <= pieces.length) return;
    this.#pieces = pieces.slice(this.#first);
    this.#first = 0;
  }

  #text(): string | null {
    if (this.#pieces.length === 0) return null;
    return this.#pieces.slice(this.#first).join('').slice(-MAX_TEXT_CHARS);
  }
}
