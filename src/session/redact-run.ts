import type {Redacted, StreamName} from '../event.ts';
import type {Redactor} from './redact.ts';
import type {DeltaRedactor, Told} from './redact-deltas.ts';
import type {Piece} from './redact-pieces.ts';
import type {RedactingStream, Released} from './redact-stream.ts';

/** What a stream gives: bytes to be recorded and read, and what was taken out of them. */
export interface Cleared {
  bytes: Buffer;
  redacted: Redacted[];
}

export interface RunRedactionOptions {
  /** Offset of the first byte of each stream in its raw file. */
  baseOffsets: Record<StreamName, number>;
  /** Whether the agent sends its words in pieces. Lines of a plain program are redacted as bytes already. */
  hasPieces: boolean;
}

/** Redacts the output of one run: first its bytes, then what became of them. */
export class RunRedaction {
  readonly #streams: Record<StreamName, RedactingStream>;
  readonly #deltas: DeltaRedactor | null;

  constructor(redactor: Redactor, {baseOffsets, hasPieces}: RunRedactionOptions) {
    const {stdout, stderr} = baseOffsets;
    this.#streams = {stdout: redactor.stream(stdout), stderr: redactor.stream(stderr)};
    this.#deltas = hasPieces ? redactor.deltas() : null;
  }

  feed(stream: StreamName, bytes: Uint8Array): Cleared {
    return cleared(stream, this.#streams[stream].feed(bytes));
  }

  /** The stream is over: what was held back. */
  endOf(stream: StreamName): Cleared {
    return cleared(stream, this.#streams[stream].end());
  }

  /** The events to record for one of the agent's. */
  events(told: Told): Told[] {
    return this.#deltas ? this.#deltas.push(told) : [told];
  }

  /** Secrets in the events since the last call whose pieces the raw files still hold; see `maskPieces`. */
  takePieces(): Piece[] {
    return this.#deltas?.takePieces() ?? [];
  }

  /** The run is over: what was held back. */
  endOfEvents(): Told[] {
    return this.#deltas?.end() ?? [];
  }
}

function cleared(stream: StreamName, {bytes, redactions}: Released): Cleared {
  return {bytes, redacted: redactions.map((redaction) => ({type: 'redacted', stream, ...redaction}))};
}
