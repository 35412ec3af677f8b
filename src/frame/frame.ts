/**
 * One JSON object, one line of text, or a piece too large to hold. `offset` and `length` are bytes in the stream.
 * Frames depend on the bytes alone, never on how they were cut into chunks.
 */
export type Frame = JsonFrame | TextFrame | OversizedFrame;

/** Default bound for one frame held in memory, bytes. */
export const DEFAULT_MAX_FRAME_BYTES = 64 * 1024 * 1024;

export interface JsonFrame {
  kind: 'json';
  value: Record<string, unknown>;
  /** The exact source text of `value`. */
  source: string;
  offset: number;
  length: number;
}

export interface TextFrame {
  kind: 'text';
  /** The text without its line end; control sequences are kept. Invalid UTF-8 is replaced by U+FFFD. */
  text: string;
  /** Whether a line end followed the text at once (it is counted in `length`). */
  lineEnd: boolean;
  offset: number;
  length: number;
}

export interface OversizedFrame {
  kind: 'oversized';
  offset: number;
  length: number;
}
