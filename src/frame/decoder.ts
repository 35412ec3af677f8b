/**
 * Bytes → frames: newline-delimited JSON objects, and all that real agents mix into it.
 *
 * What a frame is depends on the bytes alone, never on the cuts; it is returned as soon as its last byte is there:
 * - An object that is JSON by the strict grammar, at most `MAX_DEPTH` deep, anywhere on a line or over several lines.
 * - A line of text, or what stands beside objects on a line. LF and CRLF end a line. Blanks (space, tab, CR) beside an object
 *   are in no frame, nor are line ends behind an object, nor a BOM at the start.
 * - A byte that no JSON can have there turns the object begun into text, and decoding goes on at that byte. When it was lines
 *   further down, each whole line between gets one try as an object of its own: a truncated object loses only itself.
 * - An object or a line (its CR counted) that is not over after `maxFrameBytes` is one oversized frame up to the next line end.
 */
import {constants} from 'node:buffer';
import {DEFAULT_MAX_FRAME_BYTES, type Frame} from './frame.ts';
import {Line} from './line.ts';
import {MAX_DEPTH, ObjectScanner} from './scanner.ts';
import {contentEnd} from './slice.ts';
import {ByteWindow} from './window.ts';

export interface FrameDecoderOptions {
  /** Bound for one frame, bytes; what V8 can hold in a string (512 MiB) at most. @default 64 MiB */
  maxFrameBytes?: number;
  /** Offset in the stream of the first byte that is fed. @default 0 */
  baseOffset?: number;
}

/** Synchronous, without I/O; never throws on input. Holds at most a text and an object of `maxFrameBytes` each. */
export interface FrameDecoder {
  /** The frames that `chunk` completes. `chunk` is not kept. */
  feed(chunk: Uint8Array): Frame[];
  /** The stream is over: what was still unfinished. */
  end(): Frame[];
  /** Bytes held for a frame that is not finished yet. */
  pendingBytes(): number;
  /** Bytes looked at and copied so far, all passes counted: a measure of work that no clock disturbs. */
  workBytes(): number;
}

export function createDecoder(options: FrameDecoderOptions = {}): FrameDecoder {
  return new Decoder(options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES, options.baseOffset ?? 0);
}

/** A larger chunk is taken in pieces, so that memory stays bounded. */
const PIECE_BYTES = 1024 * 1024;
/** A line this short cannot be too deep, so `JSON.parse` alone can judge it. */
const FAST_LINE_BYTES = 2 * MAX_DEPTH;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NOTHING = new Uint8Array(0);
const LF = 0x0a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** `start`: a BOM may come. `text`: outside of objects. `object`: inside of one. `oversized`: skipping to the line end. */
type Mode = 'start' | 'text' | 'object' | 'oversized';

class Decoder implements FrameDecoder {
  readonly #maxFrameBytes: number;
  readonly #window: ByteWindow;
  readonly #line: Line;
  readonly #scanner = new ObjectScanner();
  #mode: Mode = 'start';
  /** The next byte to look at; an index in the window, like the next two. */
  #next = 0;
  #objectStart = 0;
  /** The line end found last, or the end of the window; -1: none was looked for. */
  #lineEnd = -1;
  /** Offset in the stream where the oversized frame began. */
  #oversizedOffset = 0;
  /** False from a line that only looked like one object until the next object: a failing `JSON.parse` is expensive. */
  #expectsObjects = true;
  #workBytes = 0;

  constructor(maxFrameBytes: number, baseOffset: number) {
    this.#maxFrameBytes = Math.min(Math.max(Math.floor(maxFrameBytes), 1), constants.MAX_STRING_LENGTH);
    this.#window = new ByteWindow(baseOffset);
    this.#line = new Line(this.#window);
  }

  feed(chunk: Uint8Array): Frame[] {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES)
      this.#take(chunk.length <= PIECE_BYTES ? chunk : chunk.subarray(from, from + PIECE_BYTES));
    return this.#line.takeFrames();
  }

  end(): Frame[] {
    this.#open(NOTHING);
    this.#finish(this.#window.bytes.length);
    this.#close();
    return this.#line.takeFrames();
  }

  pendingBytes(): number {
    return this.#window.keptBytes;
  }

  workBytes(): number {
    return this.#workBytes + this.#line.workBytes + this.#window.copiedBytes;
  }

  #take(piece: Uint8Array): void {
    this.#open(piece);
    this.#decode();
    this.#close();
  }

  #open(piece: Uint8Array): void {
    this.#window.add(piece);
    this.#lineEnd = -1;
  }

  /** Keeps what is in no frame yet; of what is oversized a CR at most, which may be half of a line end. */
  #close(): void {
    const isOversized = this.#mode === 'oversized';
    const keep = isOversized ? contentEnd(this.#window.bytes, this.#next) : this.#line.textStart;
    this.#window.keepFrom(keep);
    this.#next -= keep;
    this.#objectStart -= keep;
    this.#line.textStart = 0;
  }

  #decode(): void {
    const {length} = this.#window.bytes;
    while (this.#next < length) {
      const before = this.#next;
      this.#step();
      this.#workBytes += this.#next - before;
    }
  }

  #step(): void {
    switch (this.#mode) {
      case 'start':
        this.#skipBom();
        break;
      case 'text':
        if (!this.#readLineObject()) this.#readText();
        break;
      case 'object':
        this.#readObject();
        break;
      case 'oversized':
        this.#skipOversized();
        break;
    }
  }

  #skipBom(): void {
    const head = this.#window.bytes.subarray(0, BOM.length);
    if (!head.equals(BOM.subarray(0, head.length))) this.#beginLine(0);
    else if (head.length === BOM.length) this.#beginLine(BOM.length);
    else this.#next = head.length;
  }

  /** The fast path, for a whole line that is one object. Tried once a line, and gives what the slow way gives. */
  #readLineObject(): boolean {
    const {bytes} = this.#window;
    const start = this.#next;
    if (bytes[start] !== OPEN_BRACE || !this.#expectsObjects || !this.#line.isUntouchedAt(start))
      return false;
    const lineEnd = this.#lineEndFrom(start);
    const end = contentEnd(bytes, lineEnd);
    if (bytes[end - 1] !== CLOSE_BRACE || lineEnd === bytes.length) return false;
    if (end - start > Math.min(FAST_LINE_BYTES, this.#maxFrameBytes)) return false;
    this.#expectsObjects = this.#line.pushIfJson(start, end);
    if (this.#expectsObjects) this.#beginLine(lineEnd + 1);
    return this.#expectsObjects;
  }

  #readText(): void {
    const {bytes} = this.#window;
    const limit = Math.min(bytes.length, this.#line.textStart + this.#maxFrameBytes);
    let index = this.#next;
    while (index < limit && bytes[index] !== LF && bytes[index] !== OPEN_BRACE) index++;
    this.#next = index;
    if (index === bytes.length) return;
    if (bytes[index] === LF) this.#endText(index);
    else if (bytes[index] === OPEN_BRACE) this.#beginObject(index);
    else this.#beginOversized(this.#line.textStart);
  }

  #readObject(): void {
    const {bytes} = this.#window;
    const limit = Math.min(bytes.length, this.#objectStart + this.#maxFrameBytes);
    this.#next = this.#scanner.scan(bytes, this.#next, limit);
    if (this.#scanner.status === 'closed') this.#endObject();
    else if (this.#scanner.status === 'rejected') this.#rejectObject(this.#next);
    else if (this.#next < bytes.length) this.#beginOversized(this.#objectStart);
  }

  #skipOversized(): void {
    const {bytes} = this.#window;
    const lineEnd = this.#lineEndFrom(this.#next);
    this.#next = lineEnd;
    if (lineEnd === bytes.length) return;
    this.#line.pushOversized(this.#oversizedOffset, contentEnd(bytes, lineEnd));
    this.#beginLine(lineEnd + 1);
  }

  /** The stream is over at index `end`, and its last line with it. */
  #finish(end: number): void {
    if (this.#mode === 'object') this.#rejectObject(end);
    if (this.#mode === 'oversized') this.#line.pushOversized(this.#oversizedOffset, end);
    else this.#line.endStream(end);
    this.#beginLine(end);
  }

  #beginLine(start: number): void {
    this.#mode = 'text';
    this.#next = start;
    this.#line.begin(start);
  }

  #endText(lineEnd: number): void {
    this.#line.endText(lineEnd);
    this.#beginLine(lineEnd + 1);
  }

  #beginObject(start: number): void {
    this.#mode = 'object';
    this.#objectStart = start;
    this.#next = start + 1;
    this.#scanner.start();
  }

  #endObject(): void {
    this.#line.pushObject(this.#objectStart, this.#next);
    this.#mode = 'text';
    this.#expectsObjects = true;
  }

  /** What began as an object is text up to index `at`; of its lines, those that are whole get one more try. */
  #rejectObject(at: number): void {
    let lineEnd = this.#lineEndFrom(this.#objectStart);
    while (lineEnd < at) {
      this.#line.endRejected(lineEnd, this.#maxFrameBytes);
      this.#line.begin(lineEnd + 1);
      lineEnd = this.#lineEndFrom(lineEnd + 1);
    }
    this.#mode = 'text';
    this.#next = at;
    if (at - this.#line.textStart > this.#maxFrameBytes) this.#beginOversized(this.#line.textStart);
  }

  /** Where a text or an object began, it has no end within the bound. */
  #beginOversized(start: number): void {
    this.#line.pushTextBefore(start);
    this.#mode = 'oversized';
    this.#oversizedOffset = this.#window.offset + start;
  }

  /** The first line end at or behind `from`, or the end of the window. Asked for ever higher places, looks at a byte once. */
  #lineEndFrom(from: number): number {
    if (this.#lineEnd < from) {
      const found = this.#window.bytes.indexOf(LF, from);
      this.#lineEnd = found < 0 ? this.#window.bytes.length : found;
      this.#workBytes += this.#lineEnd - from;
    }
    return this.#lineEnd;
  }
}
