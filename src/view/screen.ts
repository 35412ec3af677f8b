import type {BoundedWriter} from './bounded-writer.ts';
import type {Paint, Style} from './style.ts';
import type {Piece} from './transcript.ts';

/** Where pieces appear. */
export interface Screen {
  show(pieces: readonly Piece[]): void;
  /** Ends the last line; nothing is shown after it. */
  finish(): void;
}

/** A file, a pipe or a terminal without a status line: text as it comes, each line on a line of its own. */
export class PlainScreen implements Screen {
  readonly #out: BoundedWriter;
  readonly #paint: Paint;
  #lineIsOpen = false;

  constructor(out: BoundedWriter, paint: Paint) {
    this.#out = out;
    this.#paint = paint;
  }

  show(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      if (piece.kind !== 'text') this.#break();
      if (piece.kind === 'line') this.#out.write(`${this.#paint(piece.style, piece.text)}\n`, piece.urgent);
      if (piece.kind === 'text') this.#write(piece.text, piece.style);
    }
  }

  #write(text: string, style: Style): void {
    if (text === '') return;
    this.#out.write(this.#paint(style, text));
    this.#lineIsOpen = !text.endsWith('\n');
  }

  finish(): void {
    this.#break();
  }

  #break(): void {
    if (this.#lineIsOpen) this.#out.write('\n');
    this.#lineIsOpen = false;
  }
}
