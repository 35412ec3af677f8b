import {existsSync, fstatSync, readdirSync, rmSync} from 'node:fs';
import {type FileHandle, mkdtemp, open, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {messageOf, OneshotError} from '../error.ts';
import type {StreamName} from '../event.ts';
import {Gate} from './gate.ts';
import type {Output} from './reading.ts';
import type {ChunkHandler} from './transport.ts';

const PREFIX = 'spool-';

const CHUNK_BYTES = 64 * 1024;

/** Output that a child writes to two files (0600, in a folder of their own) and that is handed on after its exit. */
export class Spool implements Output {
  readonly #dir: string;
  readonly #onChunk: ChunkHandler;
  readonly #files: SpoolFile[] = [];
  readonly #gate = new Gate(() => this.#wake());
  #wake = () => {};
  #finalBytes: number | undefined;

  private constructor(dir: string, onChunk: ChunkHandler) {
    this.#dir = dir;
    this.#onChunk = onChunk;
  }

  /** @throws OneshotError STATE_UNWRITABLE */
  static async open(parent: string, onChunk: ChunkHandler): Promise<Spool> {
    const dir = await mkdtemp(join(parent, PREFIX)).catch((cause) => {
      throw unwritable(parent, cause);
    });
    const spool = new Spool(dir, onChunk);
    try {
      // For the child to append to and for us to read.
      for (const stream of ['stdout', 'stderr'] as const) {
        spool.#files.push({stream, handle: await open(join(dir, stream), 'ax+', 0o600)});
      }
      return spool;
    } catch (cause) {
      await spool.remove();
      throw unwritable(parent, cause);
    }
  }

  /** Descriptors to give to the child: stdout, stderr. */
  get targets(): [number, number] {
    return this.#files.map((file) => file.handle.fd) as [number, number];
  }

  bytesSeen(): number {
    return this.#finalBytes ?? this.#files.reduce((sum, file) => sum + sizeOf(file), 0);
  }

  pause(): void {
    this.#gate.pause();
  }

  resume(): void {
    this.#gate.resume();
  }

  drain(): void {
    this.#gate.drain();
  }

  async finish(): Promise<boolean> {
    let drained = true;
    for (const file of this.#files) drained = (await this.#replay(file)) && drained;
    await this.remove();
    return drained;
  }

  async remove(): Promise<void> {
    this.#finalBytes = this.bytesSeen();
    for (const {handle} of this.#files) await handle.close();
    // A folder that cannot be removed is no reason to fail a run.
    await rm(this.#dir, {recursive: true, force: true}).catch(() => {});
  }

  /** Hands on what the file holds now; false when something else still writes to it, or has cut it. */
  async #replay(file: SpoolFile): Promise<boolean> {
    const size = sizeOf(file);
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let offset = 0; offset < size; ) {
      while (this.#gate.paused) await this.#switched();
      const length = await readAt(file, buffer, offset);
      if (length === 0) return false;
      this.#onChunk(file.stream, buffer.subarray(0, length));
      offset += length;
    }
    return sizeOf(file) === size;
  }

  #switched(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Removes the spools that a oneshot which was killed has left in `parent`. Throws the system error. */
export function removeSpools(parent: string): void {
  if (!existsSync(parent)) return;
  const left = readdirSync(parent).filter((name) => name.startsWith(PREFIX));
  for (const name of left) rmSync(join(parent, name), {recursive: true, force: true});
}

interface SpoolFile {
  stream: StreamName;
  handle: FileHandle;
}

function sizeOf({handle}: SpoolFile): number {
  return fstatSync(handle.fd).size;
}

/** Bytes read; 0 at the end, and where the disk cannot be read. */
function readAt({handle}: SpoolFile, buffer: Buffer, offset: number): Promise<number> {
  return handle.read(buffer, 0, buffer.length, offset).then(
    ({bytesRead}) => bytesRead,
    () => 0,
  );
}

function unwritable(dir: string, cause: unknown): OneshotError {
  const message = `The agent's output cannot be spooled in ${dir}: ${messageOf(cause)}.`;
  const nextStep =
    'Make that folder writable, or choose another one (ONESHOT_HOME; TMPDIR for temporary files).';
  return new OneshotError('STATE_UNWRITABLE', message, nextStep, {cause});
}
