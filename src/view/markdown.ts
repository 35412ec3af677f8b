/**
 * Events → a readable document in Markdown, to be appended as they come. What the agent and the user wrote stands in code
 * spans and indented code blocks, where every line is indented: nothing in it can end the block or mean anything else. No
 * lists are used, since an indented block after a list item would be a part of it.
 */
import type {OneshotEvent, RunStarted, SessionResumed, SessionStarted, Verdict} from '../event.ts';
import {oneLine, stripControl} from '../text.ts';
import {type Piece, Transcript} from './transcript.ts';

/** Longest line that is held until it ends, and longest code span, in characters. */
const MAX_LINE_CHARS = 64 * 1024;
const MAX_SPAN_CHARS = 2000;

export class MarkdownLog {
  readonly #transcript = new Transcript({verbosity: 'normal', agentOutput: true});
  #isProgram = false;
  /** Whether the last line written is one of a block of words. */
  #inWords = false;
  /** Words whose line has not ended. */
  #open = '';

  /** Whole lines, to be appended; empty where there is nothing to say yet. */
  add(event: OneshotEvent): string {
    const pieces = this.#transcript.pieces(event);
    switch (event.type) {
      case 'session_started':
        this.#isProgram = event.task === null;
        return this.#paragraphs(sessionParts(event));
      case 'session_resumed':
        return this.#paragraphs(resumedParts(event));
      case 'iteration_started':
        return this.#paragraphs([`## Iteration ${event.iteration} of ${event.maxIterations}`]);
      case 'run_started':
        return this.#paragraphs(runParts(event, this.#isProgram));
      case 'verdict':
        return this.#paragraphs(verdictParts(event));
      case 'session_finished':
        return this.#paragraphs([`## Ended: ${event.ending}`, block(event.reason)]);
      case 'unparsed':
        return event.reason === 'text' ? this.#lines(pieces) : this.#pieces(pieces);
      default:
        return this.#pieces(pieces);
    }
  }

  /** The last line, where it has no end yet. */
  end(): string {
    const open = this.#closeLine();
    this.#inWords = false;
    return open;
  }

  #paragraphs(parts: readonly string[]): string {
    return `${this.end()}${parts.map((part) => `\n${part}\n`).join('')}`;
  }

  #pieces(pieces: readonly Piece[]): string {
    return pieces.map((piece) => this.#piece(piece)).join('');
  }

  #piece(piece: Piece): string {
    if (piece.kind === 'break') return this.end();
    if (piece.kind === 'text') return this.#words(piece.text);
    return this.#paragraphs([codeSpan(piece.text)]);
  }

  /** What a program printed stays together. */
  #lines(pieces: readonly Piece[]): string {
    const printed = pieces.filter((piece) => piece.kind === 'line');
    return printed.map(({text}) => this.#words(`${text}\n`)).join('');
  }

  #words(text: string): string {
    const lines = `${this.#open}${text}`.split('\n');
    const rest = lines.pop()!;
    const isLong = rest.length > MAX_LINE_CHARS;
    this.#open = isLong ? '' : rest;
    return this.#block(isLong ? [...lines, rest] : lines);
  }

  #closeLine(): string {
    if (this.#open === '') return '';
    const open = this.#open;
    this.#open = '';
    return this.#block([open]);
  }

  #block(lines: readonly string[]): string {
    if (lines.length === 0) return '';
    const begin = this.#inWords ? '' : '\n';
    this.#inWords = true;
    return `${begin}${indented(lines)}\n`;
  }
}

function sessionParts({session, at, task, cwd, oneshotVersion}: SessionStarted & OneshotEvent): string[] {
  const where = `Began ${timeText(at)} in ${codeSpan(cwd)}, recorded by oneshot ${codeSpan(oneshotVersion)}.`;
  const asked = task === null ? [] : ['Task:', block(task)];
  return [`# Session ${codeSpan(session)}`, where, ...asked];
}

function resumedParts({at, from, instructions}: SessionResumed & OneshotEvent): string[] {
  const added = instructions === null ? [] : ['Added to the task:', block(instructions)];
  return ['## Resumed', `${timeText(at)}: ${codeSpan(from)}`, ...added];
}

function runParts(event: RunStarted & OneshotEvent, isProgram: boolean): string[] {
  const {role, executor, agentVersion, model, permissionMode, transport, argv} = event;
  if (isProgram) return [`## Program`, codeSpan(argv.join(' '))];
  const agent = [executor, agentVersion].filter(Boolean).join(' ');
  const facts = [model, `permission mode ${permissionMode}`, transport].filter(Boolean).join(', ');
  if (role === 'check') return ['### Check', codeSpan(argv.at(-1) ?? '')];
  return [role === 'auditor' ? '### Auditor' : '### Worker', codeSpan(`${agent}, ${facts}`)];
}

function verdictParts({verdict, reason, feedback}: Verdict): string[] {
  const said = feedback === null ? [] : ['Feedback:', block(feedback)];
  return [`### Verdict: ${verdict ?? 'unclear'}`, block(reason), ...said];
}

/** `2026-11-25 15:12:27 UTC` */
function timeText(at: number): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime())
    ? 'at an unknown time'
    : `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function block(text: string): string {
  const lines = stripControl(text).trim().split('\n');
  return lines.join('') === '' ? '(nothing)' : indented(lines);
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => (line.trim() === '' ? '' : `    ${line}`)).join('\n');
}

/** On one line, between more backticks than there are in it. */
function codeSpan(text: string): string {
  const line = oneLine(text, MAX_SPAN_CHARS);
  if (line === '') return '(nothing)';
  const runs = line.match(/`+/g) ?? [];
  const marks = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = runs.length > 0 ? ' ' : '';
  return `${marks}${space}${line}${space}${marks}`;
}
