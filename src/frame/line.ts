import type {Frame} from './frame.ts';
import {ObjectScanner} from './scanner.ts';
import {
  contentEnd,
  lineFrame,
  objectFrame,
  objectFrameIfJson,
  oversizedFrame,
  skipBlanks,
  textFrame,
} from './slice.ts';
import type {ByteWindow} from './window.ts';

const OPEN_BRACE = 0x7b;

/** The line being read: cuts it into frames. All places are indexes in the window. */
export class Line {
  /** Where the text began that is in no frame yet: at the start of the line or behind an object. */
  textStart = 0;
  /** Bytes looked at, as a measure of work. */
  workBytes = 0;
  readonly #window: ByteWindow;
  readonly #scanner = new ObjectScanner();
  #frames: Frame[] = [];
  /** An object came before on this line, so that blanks are no text. */
  #besideObject = false;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  takeFrames(): Frame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  begin(start: number): void {
    this.textStart = start;
    this.#besideObject = false;
  }

  /** Whether nothing of the line below `index` is in a frame. */
  isUntouchedAt(index: number): boolean {
    return this.textStart === index && !this.#besideObject;
  }

  /** The line is over: the rest of it is text. `lineEnd` is its LF. */
  endText(lineEnd: number): void {
    if (!this.#isBlankBesideObject(lineEnd)) {
      this.#frames.push(lineFrame(this.#window, this.textStart, lineEnd));
    }
  }

  /** The stream is over, and the line with it. */
  endStream(end: number): void {
    if (this.textStart === end || this.#isBlankBesideObject(end)) return;
    this.#frames.push(this.#wholeLineObject(end) ?? textFrame(this.#window, this.textStart, end));
  }

  /** The line is over, and what began as an object on it or above is none. One that is an object as a whole is one all the same. */
  endRejected(lineEnd: number, maxFrameBytes: number): void {
    if (lineEnd - this.textStart > maxFrameBytes) {
      this.pushOversized(this.#window.offset + this.textStart, contentEnd(this.#window.bytes, lineEnd));
      return;
    }
    this.#frames.push(this.#wholeLineObject(lineEnd) ?? lineFrame(this.#window, this.textStart, lineEnd));
  }

  /** The text in front of what begins at `end`. */
  pushTextBefore(end: number): void {
    if (skipBlanks(this.#window.bytes, this.textStart, end) === end) return;
    this.#frames.push(textFrame(this.#window, this.textStart, end));
  }

  /** The object from `start` to below `end`, and the text in front of it. */
  pushObject(start: number, end: number): void {
    this.pushTextBefore(start);
    this.#frames.push(objectFrame(this.#window, start, end));
    this.workBytes += end - start;
    this.textStart = end;
    this.#besideObject = true;
  }

  /** The same if it is JSON; false if not. */
  pushIfJson(start: number, end: number): boolean {
    const frame = objectFrameIfJson(this.#window, start, end);
    this.workBytes += end - start;
    if (frame !== undefined) this.#frames.push(frame);
    return frame !== undefined;
  }

  /** What began at `offset` in the stream and ends below `end`. */
  pushOversized(offset: number, end: number): void {
    this.#frames.push(oversizedFrame(this.#window, offset, end));
  }

  /** The object that the line up to `end` is, blanks around it aside. */
  #wholeLineObject(end: number): Frame | undefined {
    const {bytes} = this.#window;
    const start = skipBlanks(bytes, this.textStart, end);
    this.workBytes += start - this.textStart;
    if (bytes[start] !== OPEN_BRACE) return undefined;
    this.#scanner.start();
    const objectEnd = this.#scanner.scan(bytes, start + 1, end);
    this.workBytes += objectEnd - start;
    if (this.#scanner.status !== 'closed' || skipBlanks(bytes, objectEnd, end) < end) return undefined;
    return objectFrame(this.#window, start, objectEnd);
  }

  #isBlankBesideObject(end: number): boolean {
    return this.#besideObject && skipBlanks(this.#window.bytes, this.textStart, end) === end;
  }
}
