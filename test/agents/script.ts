/** What the scripted model says: turns, their pieces and their faults. Wire formats are in `anthropic.ts` and `openai.ts`. */

/** A piece of text, sent in one chunk: at once, or `after` so many ms or once a condition holds. */
export type Piece = string | {text: string; after: Delay};

/** ms, or what to wait for. */
export type Delay = number | (() => Promise<unknown>);

export interface ToolUse {
  name: string;
  input: Record<string, unknown>;
  /** In how many pieces the input's JSON is sent. @default 1 */
  pieces?: number;
}

/** One answer of the model. What is absent is not sent. */
export interface Turn {
  thinking?: readonly Piece[];
  text?: readonly Piece[];
  tools?: readonly ToolUse[];
  /** @default 100 input and 20 output tokens */
  usage?: {inputTokens: number; outputTokens: number};
  /** Time before the answer's headers, ms. @default 0 */
  afterMs?: number;
  /** After this many pieces of the answer the connection is dropped, or nothing more is sent. */
  cut?: {afterPieces: number; how: 'drop' | 'hang'};
}

/** An HTTP error instead of an answer. */
export interface Refusal {
  status: number;
  message: string;
  /** Value of the retry-after header, s. */
  retryAfterS?: number;
}

/** The request is read and never answered. */
export interface Silence {
  silence: true;
}

export type Answer = Turn | Refusal | Silence;

/** One entry per request of the main conversation, in order; or a function of the request and its index from 0. */
export type Script = readonly Answer[] | ((request: ModelRequest, index: number) => Answer);

/** A request as the server saw it. */
export interface ModelRequest {
  api: 'anthropic' | 'openai';
  model: string;
  /** False for side requests (titles, quota checks …), which get a harmless answer and consume no script. */
  main: boolean;
  /** Text blocks of all system and developer messages. */
  systemTexts: string[];
  /** Text blocks of all user messages, oldest first. */
  userTexts: string[];
  /** Results of tool calls, oldest first. */
  toolResults: string[];
  toolNames: string[];
  stream: boolean;
  headers: Record<string, string | string[] | undefined>;
  /** ms since the epoch. */
  at: number;
  /** What was sent, with the time of each write, ms since the epoch (fractions kept). */
  sent: {at: number; text: string}[];
}

export const refusal = (status: number, message = `scripted ${status}`): Refusal => ({status, message});

/** The answer that a side request, or a request after the end of a script, gets. */
export const HARMLESS: Turn = {text: ['ok'], usage: {inputTokens: 1, outputTokens: 1}};

export function pieceText(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece.text;
}

export function pieceDelay(piece: Piece): Delay {
  return typeof piece === 'string' ? 0 : piece.after;
}

/** The JSON of a tool's input, in as many parts as asked for. */
export function inputPieces(tool: ToolUse): string[] {
  const json = JSON.stringify(tool.input);
  const size = Math.ceil(json.length / (tool.pieces ?? 1));
  return Array.from({length: Math.ceil(json.length / size)}, (_, i) => json.slice(i * size, (i + 1) * size));
}

/** One write to the connection. */
export interface Step {
  after: Delay;
  data: string;
  /** Whether it carries a piece of the answer; `Turn.cut` counts these. */
  piece: boolean;
}
