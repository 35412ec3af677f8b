/** `--session-log`: the readable log of a session in a file, written as it goes. */
import {closeSync, fstatSync, openSync, writeSync} from 'node:fs';
import type {Writable} from 'node:stream';
import {messageOf, OneshotError} from '../error.ts';
import type {View} from '../session/log.ts';
import {MarkdownLog} from '../view/markdown.ts';
import {problemLine} from '../view/problem.ts';
import {shown} from './option-values.ts';

export interface ReadableLog {
  /** Appends what the event has to say, in whole lines. */
  view: View;
  close(): void;
}

/**
 * A file that cannot be written to any more ends this log, with a line on `stderr`, and nothing else: the session's own
 * log is another.
 * @throws OneshotError INVALID_OPTION when the file cannot be opened
 */
export function openReadableLog(path: string, stderr: Writable): ReadableLog {
  const log = new MarkdownLog();
  let fd: number | null = openForAppend(path);
  let isBeginning = isEmpty(fd);
  const append = (text: string) => {
    if (fd === null || text === '') return;
    try {
      writeWhole(fd, Buffer.from(isBeginning ? text.replace(/^\n/, '') : text));
      isBeginning = false;
    } catch (error) {
      closeSync(fd);
      fd = null;
      const message = `the readable log ${path} could not be written: ${messageOf(error)}`;
      stderr.write(
        `${problemLine('OUTPUT_FAILED', message, 'It is over; oneshot export --format md gives all of it.')}\n`,
      );
    }
  };
  return {
    view: (event) => append(log.add(event)),
    close() {
      append(log.end());
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}

function openForAppend(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    const message = `--session-log ${shown(path)} cannot be written: ${messageOf(cause)}`;
    throw new OneshotError('INVALID_OPTION', message, 'Give it a file that can be.', {cause});
  }
}

function isEmpty(fd: number): boolean {
  return fstatSync(fd).size === 0;
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
