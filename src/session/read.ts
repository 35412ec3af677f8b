/** Reads the events of a recorded session, also of one that still runs or whose oneshot was killed. */
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {messageOf, OneshotError} from '../error.ts';
import {EVENT_VERSION, type OneshotEvent} from '../event.ts';
import {Lines} from './lines.ts';
import {isEvent} from './shape.ts';
import {readSnapshot} from './snapshot.ts';

/** What could not be read; complete once the events are read to their end. */
export interface ReadGaps {
  /** The last line has no end: it is being written, or was when oneshot died. */
  torn: boolean;
  /** Length of that line, bytes; 0 where there is none. */
  tornBytes: number;
  /** Lines that are no event of this session, or longer than `maxLineBytes`. */
  skippedLines: number;
  /** Events whose number is not the next one. Those with a number that has been before are left out. */
  misplacedLines: number;
  /** Bytes that `session.json` knows of and that are no longer there. */
  lostBytes: number;
}

/** Whether the log is not what was written: then nothing that it adds up to is certain. A torn line is no damage. */
export function isDamaged({skippedLines, misplacedLines, lostBytes}: ReadGaps): boolean {
  return skippedLines > 0 || misplacedLines > 0 || lostBytes > 0;
}

export interface ReadEventsOptions {
  /** Longest line held in memory. @default 64 MiB */
  maxLineBytes?: number;
  gaps?: ReadGaps;
}

/**
 * The events of the session folder `dir` in order, read line by line; what cannot be read is left out and told in `gaps`.
 * @throws OneshotError UNREADABLE_FILE; SESSION_UNSUPPORTED once there is an event of a newer format
 */
export async function* readEvents(
  dir: string,
  {maxLineBytes = 64 * 1024 * 1024, gaps = noGaps()}: ReadEventsOptions = {},
): AsyncGenerator<OneshotEvent, void, undefined> {
  const path = eventsPath(dir);
  // Before the log, which may grow meanwhile.
  const knownBytes = readSnapshot(dir)?.lineBytes ?? 0;
  const lines = new Lines(maxLineBytes);
  const order = new Order(dir, gaps);
  let bytes = 0;
  try {
    await requireFile(path);
    for await (const chunk of createReadStream(path)) {
      bytes += (chunk as Buffer).length;
      for (const line of lines.feed(chunk as Buffer)) {
        const event = order.next(line);
        if (event) yield event;
      }
    }
  } catch (cause) {
    throw cause instanceof OneshotError ? cause : unreadable(path, cause);
  }
  gaps.torn = lines.isOpen();
  gaps.tornBytes = lines.openBytes;
  gaps.lostBytes = Math.max(0, knownBytes - (bytes - gaps.tornBytes));
}

/** Something else, such as a pipe, might never come to its end. @throws Error that says what it is, or why nobody knows */
export async function requireFile(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) throw new Error('it is not a file');
}

export function noGaps(): ReadGaps {
  return {torn: false, tornBytes: 0, skippedLines: 0, misplacedLines: 0, lostBytes: 0};
}

/** Lets events through whose numbers grow, and counts the rest. */
export class Order {
  readonly #dir: string;
  readonly #gaps: ReadGaps;
  #session: string | null = null;
  #seq = 0;

  constructor(dir: string, gaps: ReadGaps) {
    this.#dir = dir;
    this.#gaps = gaps;
  }

  /** @throws OneshotError SESSION_UNSUPPORTED */
  next(line: Buffer | null): OneshotEvent | null {
    const event = line && valueIn(line);
    if (isNewer(event)) throw unsupported(this.#dir, event.v);
    if (!isEvent(event) || event.session !== (this.#session ?? event.session)) {
      this.#gaps.skippedLines++;
      return null;
    }
    this.#session = event.session;
    if (event.seq !== this.#seq + 1) this.#gaps.misplacedLines++;
    if (event.seq <= this.#seq) return null;
    this.#seq = event.seq;
    return event;
  }
}

function valueIn(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return null;
  }
}

function isNewer(value: unknown): value is {v: number} {
  const v = (value as {v?: unknown} | null)?.v;
  return Number.isInteger(v) && (v as number) > EVENT_VERSION;
}

function unsupported(dir: string, version: number): OneshotError {
  return new OneshotError(
    'SESSION_UNSUPPORTED',
    `the session ${basename(dir)} is in format ${version} of a newer oneshot; this one knows ${EVENT_VERSION}`,
    'Update oneshot.',
  );
}

/** The error for a file or folder that cannot be read. */
export function unreadable(path: string, cause: unknown): OneshotError {
  const message = `cannot read ${path}: ${messageOf(cause)}`;
  return new OneshotError('UNREADABLE_FILE', message, 'Check that it is there and yours to read.', {cause});
}

/** Path of the log in the session folder `dir`. */
export function eventsPath(dir: string): string {
  return join(dir, 'events.jsonl');
}
