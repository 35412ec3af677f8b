import {closeSync, readSync} from 'node:fs';
import type {OnReadOpts, SocketConstructorOpts} from 'node:net';
import {ReadStream} from 'node:tty';
import {systemCode} from '../error.ts';
import type {Pty} from './openpty.ts';
import type {Sink, Source} from './reading.ts';

const BUFFER_BYTES = 64 * 1024;
/** Most bytes handed on in one `poll`, several times what a kernel holds for a PTY: an endless writer gets no more. */
const POLL_BYTES = 256 * 1024;

/**
 * stdout on a PTY.
 *
 * While the child runs, Node reads the master. The slave stays open here, since libuv takes the hang-up of the last slave
 * together with a short read for the end of the stream and drops what is still unread (libuv #4992). After the exit the
 * master is read directly until it is empty; only then the slave is closed, and a further read tells whether anybody
 * else still holds it.
 */
export class PtySource implements Source {
  readonly #master: number;
  readonly #slave: number;
  readonly #sink: Sink;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #stream: ReadStream;
  #slaveOpen = true;
  #exited = false;
  ended = false;

  /** Owns both descriptors from now on. @throws when Node does not take the master for a terminal; they are closed then. */
  constructor(pty: Pty, sink: Sink) {
    this.#master = pty.master;
    this.#slave = pty.slave;
    this.#sink = sink;
    const onread = {
      buffer: this.#buffer,
      callback: (length: number) => {
        sink.write('stdout', this.#buffer.subarray(0, length));
        return true;
      },
    };
    const options: SocketConstructorOpts & {onread: OnReadOpts} = {onread};
    try {
      this.#stream = new ReadStream(pty.master, options);
    } catch (error) {
      closeSync(pty.master);
      closeSync(pty.slave);
      throw error;
    }
    // Only a hang-up by somebody else comes here; `poll` sees that the stream is gone.
    this.#stream.on('error', () => {});
    this.#stream.resume();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    if (!this.#exited) this.#stream.resume();
  }

  poll(): void {
    this.#exited = true;
    this.#stream.pause();
    if (this.#slaveOpen && !this.#readOut()) return;
    this.#closeSlave();
    this.#readOut();
  }

  close(): void {
    this.#stream.destroy();
    this.#closeSlave();
  }

  /** Reads until nothing is there at the moment; false when it stopped before that. */
  #readOut(): boolean {
    for (let left = POLL_BYTES; left > 0; ) {
      if (this.#sink.paused) return false;
      const length = this.#readNow();
      if (length === 'empty') return true;
      this.ended = length === 0;
      if (this.ended) return true;
      this.#sink.write('stdout', this.#buffer.subarray(0, length));
      left -= length;
    }
    return false;
  }

  #readNow(): number | 'empty' {
    // Closed by Node after an error: the number may belong to another file by now.
    if (this.#stream.destroyed) return 0;
    try {
      return readSync(this.#master, this.#buffer);
    } catch (error) {
      // Linux reports EIO, not end of file, once the last slave is closed.
      return systemCode(error) === 'EAGAIN' ? 'empty' : 0;
    }
  }

  #closeSlave(): void {
    if (!this.#slaveOpen) return;
    this.#slaveOpen = false;
    closeSync(this.#slave);
  }
}
