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

export interface TerminalOptions extends TranscriptOptions {
  out: TerminalStream;
  color: boolean;
  /** A status line at the foot of the terminal. */
  live: boolean;
  clock: Clock;
}

export interface TerminalView {
  view: View;
  /** Ends the last line and takes the status line away. */
  finish(): void;
}

export async function createTerminalView(options: TerminalOptions): Promise<TerminalView> {
  const {clock} = options;
  const transcript = new Transcript(options);
  const status = new Status(clock.monotonicMs());
  const screen = await createScreen(options, status);
  const show = (event: OneshotEvent) => {
    status.see(event, clock.monotonicMs());
    screen.show(transcript.pieces(event));
  };
  return {view: neverThrowing(show), finish: () => screen.finish()};
}

/** The library that redraws is loaded for terminals only. */
async function createScreen({out, color, live, clock}: TerminalOptions, status: Status): Promise<Screen> {
  const writer = new BoundedWriter(out);
  const paint = painter(color);
  if (!live) return new PlainScreen(writer, paint);
  const {LiveScreen} = await import('./live-screen.ts');
  const size = () => ({columns: out.columns || 80, rows: out.rows || 24});
  const line = () => paint('dim', status.line(clock.monotonicMs(), size().columns - 1));
  return new LiveScreen({out: writer, size, paint, clock, status: line});
}

/** A view that fails is a view that is over; the run and its log are not. */
function neverThrowing(view: View): View {
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
