/** Many sessions at once for people, on stderr: a live line for each that runs, and lines of their own for what happened. */
import {NO_USAGE, type OneshotEvent} from '../event.ts';
import {oneLine} from '../text.ts';
import {duration, usageParts} from './format.ts';
import type {Screen} from './screen.ts';
import {Status} from './status.ts';
import type {Style} from './style.ts';
import {columnsOf, createScreen, neverThrowing, type ScreenOptions, type TerminalView} from './terminal.ts';
import {type Piece, Transcript, type Verbosity} from './transcript.ts';

export interface BatchViewOptions extends ScreenOptions {
  verbosity: Verbosity;
  /** Tasks altogether. */
  total: number;
}

/** A task, for people. */
export interface TaskName {
  /** Its line in the file. */
  line: number;
  id: string | null;
  task: string;
}

export interface TaskEnd {
  /** An `Ending`, or what stands in for one. */
  ending: string;
  isGood: boolean;
  iterations: number;
  /** null: not known. */
  durationMs: number | null;
  costUsd: number | null;
  session: string | null;
  /** What a person should know of it; null: it has been said. */
  why: string | null;
}

const MAX_TASK_CHARS = 60;
const MAX_WHY_CHARS = 500;

export class BatchView {
  readonly #options: BatchViewOptions;
  readonly #running = new Map<TaskName, Status>();
  readonly #endings = new Map<string, number>();
  #screen!: Screen;
  #done = 0;

  private constructor(options: BatchViewOptions) {
    this.#options = options;
  }

  static async create(options: BatchViewOptions): Promise<BatchView> {
    const view = new BatchView(options);
    view.#screen = await createScreen(options, () => view.#statusLines());
    return view;
  }

  /** What is seen of one task. */
  open(task: TaskName): TerminalView {
    const {clock, verbosity} = this.#options;
    const status = new Status(clock.monotonicMs());
    const transcript = new Transcript({verbosity: shownOf(verbosity), agentOutput: true});
    const lines = new LabelledLines(labelOf(task));
    this.#running.set(task, status);
    this.say(task, oneLine(task.task, MAX_TASK_CHARS), 'bold');
    return {
      view: neverThrowing((event) => {
        status.see(event, clock.monotonicMs());
        const own = verbosity === 'normal' ? ownPieces(event) : [];
        this.#screen.show(lines.of([...transcript.pieces(event), ...own]));
      }),
      finish: () => {
        this.#screen.show(lines.of([{kind: 'break'}]));
        this.#running.delete(task);
      },
    };
  }

  ended(task: TaskName, end: TaskEnd): void {
    this.#done++;
    this.#endings.set(end.ending, (this.#endings.get(end.ending) ?? 0) + 1);
    if (end.isGood && this.#options.verbosity === 'quiet') return;
    const style = end.isGood ? 'green' : 'red';
    this.#screen.show([{kind: 'line', text: `${labelOf(task)} ${endText(end)}`, style, urgent: true}]);
  }

  /** `3 of 12 tasks: 2 verified, 1 failed`. */
  counts(): string {
    const endings = [...this.#endings].map(([ending, count]) => `${count} ${ending}`).join(', ');
    return `${this.#done} of ${this.#options.total} tasks${endings && `: ${endings}`}`;
  }

  finish(): void {
    this.#screen.finish();
  }

  /** A line about one task. */
  say(task: TaskName, text: string, style: Style = 'plain'): void {
    if (this.#options.verbosity !== 'quiet') this.#show(task, text, style);
  }

  /** The same of something that went wrong. */
  warn(task: TaskName, text: string): void {
    this.#show(task, text, 'red');
  }

  #show(task: TaskName, text: string, style: Style): void {
    this.#screen.show([{kind: 'line', text: `${labelOf(task)} ${text}`, style}]);
  }

  /** As many as the terminal has room for. */
  #statusLines(): string {
    const {out, clock} = this.#options;
    const columns = columnsOf(out) - 1;
    const room = Math.max(1, (out.rows || 24) - 3);
    const tasks = [...this.#running];
    const shown = tasks.slice(0, tasks.length > room ? room - 1 : room);
    const lines = shown.map(([task, status]) => {
      const label = labelOf(task);
      return `${label} ${status.line(clock.monotonicMs(), columns - label.length - 1)}`;
    });
    if (tasks.length > shown.length) lines.push(`and ${tasks.length - shown.length} more at work`);
    return [...lines, oneLine(this.counts(), columns)].join('\n');
  }
}

/** The words of many agents at once are for those who ask for them. */
function shownOf(verbosity: Verbosity): Verbosity {
  return verbosity === 'normal' ? 'quiet' : verbosity;
}

const MAX_LABEL_CHARS = 24;

function labelOf({line, id}: TaskName): string {
  return `[${oneLine(id === null ? String(line) : `${line} ${id}`, MAX_LABEL_CHARS)}]`;
}

/** What is worth a line without the words of the agents. */
function ownPieces(event: OneshotEvent): Piece[] {
  if (event.type !== 'verdict' || event.verdict !== 'RETRY') return [];
  const text = `verdict RETRY: ${oneLine(event.reason, MAX_WHY_CHARS)}`;
  return [{kind: 'line', text, style: 'yellow'}];
}

function endText({ending, iterations, durationMs, costUsd, session, why}: TaskEnd): string {
  const facts = [
    iterations > 1 ? `after ${iterations} iterations` : '',
    durationMs === null ? '' : duration(durationMs),
    ...usageParts({...NO_USAGE, costUsd}),
    session === null ? '' : `session ${session}`,
  ].filter((fact) => fact !== '');
  const what = [ending, ...facts].join(', ');
  return why === null ? what : `${what}: ${oneLine(why, MAX_WHY_CHARS)}`;
}

/** Makes pieces whole lines that say whose they are. */
class LabelledLines {
  readonly #label: string;
  #open = '';

  constructor(label: string) {
    this.#label = label;
  }

  of(pieces: readonly Piece[]): Piece[] {
    return pieces.flatMap((piece) => this.#of(piece));
  }

  #of(piece: Piece): Piece[] {
    if (piece.kind !== 'text') {
      const open = this.#takeOpen();
      return piece.kind === 'break' ? open : [...open, ...this.#lines(piece.text.split('\n'), piece)];
    }
    const lines = (this.#open + piece.text).split('\n');
    this.#open = lines.pop() ?? '';
    if (this.#open.length > MAX_OPEN_CHARS) lines.push(...this.#takeOpenText());
    return this.#lines(lines, {style: piece.style});
  }

  #lines(lines: readonly string[], {style, urgent}: {style: Style; urgent?: true}): Piece[] {
    return lines.map((line) => ({
      kind: 'line',
      text: `${this.#label} ${line}`,
      style,
      ...(urgent && {urgent}),
    }));
  }

  #takeOpen(): Piece[] {
    return this.#lines(this.#takeOpenText(), {style: 'plain'});
  }

  #takeOpenText(): string[] {
    const open = this.#open;
    this.#open = '';
    return open === '' ? [] : [open];
  }
}

/** A line without an end is shown in pieces. */
const MAX_OPEN_CHARS = 4096;
