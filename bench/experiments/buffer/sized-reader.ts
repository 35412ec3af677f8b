/** A PTY as `src/transport/pty-source.ts` reads it, with a buffer of any size. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, readSync} from 'node:fs';
import type {OnReadOpts, SocketConstructorOpts} from 'node:net';
import {ReadStream} from 'node:tty';
import {openPty} from '../../../src/transport/openpty.ts';
import {type Stream, TickReader} from '../ticks.ts';

export async function sizedStream(
  [program = '', ...args]: readonly string[],
  bufferBytes: number,
): Promise<Stream> {
  const pty = await openPty();
  if ('unavailable' in pty) throw new Error(pty.unavailable);
  const {master, slave} = pty;
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  const reader = new TickReader();
  const onread = {
    buffer,
    callback: (length: number) => {
      reader.feed(buffer.subarray(0, length));
      return true;
    },
  };
  const options: SocketConstructorOpts & {onread: OnReadOpts} = {onread};
  const terminal = new ReadStream(master, options);
  terminal.on('error', () => {});
  terminal.resume();
  const child = spawn(program, args, {stdio: ['ignore', slave, 'inherit'], detached: true});
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  terminal.pause();
  for (let length = readNow(master, buffer); length > 0; length = readNow(master, buffer))
    reader.feed(buffer.subarray(0, length));
  terminal.destroy();
  closeSync(slave);
  return reader.end();
}

/** Bytes read; 0 when nothing is left. */
function readNow(master: number, buffer: Buffer): number {
  try {
    return readSync(master, buffer);
  } catch {
    return 0;
  }
}
