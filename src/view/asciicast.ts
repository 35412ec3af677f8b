/**
 * Events → what the terminal view showed, as asciicast v3 (docs.asciinema.org/manual/asciicast/v3): a header line, then
 * `[seconds since the line before, "o", what was written]`. The view is played on a clock of its own, which stands where the
 * events were recorded. Time between the end of a session and its resumption is left out, and so is what is
 * more than an hour between two events.
 */
import {Writable} from 'node:stream';
import type {Clock} from '../clock.ts';
import type {OneshotEvent, TerminalSize} from '../event.ts';
import {oneLine} from '../text.ts';
import {createTerminalView, type TerminalView} from './terminal.ts';

/** How much is played at once: after it, what was written is handed on. */
const STEP_MS = 60_000;

/** Longest time between two events that is played. */
const MAX_GAP_MS = 3_600_000;

/** Time between a session and its resumption. */
const PAUSE_MS = 1000;

const MAX_TITLE_CHARS = 200;

/** Lines with their ends. `usual`: the size of the terminal where the log tells of none. */
export async function* asciicast(
  events: AsyncIterable<OneshotEvent>,
  usual: TerminalSize,
): AsyncGenerator<string, void, undefined> {
  const clock = new PlayedClock();
  const terminal = new CastTerminal(clock, usual);
  let view: TerminalView | null = null;
  let lastAt: number | null = null;
  for await (const event of events) {
    const size = terminalOf(event);
    if (lastAt === null) {
      terminal.size = size ?? usual;
      yield headerOf(event, terminal.size);
    }
    if (event.type === 'session_resumed') view = finished(view);
    const gapMs = event.at - (lastAt ?? event.at);
    for (let leftMs = Math.min(gapMs, view ? MAX_GAP_MS : PAUSE_MS); leftMs > 0; leftMs -= STEP_MS) {
      clock.advance(Math.min(leftMs, STEP_MS));
      yield* terminal.taken();
    }
    lastAt = event.at;
    if (size) terminal.resize(size);
    if (event.type === 'terminal_resized') continue;
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

/** The terminal that an event tells of, or null. */
function terminalOf(event: OneshotEvent): TerminalSize | null {
  const {terminal}: {terminal?: TerminalSize | undefined; type: string} = event;
  return terminal ?? null;
}

function headerOf(first: OneshotEvent, {columns, rows}: TerminalSize): string {
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
  /** As it is now. */
  size: TerminalSize;
  readonly #clock: Clock;
  #lines: string[] = [];
  #lastMs = 0;

  constructor(clock: Clock, size: TerminalSize) {
    super({decodeStrings: false});
    this.#clock = clock;
    this.size = size;
  }

  get columns(): number {
    return this.size.columns;
  }

  get rows(): number {
    return this.size.rows;
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    // As the terminal driver does it.
    this.#add('o', text.replaceAll('\n', '\r\n'));
    done();
  }

  /** Another terminal goes on. */
  resize(size: TerminalSize): void {
    const {columns, rows} = size;
    if (columns === this.columns && rows === this.rows) return;
    this.size = size;
    this.#add('r', `${columns}x${rows}`);
  }

  #add(kind: 'o' | 'r', data: string): void {
    const nowMs = this.#clock.monotonicMs();
    const seconds = Math.round(nowMs - this.#lastMs) / 1000;
    this.#lines.push(`${JSON.stringify([seconds, kind, data])}\n`);
    this.#lastMs = nowMs;
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
