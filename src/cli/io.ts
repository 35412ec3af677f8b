/** The standard streams and the surroundings of the process: nothing else in the project reads or writes them. */
import type {EventEmitter} from 'node:events';
import {closeSync} from 'node:fs';
import {extname} from 'node:path';
import type {Readable} from 'node:stream';
import {isatty} from 'node:tty';
import {fileURLToPath} from 'node:url';
import {type Clock, systemClock} from '../clock.ts';
import type {Environment} from '../executor/executor.ts';
import type {TerminalStream} from '../view/terminal.ts';

export interface Io {
  env: Environment;
  /** Absolute. */
  cwd: string;
  stdin: Readable;
  stdout: TerminalStream;
  stderr: TerminalStream;
  /** Where signals arrive. */
  signals: EventEmitter;
  clock: Clock;
  /** Path of another program of ours, which lies beside `main`. */
  companion(name: 'demo-agent' | 'guard'): string;
}

/** `program`: where `main` lies. */
export function processIo(program: URL): Io {
  const {env, stdout, stderr} = process;
  for (const stream of [stdout, stderr]) prepare(stream);
  return {
    env: {...env},
    cwd: process.cwd(),
    // Opened on first use only: a stdin that is looked at is switched to non-blocking mode.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    signals: process,
    clock: systemClock,
    companion: (name) => fileURLToPath(new URL(`./${name}${extname(program.pathname)}`, program)),
  };
}

/**
 * A reader that goes away must not end us: writes report that themselves. And a terminal held with Ctrl-S must not stop
 * the event loop: Node writes to terminals in blocking mode by default.
 */
function prepare(stream: NodeJS.WriteStream): void {
  stream.on('error', () => {});
  if (!stream.isTTY) return;
  const {_handle} = stream as {_handle?: {setBlocking?: (blocking: boolean) => void}};
  _handle?.setBlocking?.(false);
}

const STANDARD_DESCRIPTORS = [0, 1, 2];

/**
 * Call it at the start, and what it returns just before the exit. Node restores the modes of its terminals when it exits
 * and aborts where that fails, as it does once a terminal is gone; it leaves descriptors alone that are closed.
 */
export function watchTerminals(): () => void {
  const terminals = STANDARD_DESCRIPTORS.filter((fd) => isatty(fd));
  return () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  };
}

/** How long a terminal that takes nothing may hold up the exit. */
const STDERR_LIMIT_MS = 1000;

/** Settles when stderr has taken what was written to it, or will not. */
export function stderrSettled({stderr, clock}: Io): Promise<void> {
  return new Promise((settle) => {
    if (stderr.writableLength === 0) return settle();
    const cancel = clock.after(STDERR_LIMIT_MS, settle);
    stderr.write('', () => {
      cancel();
      settle();
    });
  });
}
