/** Reads the events of a recorded session, also of one that still runs or whose oneshot was killed. */
import {createReadStream} from 'node:fs';
import {join} from 'node:path';
import {messageOf, OneshotError} from '../error.ts';
import type {OneshotEvent} from '../event.ts';
import {Lines} from './lines.ts';

/** What could not be read; complete once the events are read to their end. */
export interface ReadGaps {
  /** The last line has no end: it is being written, or was when oneshot died. */
  torn: boolean;
  /** Lines that are no event, or longer than `maxLineBytes`. */
  skippedLines: number;
}

export interface ReadEventsOptions {
  /** Longest line held in memory. @default 64 MiB */
  maxLineBytes?: number;
  gaps?: ReadGaps;
}

/**
 * The events of the session folder `dir` in order, read line by line; what cannot be read is left out and told in `gaps`.
 * @throws OneshotError UNREADABLE_FILE
 */
export async function* readEvents(
  dir: string,
  {maxLineBytes = 64 * 1024 * 1024, gaps = noGaps()}: ReadEventsOptions = {},
): AsyncGenerator<OneshotEvent, void, undefined> {
  const path = eventsPath(dir);
  const lines = new Lines(maxLineBytes);
  try {
    for await (const chunk of createReadStream(path)) {
      for (const line of lines.feed(chunk as Buffer)) {
        const event = line && eventIn(line);
        if (event) yield event;
        else gaps.skippedLines++;
      }
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  gaps.torn = lines.isOpen();
}

export function noGaps(): ReadGaps {
  return {torn: false, skippedLines: 0};
}

function eventIn(line: Buffer): OneshotEvent | null {
  try {
    const value = JSON.parse(line.toString()) as OneshotEvent | null;
    return typeof value?.type === 'string' ? value : null;
  } catch {
    return null;
  }
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
