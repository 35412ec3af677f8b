/** Frames cut out of the window: indexes in, `offset` and `length` out. UTF-8 is decoded here, on whole slices only. */
import type {JsonFrame, OversizedFrame, TextFrame} from './frame.ts';
import type {ByteWindow} from './window.ts';

const TAB = 0x09;
const CR = 0x0d;
const SPACE = 0x20;

/** The text from `from` to below `to`, with no line end behind it. */
export function textFrame(window: ByteWindow, from: number, to: number): TextFrame {
  const text = window.text(from, to);
  return {kind: 'text', text, lineEnd: false, offset: window.offset + from, length: to - from};
}

/** The text from `from` to the LF at `lineEnd`, which belongs to it. */
export function lineFrame(window: ByteWindow, from: number, lineEnd: number): TextFrame {
  const text = window.text(from, contentEnd(window.bytes, lineEnd));
  return {kind: 'text', text, lineEnd: true, offset: window.offset + from, length: lineEnd + 1 - from};
}

/** The object from `from` to below `to`, which is known to be JSON. */
export function objectFrame(window: ByteWindow, from: number, to: number): JsonFrame {
  const source = window.text(from, to);
  return {kind: 'json', value: JSON.parse(source), source, offset: window.offset + from, length: to - from};
}

/** The same where it is not known: undefined when it is no JSON. */
export function objectFrameIfJson(window: ByteWindow, from: number, to: number): JsonFrame | undefined {
  try {
    return objectFrame(window, from, to);
  } catch {
    return undefined;
  }
}

/** What began at `offset` in the stream, perhaps before the window, and ends below index `to`. */
export function oversizedFrame(window: ByteWindow, offset: number, to: number): OversizedFrame {
  return {kind: 'oversized', offset, length: window.offset + to - offset};
}

/** Where a line's content ends, given the index of its LF: the CR of a CRLF is no content. */
export function contentEnd(bytes: Uint8Array, lineEnd: number): number {
  return bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
}

/** The first index from `from` to below `to` that holds no blank (space, tab, CR), or `to`. */
export function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let index = from;
  while (index < to && (bytes[index] === SPACE || bytes[index] === TAB || bytes[index] === CR)) index++;
  return index;
}
