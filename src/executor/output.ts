import type {EventBody, RawSpan, StreamName} from '../event.ts';
import {createDecoder} from '../frame/decoder.ts';
import type {Frame} from '../frame/frame.ts';
import type {Normalizer} from './executor.ts';

/** An event body and the bytes it came from; null for what the normalizer had held back until the end. */
export interface AgentEvent {
  body: EventBody;
  raw: RawSpan | null;
}

export interface AgentOutputOptions {
  /** Largest frame held in memory, bytes. */
  maxFrameBytes: number;
  /** Offset of the first byte of each stream. @default 0 */
  baseOffsets?: Record<StreamName, number>;
}

/** Enough of stderr to find the name of a refused flag in. */
const STDERR_TAIL_CHARS = 64 * 1024;

/** Both streams of one agent process: bytes in, events out. Synchronous; depends on the bytes alone, not on the cuts. */
export class AgentOutput {
  readonly #normalizer: Normalizer;
  readonly #decoders: Record<StreamName, ReturnType<typeof createDecoder>>;
  #stderrTail = '';
  #sawStdoutJson = false;
  #frames = 0;

  constructor(normalizer: Normalizer, {maxFrameBytes, baseOffsets}: AgentOutputOptions) {
    const decoder = (stream: StreamName) =>
      createDecoder({maxFrameBytes, baseOffset: baseOffsets?.[stream] ?? 0});
    this.#normalizer = normalizer;
    this.#decoders = {stdout: decoder('stdout'), stderr: decoder('stderr')};
  }

  /** `bytes` need only be valid during the call. */
  feed(stream: StreamName, bytes: Uint8Array): AgentEvent[] {
    return this.#normalize(stream, this.#decoders[stream].feed(bytes));
  }

  /** One stream is over. */
  endOf(stream: StreamName): AgentEvent[] {
    return this.#normalize(stream, this.#decoders[stream].end());
  }

  /** Both streams are over. */
  end(): AgentEvent[] {
    const heldBack = () => this.#normalizer.end().map((body) => ({body, raw: null}));
    return [...this.endOf('stdout'), ...this.endOf('stderr'), ...heldBack()];
  }

  /** Whether any JSON frame came on stdout. */
  get sawStdoutJson(): boolean {
    return this.#sawStdoutJson;
  }

  /** Frames of both streams so far. */
  get frames(): number {
    return this.#frames;
  }

  /** The last text lines of stderr. */
  get stderrTail(): string {
    return this.#stderrTail.slice(-STDERR_TAIL_CHARS);
  }

  #normalize(stream: StreamName, frames: Frame[]): AgentEvent[] {
    const events: AgentEvent[] = [];
    this.#frames += frames.length;
    for (const frame of frames) {
      this.#remember(stream, frame);
      const raw = {stream, offset: frame.offset, length: frame.length};
      for (const body of this.#normalizer[stream](frame)) events.push({body, raw});
    }
    return events;
  }

  #remember(stream: StreamName, frame: Frame): void {
    if (stream === 'stdout') this.#sawStdoutJson ||= frame.kind === 'json';
    else if (frame.kind === 'text') this.#rememberStderr(`${frame.text}\n`);
  }

  /** Cut only now and then, so that the cost of a character stays constant. */
  #rememberStderr(text: string): void {
    this.#stderrTail += text;
    if (this.#stderrTail.length > 2 * STDERR_TAIL_CHARS) this.#stderrTail = this.stderrTail;
  }
}
