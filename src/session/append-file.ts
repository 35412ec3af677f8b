import {close, fdatasync, fstatSync, openSync, writeSync, writev, writevSync} from 'node:fs';

/** Writes `buffers` at the end of the file `fd`; a write may be partial, as in writev(2). */
export type Writev = (
  fd: number,
  buffers: Buffer[],
  done: (error: Error | null, bytesWritten: number) => void,
) => void;

export const systemWritev: Writev = (fd, buffers, done) => writev(fd, buffers, done);

/** Most buffers one writev(2) takes: IOV_MAX is 1024 on Linux and macOS. */
const MAX_BUFFERS = 1024;

/**
 * A file that is only ever appended to. What is queued goes out together in the next write, so that a burst of small pieces
 * costs few system calls.
 */
export class AppendFile {
  readonly #fd: number;
  readonly #writev: Writev;
  #queue: Buffer[] = [];
  /** Something was written that the disk was not asked to take. */
  #isUnsynced = false;
  /** Size of the file, bytes, queued ones included. */
  size: number;

  /**
   * Opens the file (mode 0600) and creates it where it is not there.
   * @param mustBeNew throw when it is there. Throws the system error.
   */
  constructor(path: string, write: Writev, {mustBeNew}: {mustBeNew: boolean}) {
    this.#fd = openSync(path, mustBeNew ? 'ax' : 'a', 0o600);
    this.size = fstatSync(this.#fd).size;
    this.#writev = write;
  }

  /** Queues `bytes`, which must not change any more. */
  push(bytes: Buffer): void {
    this.#queue.push(bytes);
    this.size += bytes.length;
  }

  hasQueue(): boolean {
    return this.#queue.length > 0;
  }

  /** Writes all that is queued before it returns. Throws the system error. */
  writeQueueNow(): void {
    this.#isUnsynced = true;
    let buffers = this.#takeQueue();
    while (buffers.length > 0) {
      const [only] = buffers;
      // One alone is the usual case, and quicker so.
      const written =
        buffers.length === 1
          ? writeSync(this.#fd, only!)
          : writevSync(this.#fd, buffers.slice(0, MAX_BUFFERS));
      buffers = dropBytes(buffers, written);
    }
  }

  /** Writes all that is queued on a thread, then calls back. No other write may be asked for before that. */
  writeQueue(done: (error: Error | null) => void): void {
    this.#isUnsynced = true;
    this.#writeAll(this.#takeQueue(), done);
  }

  #takeQueue(): Buffer[] {
    const buffers = this.#queue;
    this.#queue = [];
    return buffers;
  }

  #writeAll(buffers: Buffer[], done: (error: Error | null) => void): void {
    this.#writev(this.#fd, buffers.slice(0, MAX_BUFFERS), (error, written) => {
      if (error) return done(error);
      const rest = dropBytes(buffers, written);
      if (rest.length === 0) done(null);
      else this.#writeAll(rest, done);
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

function dropBytes(buffers: Buffer[], count: number): Buffer[] {
  let index = 0;
  let left = count;
  for (; index < buffers.length && left >= buffers[index]!.length; index++) left -= buffers[index]!.length;
  const rest = buffers.slice(index);
  if (left > 0) rest[0] = rest[0]!.subarray(left);
  return rest;
}
