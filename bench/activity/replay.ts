/** Judges a run once more, from its trace, as if some sources had not been watched. */

import {Judge} from '../../src/activity/judge.ts';
import type {EventBody, EvidenceKind} from '../../src/event.ts';
import {ManualClock} from '../../test/support/manual-clock.ts';
import {LIMITS} from './scenarios.ts';
import type {Signal, Trace} from './trace.ts';

/** When a run would have been stopped, ms since the judge began; null: not at all. */
export function replay(trace: Trace, kinds: readonly EvidenceKind[]): number | null {
  const clock = new ManualClock();
  let stoppedMs: number | null = null;
  const judge = new Judge({
    clock,
    limits: {...LIMITS, maxMs: null},
    onAsk: 'stop',
    output: kinds.includes('output'),
    sources: [],
    record: () => {},
    stop: () => {
      stoppedMs ??= clock.monotonicMs();
    },
  });
  for (const {atMs, tell} of timeline(trace, kinds, judge)) {
    clock.advance(Math.max(0, atMs - clock.monotonicMs()));
    tell();
  }
  // A run that was stopped would have stayed as it was.
  const restMs = trace.stop ? LIMITS.maxMs! : trace.overMs - clock.monotonicMs();
  clock.advance(Math.max(0, restMs));
  judge.close();
  return stoppedMs;
}

interface Moment {
  atMs: number;
  tell: () => void;
}

function timeline(
  {evidence, signals, endedMs}: Trace,
  kinds: readonly EvidenceKind[],
  judge: Judge,
): Moment[] {
  const seen = kinds.flatMap((kind) =>
    evidence[kind].map((atMs) => ({atMs, tell: () => judge.see(kind, kind)})),
  );
  const said = signals.map((signal) => ({atMs: signal.atMs, tell: () => judge.event(eventOf(signal))}));
  const ended = endedMs === null ? [] : [{atMs: endedMs, tell: () => judge.ended()}];
  // Sorting is stable: evidence of the same moment comes first, as it would end an announced wait.
  const all = [...seen, ...said, ...(kinds.includes('output') ? ended : [])];
  return all.toSorted((a, b) => a.atMs - b.atMs);
}

function eventOf(signal: Signal): EventBody {
  if ('tool' in signal) {
    const {tool: toolCallId, status} = signal;
    return {type: 'tool_call_update', toolCallId, status};
  }
  if ('retryDelayMs' in signal) {
    const unsaid = {attempt: null, maxAttempts: null, status: null, error: ''};
    return {type: 'agent_retry', delayMs: signal.retryDelayMs, ...unsaid};
  }
  return {type: 'agent_ask', ask: 'question', text: ''};
}
