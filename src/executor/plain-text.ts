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
    this.#pieces.push(hasGap ? `\n${text}` : text);
    this.#chars += text.length;
    // Joined only now and then, so that the cost of a character stays constant.
    if (this.#chars > 2 * MAX_TEXT_CHARS) this.#text();
  }

  #text(): string | null {
    if (this.#pieces.length === 0) return null;
    const text = this.#pieces.join('').slice(-MAX_TEXT_CHARS);
    this.#pieces = [text];
    this.#chars = text.length;
    return text;
  }
}
