/**
 * Copies a growing file to a stream: the one way in which stdout gets its bytes.
 *
 * What a view shows is on disk already, so nothing is held in memory for a slow reader: the copy goes on at the
 * reader's pace from wherever it is, and slows nobody else. A reader that goes away ends the copy and nothing more.
 */
import {type FileHandle, open} from 'node:fs/promises';
import type {Writable} from 'node:stream';
import {systemCode} from '../error.ts';

/** How a copy ended: all was taken, the reader went away, or reading or writing failed. */
export type FollowEnd = {end: 'complete'} | {end: 'reader-gone'} | {end: 'failed'; error: Error};

export interface Follower {
  /** The file may have grown. Cheap, never throws. */
  poke(): void;
  /** Copies to the end of the file as it is now, at the reader's pace, and closes it. Never rejects. */
  finish(): Promise<FollowEnd>;
}

/** Bytes held in memory per copy. */
const CHUNK_BYTES = 256 * 1024;

/** Follows the file at `path`, which may not exist yet. `out` is left open. */
export function follow(path: string, out: Writable): Follower {
  return new FileFollower(path, out);
}

class FileFollower implements Follower {
  readonly #path: string;
  readonly #out: Writable;
  readonly #failed = (error: Error) => this.#stop(error);
  #file: FileHandle | null = null;
  #buffer: Buffer | null = null;
  #position = 0;
  /** Poked since the file was last read to its end. */
  #grown = false;
  #copying: Promise<void> | null = null;
  #end: FollowEnd | null = null;

  constructor(path: string, out: Writable) {
    this.#path = path;
    this.#out = out;
    out.on('error', this.#failed);
  }

  poke(): void {
    this.#grown = true;
    if (!this.#end) this.#copying ??= this.#copy();
  }

  async finish(): Promise<FollowEnd> {
    this.poke();
    while (this.#copying) await this.#copying;
    await this.#file?.close();
    this.#file = null;
    this.#buffer = null;
    this.#out.off('error', this.#failed);
    return this.#end ?? {end: 'complete'};
  }

  async #copy(): Promise<void> {
    try {
      while (this.#grown && !this.#end) {
        this.#grown = false;
        await this.#copyToEnd();
      }
    } catch (error) {
      this.#stop(error as Error);
    }
    this.#copying = null;
  }

  async #copyToEnd(): Promise<void> {
    this.#file ??= await openIfThere(this.#path);
    if (!this.#file) return;
    this.#buffer ??= Buffer.allocUnsafe(CHUNK_BYTES);
    while (!this.#end) {
      const {bytesRead} = await this.#file.read(this.#buffer, 0, CHUNK_BYTES, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      await written(this.#out, this.#buffer.subarray(0, bytesRead));
    }
  }

  #stop(error: Error): void {
    this.#end ??= isReaderGone(error) ? {end: 'reader-gone'} : {end: 'failed', error};
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Settles when the stream has taken `bytes`, which may then change. */
export function written(out: Writable, bytes: Uint8Array | string): Promise<void> {
  return new Promise((settle, fail) => {
    out.write(bytes, (error) => (error ? fail(error) : settle()));
  });
}

/** EPIPE and EIO: a closed pipe and a closed terminal. The others: the stream had ended before. */
export function isReaderGone(error: unknown): boolean {
  return ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'].includes(
    systemCode(error) ?? '',
  );
}
