/** What is counted, by the GenAI semantic conventions where they have a name for it. */
import type {Attributes, Meter} from '@opentelemetry/api';
import type {RunMetrics, Usage} from '../event.ts';

/** Seconds. The convention's, and on to what a run may take. */
const DURATION_BOUNDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
  655.36, 1310.72, 2621.44, 5242.88,
];

/** The convention's. */
const TOKEN_BOUNDS = Array.from({length: 14}, (_, power) => 4 ** power);

/** Seconds, from 10 µs on. */
const LATENCY_BOUNDS = Array.from({length: 20}, (_, power) => 0.00001 * 2 ** power);

export class Instruments {
  readonly #duration;
  readonly #tokens;
  readonly #bytes;
  readonly #events;
  readonly #latency;
  readonly #paused;
  readonly #memory;

  constructor(meter: Meter) {
    this.#duration = meter.createHistogram('gen_ai.client.operation.duration', {
      description: 'Duration of sessions, runs of agents and tool calls.',
      unit: 's',
      advice: {explicitBucketBoundaries: DURATION_BOUNDS},
    });
    this.#tokens = meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Tokens of a run.',
      unit: '{token}',
      advice: {explicitBucketBoundaries: TOKEN_BOUNDS},
    });
    this.#bytes = meter.createCounter('oneshot.stream.bytes', {
      description: 'Bytes that agents wrote.',
      unit: 'By',
    });
    this.#events = meter.createCounter('oneshot.stream.events', {
      description: 'Events made of them.',
      unit: '{event}',
    });
    this.#latency = meter.createHistogram('oneshot.stream.latency', {
      description: 'From a chunk until its events were seen: a quantile of each run.',
      unit: 's',
      advice: {explicitBucketBoundaries: LATENCY_BOUNDS},
    });
    this.#paused = meter.createCounter('oneshot.stream.paused', {
      description: 'Time for which reading stood still because recording was behind.',
      unit: 's',
    });
    this.#memory = meter.createGauge('oneshot.process.memory', {
      description: 'Most resident memory of oneshot that was seen in a run.',
      unit: 'By',
    });
  }

  duration(ms: number, attributes: Attributes): void {
    this.#duration.record(ms / 1000, attributes);
  }

  usage({inputTokens, outputTokens}: Usage, attributes: Attributes): void {
    const record = (tokens: number | null, type: 'input' | 'output') => {
      if (tokens !== null) this.#tokens.record(tokens, {...attributes, 'gen_ai.token.type': type});
    };
    record(inputTokens, 'input');
    record(outputTokens, 'output');
  }

  metrics({bytes, events, latencyMs, pauses, rssBytes}: RunMetrics, attributes: Attributes): void {
    for (const stream of ['stdout', 'stderr'] as const)
      this.#bytes.add(bytes[stream], {...attributes, 'oneshot.stream': stream});
    this.#events.add(events, attributes);
    for (const quantile of ['p50', 'p95', 'p99', 'max'] as const) {
      const ms = latencyMs[quantile];
      if (ms !== null) this.#latency.record(ms / 1000, {...attributes, 'oneshot.quantile': quantile});
    }
    this.#paused.add(pauses.totalMs / 1000, attributes);
    this.#memory.record(rssBytes.peak, attributes);
  }
}
