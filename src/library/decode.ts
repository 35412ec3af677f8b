/** The output of an agent, in whatever pieces it comes, as frames or as events. */
import type {EventBody, RawSpan} from '../event.ts';
import type {ExecutorName} from '../executor/executor.ts';
import {AgentOutput} from '../executor/output.ts';
import {executorByName} from '../executor/registry.ts';
import {createDecoder} from '../frame/decoder.ts';
import {DEFAULT_MAX_FRAME_BYTES, type Frame} from '../frame/frame.ts';

/** Bytes, or text that is taken as UTF-8: a file, a child's stdout, a response's body, an array. */
export type Chunks = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

export interface DecodeOptions {
  /** Largest frame held in memory, bytes; a larger one comes as its place alone. @default 64 MiB */
  maxFrameBytes?: number;
}

export interface DecodeEventsOptions extends DecodeOptions {
  /** Whose output it is. */
  executor: Exclude<ExecutorName, 'cline'> | 'cline-2' | 'cline-3';
}

/** What an event says, and the bytes that it was read from; null for what was held back until the end. */
export interface DecodedEvent {
  body: EventBody;
  raw: RawSpan | null;
}

/**
 * JSON objects and text lines of a stream, as soon as they are complete; with `executor` the events that they make. Pulls a
 * chunk when it has nothing left to give. Never throws on what the chunks hold.
 */
export function decode(chunks: Chunks, options?: DecodeOptions): AsyncGenerator<Frame, void, undefined>;
export function decode(
  chunks: Chunks,
  options: DecodeEventsOptions,
): AsyncGenerator<DecodedEvent, void, undefined>;
export function decode(
  chunks: Chunks,
  options: DecodeOptions | DecodeEventsOptions = {},
): AsyncGenerator<Frame | DecodedEvent, void, undefined> {
  return 'executor' in options ? fed(chunks, eventDecoder(options)) : fed(chunks, createDecoder(options));
}

/** Bytes in, what they make out. Synchronous. */
interface Feedable<Item> {
  feed(bytes: Uint8Array): Item[];
  end(): Item[];
}

async function* fed<Item>(chunks: Chunks, into: Feedable<Item>): AsyncGenerator<Item, void, undefined> {
  for await (const chunk of chunks) {
    yield* into.feed(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }
  yield* into.end();
}

function eventDecoder({executor: adapter, maxFrameBytes = DEFAULT_MAX_FRAME_BYTES}: DecodeEventsOptions) {
  const executor = executorByName(adapter.replace(/^cline-\d$/, 'cline'));
  const installation = {executor: executor.name, adapter, program: [adapter] as const, version: null};
  const normalizer = executor.normalizer(installation, {startedAtMs: null, structured: true});
  const output = new AgentOutput(normalizer, {maxFrameBytes});
  return {
    feed: (bytes: Uint8Array) => output.feed('stdout', bytes),
    end: () => output.end(),
  };
}
