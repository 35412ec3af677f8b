/** The view for people, on stderr. It never throws and never holds the run up. */
import type {Writable} from 'node:stream';
import type {Clock} from '../clock.ts';
import type {OneshotEvent} from '../event.ts';
import type {View} from '../session/log.ts';
import {BoundedWriter} from './bounded-writer.ts';
import {PlainScreen, type Screen} from './screen.ts';
import {Status} from './status.ts';
import {painter} from './style.ts';
import {Transcript, type TranscriptOptions} from './transcript.ts';

/** A stream that may be a terminal. */
export type TerminalStream = Writable & {isTTY?: boolean; columns?: number; rows?: number};

export interface ScreenOptions {
  out: TerminalStream;
  color: boolean;
  /** A status line at the foot of the terminal. */
  live: boolean;
  clock: Clock;
}

export interface TerminalOptions extends TranscriptOptions, ScreenOptions {
  /** What the status line counts its times by, for a session that is shown later. @default the clock, as it is shown */
  times?: StatusTimes;
}

/** Times in ms, from any beginning. */
export interface StatusTimes {
  of(event: OneshotEvent): number;
  now(): number;
}

export interface TerminalView {
  view: View;
  /** Ends the last line and takes the status line away. */
  finish(): void;
}

export async function createTerminalView(options: TerminalOptions): Promise<TerminalView> {
  const {clock} = options;
  const transcript = new Transcript(options);
  const times = options.times ?? {of: () => clock.monotonicMs(), now: () => clock.monotonicMs()};
  const status = new Status(times.now());
  const screen = await createScreen(options, () => status.line(times.now(), columnsOf(options.out) - 1));
  const show = (event: OneshotEvent) => {
    status.see(event, times.of(event));
    screen.show(transcript.pieces(event));
  };
  return {view: neverThrowing(show), finish: () => screen.finish()};
}

/** `statusLine` may be several lines. The library that redraws is loaded for terminals only. */
export async function createScreen(
  {out, color, live, clock}: ScreenOptions,
  statusLine: () => string,
): Promise<Screen> {
  const writer = new BoundedWriter(out);
  const paint = painter(color);
  if (!live) return new PlainScreen(writer, paint);
  const {LiveScreen} = await import('./live-screen.ts');
  const size = () => ({columns: columnsOf(out), rows: out.rows || 24});
  return new LiveScreen({out: writer, size, paint, clock, status: () => paint('dim', statusLine())});
}

export const columnsOf = ({columns}: TerminalStream) => columns || 80;

/** A view that fails is a view that is over; the run and its log are not. */
export function neverThrowing(view: View): View {
  let failed = false;
  return (event) => {
    if (failed) return;
    try {
      view(event);
    } catch {
      failed = true;
    }
  };
}
