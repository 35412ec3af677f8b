/** A terminal with a status line at its foot: finished lines scroll up above it, the open line grows just over it. */
import {Writable} from 'node:stream';
import {createLogUpdate} from 'log-update';
import type {Clock} from '../clock.ts';
import type {BoundedWriter} from './bounded-writer.ts';
import type {Screen} from './screen.ts';
import type {Paint, Style} from './style.ts';
import type {Piece} from './transcript.ts';

export interface LiveScreenOptions {
  out: BoundedWriter;
  /** Columns and rows of the terminal now. */
  size: () => {columns: number; rows: number};
  paint: Paint;
  clock: Clock;
  /** The status line; asked for with every frame. */
  status: () => string;
}

/** Shortest time between two frames. */
const FRAME_MS = 16;

/** The status line moves on by itself, for the elapsed time. */
const TICK_MS = 1000;

/** Terminals that know it show a frame at once, without flicker; the others ignore it (DEC private mode 2026). */
const BEGIN_FRAME = '\x1b[?2026h';
const END_FRAME = '\x1b[?2026l';

/** Finished lines that may wait for a slow terminal, in characters. */
const MAX_WAITING_CHARS = 1024 * 1024;

interface Part {
  text: string;
  style: Style;
}

export class LiveScreen implements Screen {
  readonly #options: LiveScreenOptions;
  readonly #live: ReturnType<typeof createLogUpdate>;
  /** What log-update has written in this frame. */
  #frame = '';
  /** Finished lines that are not shown yet. */
  #waiting: {text: string; urgent: boolean}[] = [];
  #waitingChars = 0;
  #leftOut = 0;
  /** The open line. */
  #open: Part[] = [];
  #lastFrameMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: () => void = () => {};
  #frameIsDue = false;

  constructor(options: LiveScreenOptions) {
    this.#options = options;
    this.#live = createLogUpdate(this.#frameStream(), {showCursor: true});
    this.#wait(TICK_MS);
  }

  show(pieces: readonly Piece[]): void {
    if (pieces.length === 0) return;
    for (const piece of pieces) {
      if (piece.kind !== 'text') this.#closeLine();
      if (piece.kind === 'text') this.#appendText(piece.text, piece.style);
      if (piece.kind === 'line') this.#appendLines(piece.text, piece.style, piece.urgent === true);
    }
    this.#frameSoon();
  }

  finish(): void {
    this.#cancelTimer();
    this.#closeLine();
    this.#live.clear();
    this.#options.out.write(`${this.#takeFrame()}${this.#takeWaiting()}`, true);
    this.#live.done();
  }

  #appendLines(text: string, style: Style, urgent: boolean): void {
    for (const line of text.split('\n')) this.#queue(this.#options.paint(style, line), urgent);
  }

  #appendText(text: string, style: Style): void {
    const [first = '', ...rest] = text.split('\n');
    this.#growLine(first, style);
    for (const line of rest) {
      this.#queue(this.#painted(this.#open));
      this.#open = [];
      this.#growLine(line, style);
    }
  }

  /** The open line is redrawn with each frame, so one that fills the terminal's width is broken, at a space if possible. */
  #growLine(text: string, style: Style): void {
    if (text === '') return;
    const parts = [...this.#open, {text, style}];
    const whole = parts.map((part) => part.text).join('');
    const {columns} = this.#options.size();
    let start = 0;
    while (whole.length - start > columns) {
      const space = whole.slice(start, start + columns + 1).lastIndexOf(' ');
      const end = start + (space > 0 ? space : columns);
      this.#queue(this.#painted(partsBetween(parts, start, end)));
      start = space > 0 ? end + 1 : end;
    }
    this.#open = partsBetween(parts, start, whole.length);
  }

  #closeLine(): void {
    if (this.#open.length > 0) this.#queue(this.#painted(this.#open));
    this.#open = [];
  }

  #painted(parts: Part[]): string {
    return parts.map(({text, style}) => this.#options.paint(style, text)).join('');
  }

  #queue(text: string, urgent = false): void {
    this.#waiting.push({text, urgent});
    this.#waitingChars += text.length;
    if (this.#waitingChars > MAX_WAITING_CHARS) this.#leaveOutOldest();
  }

  /** Down to half of what may wait, so that it happens seldom. */
  #leaveOutOldest(): void {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter(({text, urgent}) => {
      if (urgent || this.#waitingChars <= MAX_WAITING_CHARS / 2) return true;
      this.#waitingChars -= text.length;
      return false;
    });
    this.#leftOut += before - this.#waiting.length;
  }

  #frameSoon(): void {
    const sinceLastMs = this.#options.clock.monotonicMs() - this.#lastFrameMs;
    // Where much is waiting it is shown while the terminal takes it, so that nothing need be left out.
    const isMuch = this.#waitingChars > MAX_WAITING_CHARS / 2;
    if (isMuch || (sinceLastMs >= FRAME_MS && !this.#frameIsDue)) this.#draw();
    else if (!this.#frameIsDue) {
      this.#frameIsDue = true;
      this.#wait(FRAME_MS - sinceLastMs);
    }
  }

  #wait(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(ms, () => this.#draw());
  }

  #draw(): void {
    const {out, clock, status} = this.#options;
    this.#frameIsDue = false;
    this.#lastFrameMs = clock.monotonicMs();
    this.#wait(TICK_MS);
    // A frame moves the cursor from where the last one left it: either all of it is written or nothing.
    if (out.isFull) return;
    const waiting = this.#takeWaiting();
    if (waiting !== '') this.#live.clear();
    this.#frame += waiting;
    this.#live(this.#open.length === 0 ? status() : `${this.#painted(this.#open)}\n${status()}`);
    const frame = this.#takeFrame();
    if (frame !== '') out.write(`${BEGIN_FRAME}${frame}${END_FRAME}`);
  }

  #takeFrame(): string {
    const frame = this.#frame;
    this.#frame = '';
    return frame;
  }

  #takeWaiting(): string {
    const note = this.#leftOut > 0 ? `[${this.#leftOut} lines were left out: the terminal is slow]\n` : '';
    const text = this.#waiting.map((line) => `${line.text}\n`).join('');
    this.#waiting = [];
    this.#waitingChars = 0;
    this.#leftOut = 0;
    return note + text;
  }

  /** log-update writes to a stream; this one collects a frame. */
  #frameStream(): Writable {
    const stream = new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        this.#frame += text;
        done();
      },
    });
    const {size} = this.#options;
    return Object.defineProperties(stream, {
      columns: {get: () => size().columns},
      rows: {get: () => size().rows},
    });
  }
}

/** What lies between two places, counted in characters of all parts. */
function partsBetween(parts: readonly Part[], start: number, end: number): Part[] {
  const between: Part[] = [];
  let offset = 0;
  for (const {text, style} of parts) {
    const piece = text.slice(Math.max(0, start - offset), Math.max(0, end - offset));
    if (piece !== '') between.push({text: piece, style});
    offset += text.length;
  }
  return between;
}
