/**
 * The body of a response → pieces: server-sent events, or one JSON value from a server that does not stream. Which of the
 * two is told by its first character, since content types are not to be relied on.
 */
import {createParser, type EventSourceParser} from 'eventsource-parser';
import {isJson, type Json} from '../fields.ts';
import {errorOfBody} from './server-error.ts';

export type Piece =
  | {kind: 'json'; value: unknown}
  /** `[DONE]` */
  | {kind: 'done'}
  | {kind: 'garbled'; problem: string};

/** Largest event, or whole body, held in memory, characters. */
const MAX_CHARS = 16 * 1024 * 1024;

export class BodyReader {
  readonly #decoder = new TextDecoder();
  readonly #parser: EventSourceParser;
  readonly #maxChars: number;
  #pieces: Piece[] = [];
  #form: 'unknown' | 'events' | 'whole' | 'broken' = 'unknown';
  /** The beginning, while it is white space; then the body that is no stream. */
  #text = '';

  constructor(maxChars = MAX_CHARS) {
    this.#maxChars = maxChars;
    this.#parser = createParser({
      maxBufferSize: maxChars,
      onEvent: ({event, data}) => this.#event(event, data),
      onError: ({type}) => {
        if (type === 'max-buffer-size-exceeded') this.#tooLarge();
      },
    });
  }

  feed(bytes: Uint8Array): Piece[] {
    this.#take(this.#decoder.decode(bytes, {stream: true}));
    return this.#taken();
  }

  /** The body is over. An event that lacks its end counts when it is whole. */
  end(): Piece[] {
    this.#take(this.#decoder.decode());
    if (this.#form === 'events') this.#parser.feed('\n\n');
    if (this.#form === 'whole') this.#whole();
    return this.#taken();
  }

  #taken(): Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #take(text: string): void {
    if (this.#form === 'unknown' || this.#form === 'whole') this.#keep(text);
    else if (this.#form === 'events') this.#parser.feed(text);
  }

  #keep(text: string): void {
    this.#text += text;
    if (this.#text.length > this.#maxChars) this.#tooLarge();
    const first = /\S/.exec(this.#text)?.[0];
    if (this.#form !== 'unknown' || first === undefined) return;
    this.#form = /[[{<]/.test(first) ? 'whole' : 'events';
    if (this.#form === 'events') this.#parser.feed(this.#text);
  }

  #tooLarge(): void {
    this.#form = 'broken';
    const problem = `the server sent more than ${this.#maxChars} characters at once`;
    this.#pieces.push({kind: 'garbled', problem});
  }

  #event(name: string | undefined, data: string): void {
    if (data.trim() === '[DONE]') this.#pieces.push({kind: 'done'});
    else this.#json(data, name === 'error' ? asError : same);
  }

  /** Nothing follows a whole answer. */
  #whole(): void {
    this.#json(this.#text, same);
    this.#pieces.push({kind: 'done'});
  }

  #json(text: string, make: (value: unknown) => unknown): void {
    try {
      this.#pieces.push({kind: 'json', value: make(JSON.parse(text))});
    } catch {
      this.#pieces.push({
        kind: 'garbled',
        problem: `the server sent what is no answer: ${errorOfBody(text)}`,
      });
    }
  }
}

const same = (value: unknown) => value;

/** An event that is called error holds one, whatever its fields are called. */
const asError = (value: unknown): Json => (isJson(value) && isJson(value.error) ? value : {error: value});
