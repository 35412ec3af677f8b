/** Reading what the programs `lines` write: JSON objects with the time of their write in them. */
import {createDecoder} from '../../src/frame/decoder.ts';
import type {Frame} from '../../src/frame/frame.ts';

/** What one stream was like for the handler of its objects. */
export interface Stream {
  /** From right before the start of the program to the first object, ms. NaN for none. */
  firstMs: number;
  /** To the end, ms. */
  ms: number;
  bytes: number;
  objects: number;
  /** From the write of each object to its handler, ms. */
  latenciesMs: number[];
}

/** Decodes chunks and takes the time at which each object is handed on. */
export class TickReader {
  readonly #decoder = createDecoder();
  readonly #startedNs = process.hrtime.bigint();
  #firstNs: bigint | null = null;
  #bytes = 0;
  #objects = 0;
  readonly #latenciesMs: number[] = [];

  feed(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    for (const frame of this.#decoder.feed(chunk)) this.#see(frame);
  }

  end(): Stream {
    for (const frame of this.#decoder.end()) this.#see(frame);
    const since = (ns: bigint) => Number(ns - this.#startedNs) / 1e6;
    return {
      firstMs: this.#firstNs === null ? Number.NaN : since(this.#firstNs),
      ms: since(process.hrtime.bigint()),
      bytes: this.#bytes,
      objects: this.#objects,
      latenciesMs: this.#latenciesMs,
    };
  }

  /** An object that was found by other means than the decoder, as a peer does. */
  object(value: unknown, bytes: number): void {
    this.#bytes += bytes;
    this.#take(value as Tick);
  }

  #see(frame: Frame): void {
    if (frame.kind === 'json') this.#take(frame.value);
  }

  #take({type, at}: Tick): void {
    const seenNs = process.hrtime.bigint();
    this.#firstNs ??= seenNs;
    this.#objects++;
    if (type === 'tick') this.#latenciesMs.push(Number(seenNs - BigInt(String(at))) / 1e6);
  }
}

interface Tick {
  type?: unknown;
  at?: unknown;
}

/** Arguments of a `lines` program. */
export interface Lines {
  count: number;
  intervalUs: number;
  bytes: number;
  /** @default true */
  lineEnds?: boolean;
}

export function lineArguments({count, intervalUs, bytes, lineEnds = true}: Lines): string[] {
  return [count, intervalUs, bytes].map(String).concat(lineEnds ? 'nl' : 'none');
}

/** The size of a typical line of an agent's stream, bytes. */
export const LINE_BYTES = 340;
