/** `--otel`: the view that exports a session to the OpenTelemetry SDK of this process. Whoever starts oneshot registers it. */
import {messageOf, OneshotError} from '../error.ts';
import type {View} from '../session/log.ts';
import {type TelemetryApi, telemetryView} from '../telemetry/view.ts';
import {NEVER, within} from '../transport/within.ts';
import type {Io} from './io.ts';

type Api = typeof import('@opentelemetry/api');

export interface Telemetry {
  view: View;
  /** Ends what is open and hands everything to the exporters. Never rejects. */
  finish(): Promise<void>;
}

export interface TelemetryHost {
  io: Pick<Io, 'env' | 'clock'>;
  /** A line for the user. */
  warn(line: string): void;
}

/** The convention's variable. */
const CONTENT = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** How long an exporter may hold up the end. */
const FLUSH_LIMIT_MS = 5_000;

/** @throws OneshotError OTEL_UNAVAILABLE */
export async function openTelemetry(
  {io, warn}: TelemetryHost,
  load: () => Promise<Api> = () => import('@opentelemetry/api'),
): Promise<Telemetry> {
  const api = await load().catch(throwUnavailable);
  const providers = providersOf(api);
  if (providers.length === 0) warnOnce(io, warn);
  const {view, end} = telemetryView(api, {content: io.env[CONTENT]?.toLowerCase() === 'true'});
  const attempt = untilItFails(warn);
  return {
    view: (event) => attempt(() => view(event)),
    async finish() {
      attempt(end);
      const flushed = Promise.allSettled(providers.map(async (provider) => provider.forceFlush()));
      await within(flushed, FLUSH_LIMIT_MS, {clock: io.clock, signal: NEVER});
    },
  };
}

function throwUnavailable(cause: unknown): never {
  const isMissing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
  const what = isMissing ? 'is not installed beside oneshot' : `cannot be loaded: ${messageOf(cause)}`;
  const nextStep =
    'Install it with npm install @opentelemetry/api (-g where oneshot is global), or leave --otel out.';
  throw new OneshotError('OTEL_UNAVAILABLE', `the package @opentelemetry/api ${what}`, nextStep, {cause});
}

/** Processes that have been told; one may have many sessions. */
const told = new WeakSet<object>();

function warnOnce(io: object, warn: (line: string) => void): void {
  if (told.has(io)) return;
  told.add(io);
  warn('--otel: no OpenTelemetry SDK is registered in this process, so nothing is exported');
}

/** Does what it is given until that fails for the first time: an SDK is the user's code, and no reason to end a session. */
function untilItFails(warn: (line: string) => void): (work: () => void) => void {
  let isOver = false;
  return (work) => {
    if (isOver) return;
    try {
      work();
    } catch (error) {
      isOver = true;
      warn(`--otel: the OpenTelemetry SDK has failed, nothing more is exported: ${messageOf(error)}`);
    }
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
