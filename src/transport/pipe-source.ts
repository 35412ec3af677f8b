import type {Readable} from 'node:stream';
import type {StreamName} from '../event.ts';
import type {Sink, Source} from './reading.ts';

/** A child's output on a pipe that Node reads. */
export class PipeSource implements Source {
  readonly #stream: Readable;
  readonly #name: StreamName;
  readonly #sink: Sink;
  ended = false;

  constructor(stream: Readable, name: StreamName, sink: Sink) {
    this.#stream = stream;
    this.#name = name;
    this.#sink = sink;
    // `readable`, not `data`: when a child exits, Node calls resume() on its pipes, which would undo a pause.
    stream.on('readable', () => this.resume());
    stream.on('end', () => {
      this.ended = true;
      sink.sourceEnded();
    });
    // A stream that fails just stays silent: the grace after the exit ends it.
    stream.on('error', () => {});
  }

  pause(): void {
    // `resume` looks before each chunk; unread, the stream stops at its high-water mark and then the child blocks.
  }

  resume(): void {
    while (!this.#sink.paused) {
      const chunk: Buffer | null = this.#stream.read();
      if (chunk === null) return;
      this.#sink.write(this.#name, chunk);
    }
  }

  poll(): void {
    // Node reads by itself.
  }

  close(): void {
    this.#stream.destroy();
  }
}
