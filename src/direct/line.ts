/**
 * What the direct program says on stdout, one JSON object a line; docs/direct-executor.md describes them. `end` is the last
 * line, unless the program was stopped.
 */
import type {Usage} from '../event.ts';

/** Before the first request. */
export interface StartLine {
  type: 'start';
  model: string;
  /** Scheme, host and port. */
  endpoint: string;
}

/** An answer begins; what the server says of itself. */
export interface ResponseLine {
  type: 'response';
  id: string;
  model: string | null;
}

/** A piece of the answer, or of the reasoning before it. */
export interface WordsLine {
  type: 'text' | 'reasoning';
  text: string;
}

/** Totals so far, all attempts together. */
export interface UsageLine extends Usage {
  type: 'usage';
}

/** A request failed; the next one follows after `delayMs`. */
export interface RetryLine {
  type: 'retry';
  /** Which retry comes, from 1. */
  attempt: number;
  maxAttempts: number;
  delayMs: number;
  /** HTTP status, or null where there was none. */
  status: number | null;
  error: string;
}

/** Something to know that ends nothing. */
export interface NoteLine {
  type: 'note';
  text: string;
}

export interface EndLine {
  type: 'end';
  ok: boolean;
  /** One line for a person. */
  reason: string;
  finishReason: string | null;
  /** All of the answer that came; null where nothing did. */
  text: string | null;
}

export type Line = StartLine | ResponseLine | WordsLine | UsageLine | RetryLine | NoteLine | EndLine;

export type Tell = (line: Line) => void;
