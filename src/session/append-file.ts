import {close, fdatasync, fstatSync, openSync, write, writeSync} from 'node:fs';
import {WriteBlock} from './write-block.ts';

/** Writes `bytes` at the end of the file `fd`; a write may be partial, as in write(2). `bytes` are its own until `done`. */
export type Write = (
  fd: number,
  bytes: Buffer,
  done: (error: Error | null, bytesWritten: number) => void,
) => void;

export const systemWrite: Write = (fd, bytes, done) => write(fd, bytes, done);

/**
 * A file that is only ever appended to. What is queued goes out together in the next write, so that a burst of small pieces
 * costs few system calls.
 */
export class AppendFile {
  readonly #fd: number;
  readonly #write: Write;
  /** What waits for the next write; add to it to queue something. */
  queue = new WriteBlock();
  /** What a thread is writing, or the memory for what comes next. */
  #other = new WriteBlock();
  /** Bytes that were handed to the system, or are being. */
  #passedBytes: number;
  /** Something was written that the disk was not asked to take. */
  #isUnsynced = false;

  /**
   * Opens the file (mode 0600) and creates it where it is not there.
   * @param mustBeNew throw when it is there. Throws the system error.
   */
  constructor(path: string, write: Write, {mustBeNew}: {mustBeNew: boolean}) {
    this.#fd = openSync(path, mustBeNew ? 'ax' : 'a', 0o600);
    this.#passedBytes = fstatSync(this.#fd).size;
    this.#write = write;
  }

  /** Size of the file, bytes, queued ones included. */
  get size(): number {
    return this.#passedBytes + this.queue.length;
  }

  hasQueue(): boolean {
    return this.queue.length > 0;
  }

  /** Writes all that is queued before it returns. Throws the system error. */
  writeQueueNow(): void {
    const {memory, length} = this.queue;
    if (length === 0) return;
    this.#isUnsynced = true;
    for (let at = 0; at < length; ) at += writeSync(this.#fd, memory, at, length - at);
    this.#passedBytes += length;
    this.queue.clear();
  }

  /** Writes all that is queued on a thread, then calls back. No other write may be asked for before that. */
  writeQueue(done: (error: Error | null) => void): void {
    const taken = this.queue;
    this.queue = this.#other;
    this.#other = taken;
    this.#isUnsynced = true;
    this.#passedBytes += taken.length;
    this.#writeAll(taken.bytes, (error) => {
      taken.clear();
      done(error);
    });
  }

  #writeAll(bytes: Buffer, done: (error: Error | null) => void): void {
    this.#write(this.#fd, bytes, (error, written) => {
      if (error) return done(error);
      if (written === bytes.length) done(null);
      else this.#writeAll(bytes.subarray(written), done);
    });
  }

  /** Settles once what was written is on the disk, with the system error or null. */
  sync(): Promise<Error | null> {
    if (!this.#isUnsynced) return Promise.resolve(null);
    this.#isUnsynced = false;
    return new Promise((settle) => fdatasync(this.#fd, settle));
  }

  /** Syncs the data to disk and closes; errors of both are of no use to anyone any more. */
  async close(): Promise<void> {
    await this.sync();
    await new Promise((settle) => close(this.#fd, settle));
  }
}
