/**
 * OpenTelemetry export: a view that makes spans and metrics of events. It holds no text that a user, an agent or a model
 * wrote unless `content` is asked for. All times are those of the events, so a recorded session gives the same spans
 * as a live one.
 */
import type {Meter, Tracer} from '@opentelemetry/api';
import type {OneshotEvent} from '../event.ts';
import {Instruments} from './instruments.ts';
import {Spans, type TracingApi} from './spans.ts';

export type {TracingApi} from './spans.ts';

/** What is used of the module `@opentelemetry/api`. */
export type TelemetryApi = TracingApi & Pick<typeof import('@opentelemetry/api'), 'metrics'>;

export interface TelemetryOptions {
  /** @default the one of the registered SDK */
  tracer?: Tracer;
  /** @default the one of the registered SDK */
  meter?: Meter;
  /** Export texts too: task, arguments of tools, final words, reasons. @default false */
  content?: boolean;
}

export interface TelemetryView {
  /** Give it the events of one session, in order: `log.addView(telemetry.view)`. */
  view(event: OneshotEvent): void;
  /** Ends the spans that are still open, with the time of the last event. Call it after the last event. */
  end(): void;
}

const SCOPE = '@oneshot-cli/oneshot';

/** `api`: the module `@opentelemetry/api`. Without a registered SDK it does nothing. */
export function telemetryView(api: TelemetryApi, options: TelemetryOptions = {}): TelemetryView {
  const {tracer = api.trace.getTracer(SCOPE), meter = api.metrics.getMeter(SCOPE), content = false} = options;
  const spans = new Spans(api, {tracer, instruments: new Instruments(meter), content});
  return {view: (event) => spans.see(event), end: () => spans.end()};
}
