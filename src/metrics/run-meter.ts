/** Measures how the output of one run comes through: bytes, events, and how long it takes until an event is seen. */
import type {Clock} from '../clock.ts';
import type {RunMetrics, StreamName} from '../event.ts';
import {LatencyHistogram, rounded} from './latency-histogram.ts';
import {type UseWatch, watchProcessUse} from './process-use.ts';

/** How often the memory is looked at. */
const SAMPLE_MS = 250;

/** Events of one chunk that no view has seen yet. */
interface Unseen {
  readAtMs: number;
  events: number;
}

export interface RunMeterOptions {
  clock: Clock;
  /** @default this process */
  use?: UseWatch;
}

export class RunMeter {
  readonly #clock: Clock;
  readonly #use: UseWatch;
  readonly #startedAtMs: number;
  readonly #bytes: Record<StreamName, number> = {stdout: 0, stderr: 0};
  readonly #latencies = new LatencyHistogram();
  /** The oldest first. */
  readonly #unseen: Unseen[] = [];
  #chunks = 0;
  #events = 0;
  #readAtMs: number;
  #sampledAtMs: number;
  #pausedAtMs: number | null = null;
  #pauses = 0;
  #pausedMs = 0;

  constructor({clock, use = watchProcessUse()}: RunMeterOptions) {
    this.#clock = clock;
    this.#use = use;
    this.#startedAtMs = clock.monotonicMs();
    this.#readAtMs = this.#startedAtMs;
    this.#sampledAtMs = this.#startedAtMs;
  }

  /** Bytes have come; the events that follow are theirs. */
  chunk(stream: StreamName, bytes: number): void {
    this.#bytes[stream] += bytes;
    this.#chunks++;
    this.#readAtMs = this.#clock.monotonicMs();
    if (this.#readAtMs - this.#sampledAtMs < SAMPLE_MS) return;
    this.#sampledAtMs = this.#readAtMs;
    this.#use.sample();
  }

  /** No more bytes will come; the events that follow had been held back for what could come yet. */
  ended(): void {
    this.#readAtMs = this.#clock.monotonicMs();
  }

  /** An event is on its way to the log. */
  queued(): void {
    this.#events++;
    const last = this.#unseen.at(-1);
    if (last?.readAtMs === this.#readAtMs) last.events++;
    else this.#unseen.push({readAtMs: this.#readAtMs, events: 1});
  }

  /** The views have seen the next event. */
  seen(): void {
    const [next] = this.#unseen;
    if (!next) return;
    this.#latencies.add(this.#clock.monotonicMs() - next.readAtMs);
    if (--next.events === 0) this.#unseen.shift();
  }

  paused(): void {
    this.#pauses++;
    this.#pausedAtMs = this.#clock.monotonicMs();
  }

  resumed(): void {
    if (this.#pausedAtMs === null) return;
    this.#pausedMs += this.#clock.monotonicMs() - this.#pausedAtMs;
    this.#pausedAtMs = null;
  }

  /** What was measured until now. */
  result(frames: number): RunMetrics {
    this.resumed();
    return {
      type: 'run_metrics',
      durationMs: rounded(this.#clock.monotonicMs() - this.#startedAtMs),
      bytes: {...this.#bytes},
      chunks: this.#chunks,
      frames,
      events: this.#events,
      latencyMs: this.#latencies.result(),
      pauses: {count: this.#pauses, totalMs: rounded(this.#pausedMs)},
      ...this.#use.result(),
    };
  }

  close(): void {
    this.#use.close();
  }
}
