/** `--otel`: the view that exports a session to the OpenTelemetry SDK of this process. Whoever starts oneshot registers it. */
import {OneshotError} from '../error.ts';
import {type TelemetryApi, type TelemetryView, telemetryView} from '../telemetry/view.ts';
import {NEVER, within} from '../transport/within.ts';
import type {Io} from './io.ts';

type Api = typeof import('@opentelemetry/api');

export interface Telemetry extends Pick<TelemetryView, 'view'> {
  /** Ends what is open and hands everything to the exporters. Never rejects. */
  finish(): Promise<void>;
}

/** The convention's variable. */
const CONTENT = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** How long an exporter may hold up the end. */
const FLUSH_LIMIT_MS = 5_000;

/** @throws OneshotError OTEL_UNAVAILABLE */
export async function openTelemetry(
  {env, stderr, clock}: Pick<Io, 'env' | 'stderr' | 'clock'>,
  load: () => Promise<Api> = () => import('@opentelemetry/api'),
): Promise<Telemetry> {
  const api = await load().catch((cause) => {
    const message = 'the package @opentelemetry/api is not installed beside oneshot';
    throw new OneshotError('OTEL_UNAVAILABLE', message, 'Install it there, or leave --otel out.', {cause});
  });
  const providers = providersOf(api);
  if (providers.length === 0)
    stderr.write('--otel: no OpenTelemetry SDK is registered in this process, so nothing is exported\n');
  const {view, end} = telemetryView(api, {content: env[CONTENT]?.toLowerCase() === 'true'});
  return {
    view,
    async finish() {
      end();
      const flushed = Promise.allSettled(providers.map((provider) => provider.forceFlush()));
      await within(flushed, FLUSH_LIMIT_MS, {clock, signal: NEVER});
    },
  };
}

interface Flushable {
  forceFlush(): Promise<unknown>;
}

/** Those of an SDK; the API's own do nothing and cannot be flushed. */
function providersOf({trace, metrics}: TelemetryApi): Flushable[] {
  const tracers = trace.getTracerProvider();
  const delegate = 'getDelegate' in tracers ? (tracers as {getDelegate(): unknown}).getDelegate() : tracers;
  return [delegate, metrics.getMeterProvider()].filter(isFlushable);
}

function isFlushable(provider: unknown): provider is Flushable {
  return typeof (provider as Partial<Flushable> | null)?.forceFlush === 'function';
}
