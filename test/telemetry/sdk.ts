/** An OpenTelemetry SDK whose exporters keep what they get. */
import * as api from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type {OneshotEvent} from '../../src/event.ts';
import {type TelemetryOptions, telemetryView} from '../../src/telemetry/view.ts';

export interface ExportedSpan {
  name: string;
  /** Names from the root on. */
  path: string[];
  startMs: number;
  endMs: number;
  attributes: api.Attributes;
  error: string | null;
  events: {name: string; atMs: number; attributes: api.Attributes}[];
}

export interface Point {
  attributes: api.Attributes;
  /** Sum of a histogram or counter, value of a gauge. */
  value: number;
  count: number | null;
}

export interface Exported {
  spans: ExportedSpan[];
  span(name: string): ExportedSpan;
  points(metric: string): Point[];
}

export async function exported(
  events: readonly OneshotEvent[],
  options: Pick<TelemetryOptions, 'content'> = {},
): Promise<Exported> {
  const spanExporter = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({spanProcessors: [new SimpleSpanProcessor(spanExporter)]});
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  });
  const meters = new MeterProvider({readers: [reader]});
  const providers = {tracer: tracers.getTracer('test'), meter: meters.getMeter('test')};
  const {view, end} = telemetryView(api, {...providers, ...options});
  for (const event of events) view(event);
  end();
  await meters.forceFlush();
  const spans = spanExporter.getFinishedSpans().map((span, _, all) => spanOf(span, all));
  const metrics = metricExporter
    .getMetrics()
    .flatMap(({scopeMetrics}) => scopeMetrics)
    .flatMap((scope) => scope.metrics);
  await Promise.all([tracers.shutdown(), meters.shutdown()]);
  return {
    spans,
    span: (name) => spans.find((one) => one.name === name)!,
    points: (name) =>
      metrics
        .filter(({descriptor}) => descriptor.name === name)
        .flatMap(({dataPoints}) => dataPoints as {attributes: api.Attributes; value: unknown}[])
        .map(({attributes, value}) => pointOf(attributes, value)),
  };
}

function pointOf(attributes: api.Attributes, value: unknown): Point {
  if (typeof value === 'number') return {attributes, value, count: null};
  const {sum, count} = value as {sum: number; count: number};
  return {attributes, value: sum, count};
}

const ms = ([seconds, nanoseconds]: api.HrTime) => seconds * 1000 + nanoseconds / 1e6;

function spanOf(span: ReadableSpan, all: readonly ReadableSpan[]): ExportedSpan {
  const {name, startTime, endTime, attributes, status, events} = span;
  return {
    name,
    path: pathOf(span, all),
    startMs: ms(startTime),
    endMs: ms(endTime),
    attributes,
    error: status.code === api.SpanStatusCode.ERROR ? (status.message ?? '') : null,
    events: events.map((event) => ({
      name: event.name,
      atMs: ms(event.time),
      attributes: event.attributes ?? {},
    })),
  };
}

function pathOf(span: ReadableSpan, all: readonly ReadableSpan[]): string[] {
  const parent = all.find((one) => one.spanContext().spanId === span.parentSpanContext?.spanId);
  return [...(parent ? pathOf(parent, all) : []), span.name];
}
