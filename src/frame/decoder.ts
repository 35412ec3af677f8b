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
import type {Frame} from './frame.ts';
import {MAX_DEPTH, ObjectScanner} from './scanner.ts';
import {ByteWindow} from './window.ts';

export interface FrameDecoderOptions {
  /** Bound for one unfinished frame, bytes; at most V8's longest string (512 MiB). @default 64 MiB */
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
  return new Decoder(options.maxFrameBytes ?? 64 * 1024 * 1024, options.baseOffset ?? 0);
}

/** A larger chunk is taken in pieces, so that memory stays bounded. */
const PIECE_BYTES = 1024 * 1024;
/** A line this short cannot be too deep, so `JSON.parse` alone can judge it. */
const FAST_LINE_BYTES = 2 * MAX_DEPTH;
const BOM = [0xef, 0xbb, 0xbf];
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** `start`: a BOM may come. `text`: outside of objects. `object`: inside of one. `oversized`: skipping to the line end. */
type Mode = 'start' | 'text' | 'object' | 'oversized';

class Decoder implements FrameDecoder {
  readonly #maxFrameBytes: number;
  readonly #window: ByteWindow;
  readonly #scanner = new ObjectScanner();
  #frames: Frame[] = [];
  #mode: Mode = 'start';
  /** The next byte to look at. This and the next three are indexes in the window. */
  #next = 0;
  /** Where the text began that is not yet in a frame: at the start of its line or behind a frame. */
  #textStart = 0;
  #objectStart = 0;
  /** First line end found at or behind the place last asked for; -1: not looked for yet. */
  #lineEnd = -1;
  /** An object (or an oversized frame) came before on this line, so that blanks are no text. */
  #besideObject = false;
  /** The oversized frame so far, its bytes being gone: where it began, and whether its last byte is a CR. */
  #oversizedOffset = 0;
  #oversizedEndsInCr = false;
  #workBytes = 0;

  constructor(maxFrameBytes: number, baseOffset: number) {
    this.#maxFrameBytes = Math.min(Math.max(maxFrameBytes, 1), constants.MAX_STRING_LENGTH);
    this.#window = new ByteWindow(baseOffset);
  }
