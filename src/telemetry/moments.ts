/** Events that are a moment in a span: its name is their type. */
import type {Attributes} from '@opentelemetry/api';
import type {OneshotEvent} from '../event.ts';
import {known} from './attributes.ts';

export interface Moment {
  attributes: Attributes;
  /** What the event says in words. */
  text: string | null;
}

/** null: an event that is none. */
export function momentOf(event: OneshotEvent): Moment | null {
  switch (event.type) {
    case 'agent_retry': {
      const {attempt, maxAttempts, delayMs, status, error} = event;
      return moment({attempt, max_attempts: maxAttempts, delay_ms: delayMs, 'http.status': status}, error);
    }
    case 'run_retry': {
      const {attempt, maxAttempts, delayMs, how, executor, reason} = event;
      return moment({attempt, max_attempts: maxAttempts, delay_ms: delayMs, how, executor}, reason);
    }
    case 'agent_ask':
      return moment({ask: event.ask}, event.text);
    case 'stall_suspected':
      return moment({clock: event.clock, silent_ms: event.silentMs, limit_ms: event.limitMs});
    case 'timeout_extended': {
      const {clock, limitMs, extraMs, reason} = event;
      return moment({clock, limit_ms: limitMs, extra_ms: extraMs}, reason);
    }
    case 'stop_requested':
      return moment({cause: event.cause, clock: event.clock, limit_ms: event.limitMs}, event.reason);
    case 'signal_sent':
      return moment({signal: event.signal}, event.reason);
    case 'processes_swept': {
      const {ended, survivors, kept} = event;
      return moment({ended: ended.length, survivors: survivors.length, kept: kept.length});
    }
    case 'check_finished':
      return moment({result: event.result, exit_code: event.exitCode}, `${event.check}: ${event.reason}`);
    case 'verdict':
      return moment({verdict: event.verdict ?? 'unclear', how: event.how}, event.reason);
    case 'note':
      return event.level === 'info' ? null : moment({level: event.level, code: event.code}, event.text);
    default:
      return null;
  }
}

function moment(values: Record<string, string | number | null>, text: string | null = null): Moment {
  const named = Object.entries(values).map(([name, value]) => [`oneshot.${name}`, value] as const);
  return {attributes: known(Object.fromEntries(named)), text};
}
