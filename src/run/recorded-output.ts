import {messageOf} from '../error.ts';
import type {EventBody, RawSpan, StreamName} from '../event.ts';
import type {Normalizer} from '../executor/executor.ts';
import {type AgentEvent, AgentOutput} from '../executor/output.ts';
import type {RunMeter} from '../metrics/run-meter.ts';
import type {Told} from '../session/redact-deltas.ts';
import {maskPieces, type Piece} from '../session/redact-pieces.ts';
import {type Cleared, RunRedaction} from '../session/redact-run.ts';
import type {RunContext, RunRequest} from './context.ts';
import type {RunRecorder} from './recorder.ts';

/** Unwritten bytes at which reading pauses, and at which it goes on. */
const BACKLOG_HIGH_BYTES = 2 * 1024 * 1024;
const BACKLOG_LOW_BYTES = 512 * 1024;

export interface RecordedOutputOptions {
  normalizer: Normalizer;
  /** Whether the agent sends its words in pieces, so that a secret may be in several events. */
  hasPieces: boolean;
  recorder: RunRecorder;
  /** null: nobody wants to know. */
  meter: RunMeter | null;
}

/** What a process is paused with. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** What a process says, without secrets: its bytes into the raw files, what they mean into events. Synchronous. */
export class RecordedOutput {
  readonly #context: RunContext;
  readonly #request: RunRequest;
  readonly #recorder: RunRecorder;
  readonly #meter: RunMeter | null;
  readonly #output: AgentOutput;
  readonly #redaction: RunRedaction | null;
  /** Of secrets that came in pieces: what has to be masked in the raw files. */
  #pieces: Piece[] = [];
  readonly #discarded: Record<StreamName, RawSpan | null> = {stdout: null, stderr: null};
  #mayDiscard = false;
  #discarding = false;
  #waitsForLog = false;
  /** Events that the judge has not been told of. */
  readonly #untold: EventBody[] = [];

  constructor(context: RunContext, request: RunRequest, options: RecordedOutputOptions) {
    const {log, maxFrameBytes, redactor} = context;
    const {iteration, role} = request;
    const {normalizer, hasPieces, recorder, meter} = options;
    this.#context = context;
    this.#request = request;
    this.#recorder = recorder;
    this.#meter = meter;
    const baseOffset = (stream: StreamName) => log.rawSize(iteration, role, stream);
    const baseOffsets = {stdout: baseOffset('stdout'), stderr: baseOffset('stderr')};
    this.#output = new AgentOutput(normalizer, {maxFrameBytes, baseOffsets});
    this.#redaction = redactor ? new RunRedaction(redactor, {baseOffsets, hasPieces}) : null;
  }

  /** `child` is paused while the log is behind. */
  feed(child: Pausable, stream: StreamName, bytes: Buffer): void {
    this.#meter?.chunk(stream, bytes.length);
    this.#take(stream, this.#redaction?.feed(stream, bytes) ?? {bytes, redacted: []});
    this.#pauseWhileBehind(child);
  }

  /** Both streams are over: what was held back, and what is missing. */
  end(): void {
    this.#meter?.ended();
    for (const stream of ['stdout', 'stderr'] as const)
      if (this.#redaction) this.#take(stream, this.#redaction.endOf(stream));
    for (const event of this.#output.end()) this.#recordAgent(event);
    for (const told of this.#redaction?.endOfEvents() ?? []) this.#appendAgent(told);
    this.#keepPieces();
    this.#noteDiscarded();
  }

  /** From now on the process is drained: what the log cannot take soon is given up. */
  drain(): void {
    this.#mayDiscard = true;
  }

  /** The agent's events since the last call. */
  takeUntold(): EventBody[] {
    return this.#untold.splice(0);
  }

  /** Masks the secrets that came in pieces. Call it when the log is flushed. */
  maskPieces(): void {
    const {log} = this.#context;
    const {iteration, role} = this.#request;
    for (const stream of ['stdout', 'stderr'] as const) {
      const pieces = this.#pieces.filter(({raw}) => raw.stream === stream);
      if (pieces.length === 0) continue;
      try {
        const path = log.rawPath(iteration, role, stream);
        for (const body of maskPieces(path, pieces)) this.#recorder.record(body);
      } catch (error) {
        const text = `Pieces of a secret are left in ${role}.${stream}: ${messageOf(error)}`;
        this.#recorder.note('warning', 'REDACT_FAILED', text);
      }
    }
    this.#pieces = [];
  }

  /** How it came through, as an event, where somebody wants to know. Call it when the log is flushed. */
  recordMetrics(): void {
    if (this.#meter) this.#recorder.record(this.#meter.result(this.#output.frames));
  }

  /** See `AgentOutput`. */
  get sawStdoutJson(): boolean {
    return this.#output.sawStdoutJson;
  }

  /** See `AgentOutput`. */
  get stderrTail(): string {
    return this.#output.stderrTail;
  }

  /** The events first, which somebody waits to see. */
  #take(stream: StreamName, {bytes, redacted}: Cleared): void {
    const {log} = this.#context;
    const {iteration, role} = this.#request;
    this.#discarding ||=
      log.failure() !== null || (this.#mayDiscard && log.backlogBytes() > BACKLOG_HIGH_BYTES);
    log.atOnce(() => {
      for (const body of redacted) this.#recorder.record(body);
      for (const event of this.#output.feed(stream, bytes)) this.#recordAgent(event);
    });
    if (this.#discarding) this.#discard(stream, bytes.length);
    else log.appendRaw(iteration, role, stream, bytes);
    this.#keepPieces();
  }

  #recordAgent(event: AgentEvent): void {
    if (this.#discarding) return;
    for (const told of this.#redaction?.events(event) ?? [event]) this.#appendAgent(told);
    this.#untold.push(event.body);
  }

  #appendAgent({body, raw}: Told): void {
    const {iteration, role} = this.#request;
    this.#meter?.queued();
    this.#context.log.append({body, iteration, role, source: 'agent', ...(raw && {raw})});
  }

  /** Masks what stands in the raw file already, as soon as it does. */
  #keepPieces(): void {
    const pieces = this.#redaction?.takePieces() ?? [];
    if (pieces.length === 0) return;
    this.#pieces.push(...pieces);
    void this.#context.log.flush().then(() => this.maskPieces());
  }

  /** Once a byte is missing from the raw files all later ones are left out too, so that offsets stay true. */
  #discard(stream: StreamName, length: number): void {
    const {log} = this.#context;
    const {iteration, role} = this.#request;
    const span = this.#discarded[stream] ?? {stream, offset: log.rawSize(iteration, role, stream), length: 0};
    span.length += length;
    this.#discarded[stream] = span;
  }

  #noteDiscarded(): void {
    for (const span of Object.values(this.#discarded)) {
      if (!span) continue;
      const text = `${span.length} bytes of ${span.stream} from offset ${span.offset} on could not be recorded.`;
      this.#recorder.note('warning', 'OUTPUT_DISCARDED', text, span);
    }
  }

  #pauseWhileBehind(child: Pausable): void {
    const {log} = this.#context;
    if (this.#waitsForLog || log.backlogBytes() <= BACKLOG_HIGH_BYTES) return;
    this.#waitsForLog = true;
    this.#meter?.paused();
    child.pause();
    log.whenBacklogBelow(BACKLOG_LOW_BYTES, () => {
      this.#waitsForLog = false;
      this.#meter?.resumed();
      child.resume();
    });
  }
}
