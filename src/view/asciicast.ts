/**
 * Events → what the terminal view showed, as asciicast v3 (docs.asciinema.org/manual/asciicast/v3): a header line, then
 * `[seconds since the line before, "o", what was written]`. The view is played on a clock of its own, which stands where the
 * events were recorded. Time between the end of a session and its resumption is left out, and so is what is
 * more than an hour between two events.
 */
import {Writable} from 'node:stream';
import type {Clock} from '../clock.ts';
import type {OneshotEvent} from '../event.ts';
import {oneLine} from '../text.ts';
import {createTerminalView, type TerminalView} from './terminal.ts';

export interface CastOptions {
  /** Of the terminal; a log does not tell how large the real one was. */
  columns: number;
  rows: number;
}

/** How much is played at once: after it, what was written is handed on. */
const STEP_MS = 60_000;

/** Longest time between two events that is played. */
const MAX_GAP_MS = 3_600_000;

/** Time between a session and its resumption. */
const PAUSE_MS = 1000;

const MAX_TITLE_CHARS = 200;

/** Lines with their ends. */
export async function* asciicast(
  events: AsyncIterable<OneshotEvent>,
  options: CastOptions,
): AsyncGenerator<string, void, undefined> {
  const clock = new PlayedClock();
  const terminal = new CastTerminal(clock, options);
  let view: TerminalView | null = null;
  let lastAt: number | null = null;
  for await (const event of events) {
    if (lastAt === null) yield headerOf(event, options);
    if (event.type === 'session_resumed') view = finished(view);
    const gapMs = event.at - (lastAt ?? event.at);
    for (let leftMs = Math.min(gapMs, view ? MAX_GAP_MS : PAUSE_MS); leftMs > 0; leftMs -= STEP_MS) {
      clock.advance(Math.min(leftMs, STEP_MS));
      yield* terminal.taken();
    }
    lastAt = event.at;
    view ??= await openView(terminal, clock);
    view.view(event);
    if (event.type === 'session_finished') view = finished(view);
    yield* terminal.taken();
  }
  finished(view);
  yield* terminal.taken();
}

function finished(view: TerminalView | null): null {
  view?.finish();
  return null;
}

function openView(out: CastTerminal, clock: Clock): Promise<TerminalView> {
  return createTerminalView({out, color: true, live: true, clock, verbosity: 'normal', agentOutput: true});
}

function headerOf(first: OneshotEvent, {columns, rows}: CastOptions): string {
  const task = first.type === 'session_started' ? first.task : null;
  const header = {
    version: 3,
    term: {cols: columns, rows, type: 'xterm-256color'},
    timestamp: Math.floor(first.at / 1000),
    title: oneLine(task ?? `oneshot session ${first.session}`, MAX_TITLE_CHARS),
  };
  return `${JSON.stringify(header)}\n`;
}

/** Holds what is written to it, with the time, until it is taken. */
class CastTerminal extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  readonly #clock: Clock;
  #lines: string[] = [];
  #lastMs = 0;

  constructor(clock: Clock, {columns, rows}: CastOptions) {
    super({decodeStrings: false});
    this.#clock = clock;
    this.columns = columns;
    this.rows = rows;
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    const nowMs = this.#clock.monotonicMs();
    const seconds = Math.round(nowMs - this.#lastMs) / 1000;
    // As the terminal driver does it.
    this.#lines.push(`${JSON.stringify([seconds, 'o', text.replaceAll('\n', '\r\n')])}\n`);
    this.#lastMs = nowMs;
    done();
  }

  taken(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}

/** A clock that stands still but for `advance`. It has one timer, as the view sets no more than one at a time. */
class PlayedClock implements Clock {
  #ms = 0;
  #timer: {dueMs: number; fire: () => void} | null = null;

  now(): number {
    return this.#ms;
  }

  monotonicMs(): number {
    return this.now();
  }

  after(ms: number, fire: () => void): () => void {
    this.#timer = {dueMs: this.#ms + ms, fire};
    return () => {
      this.#timer = null;
    };
  }

  advance(ms: number): void {
    const endMs = this.#ms + ms;
    while (this.#timer && this.#timer.dueMs <= endMs) {
      const {dueMs, fire} = this.#timer;
      this.#timer = null;
      this.#ms = dueMs;
      fire();
    }
    this.#ms = endMs;
  }
}
