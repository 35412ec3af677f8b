/** Whether a run was judged rightly, and how well a set of sources does over all runs. */

import {GRACE_MS} from '../../src/activity/judge.ts';
import type {EvidenceKind} from '../../src/event.ts';
import {percentile, rounded} from '../stats.ts';
import {replay} from './replay.ts';
import {LIMITS, SCENARIOS, type Scenario, type Stuck} from './scenarios.ts';
import type {Trace} from './trace.ts';

/**
 * `false alarm`: stopped while it worked, or, by more than an interval, before its limit had passed since the last evidence.
 * `late`: stuck and stopped, but later than the limit and one interval. `miss`: stuck and never stopped.
 */
export type Verdict = 'right' | 'false alarm' | 'late' | 'miss';

export interface Judgement {
  scenario: string;
  agent: string;
  verdict: Verdict;
  /** From the last evidence of any kind, or the end of an announced wait, to the stop, ms; null without a detection. */
  latencyMs: number | null;
  /** By how much that is longer than the limit, ms. */
  overLimitMs: number | null;
}

export interface Score {
  runs: number;
  falseAlarms: number;
  misses: number;
  late: number;
  /** Share of runs judged rightly, per cent. */
  accuracy: number;
  latencyP50Ms: number;
  latencyMaxMs: number;
  overLimitMaxMs: number;
}

export const SOURCE_SETS = {
  'output only': ['output'],
  'files only': ['files'],
  'processes only': ['processes'],
  'all, replayed': ['output', 'files', 'processes'],
} as const satisfies Record<string, readonly EvidenceKind[]>;

/** As it was judged while it ran. */
export function judgeLive(trace: Trace): Judgement {
  return judgement(trace, trace.stop?.atMs ?? null);
}

/** As it would have been judged with these sources alone. */
export function judgeReplayed(trace: Trace, kinds: readonly EvidenceKind[]): Judgement {
  return judgement(trace, replay(trace, kinds));
}

export function scenarioOf({scenario: name}: Trace): Scenario {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (!scenario) throw new Error(`no scenario "${name}"`);
  return scenario;
}

export function scoreOf(judgements: readonly Judgement[]): Score {
  const count = (verdict: Verdict) => judgements.filter((judged) => judged.verdict === verdict).length;
  const figures = (key: 'latencyMs' | 'overLimitMs') =>
    judgements.map((judged) => judged[key]).filter((ms) => ms !== null);
  return {
    runs: judgements.length,
    falseAlarms: count('false alarm'),
    misses: count('miss'),
    late: count('late'),
    accuracy: rounded((100 * count('right')) / judgements.length, 1),
    latencyP50Ms: percentile(figures('latencyMs'), 0.5),
    latencyMaxMs: percentile(figures('latencyMs'), 1),
    overLimitMaxMs: percentile(figures('overLimitMs'), 1),
  };
}

function judgement(trace: Trace, stoppedMs: number | null): Judgement {
  const {scenario, agent} = trace;
  const {stuck} = scenarioOf(trace);
  const none = {latencyMs: null, overLimitMs: null};
  if (stoppedMs === null) return {scenario, agent, verdict: stuck === null ? 'right' : 'miss', ...none};
  if (stuck === null || !trace.reached) return {scenario, agent, verdict: 'false alarm', ...none};
  const latencyMs = stoppedMs - stuckSinceMs(trace, stuck);
  const overLimitMs = latencyMs - limitOf(stuck);
  if (overLimitMs < -LIMITS.intervalMs) return {scenario, agent, verdict: 'false alarm', ...none};
  return {
    scenario,
    agent,
    verdict: overLimitMs > LIMITS.intervalMs ? 'late' : 'right',
    latencyMs,
    overLimitMs,
  };
}

/**
 * By how much the stop came later than the limit after the last act of the model, which the model server recorded, or the
 * terminal event, ms; null for a run that was not stopped. Signs of life that are none make it longer.
 */
export function overStandstillMs(trace: Trace): number | null {
  const {stuck} = scenarioOf(trace);
  if (stuck === null || trace.stop === null) return null;
  const {stop, endedMs, askedMs, sentMs} = trace;
  return stop.atMs - Math.max(endedMs ?? 0, ...askedMs, ...sentMs) - limitOf(stuck);
}

/** How long the judge lets a question stand. */
const ASK_MS = 6_000;

function limitOf(stuck: Stuck): number {
  if (stuck === 'grace') return GRACE_MS;
  return stuck === 'ask' ? ASK_MS : LIMITS[`${stuck}Ms`]!;
}

/** The last sign of life, which a question and the end of the work put an end to. */
function stuckSinceMs({evidence, signals, endedMs}: Trace, stuck: Stuck): number {
  if (stuck === 'grace') return endedMs ?? 0;
  if (stuck === 'ask') return signals.find((signal) => 'asks' in signal)?.atMs ?? 0;
  const waits = signals.map((signal) =>
    'retryDelayMs' in signal ? signal.atMs + (signal.retryDelayMs ?? 0) : 0,
  );
  return Math.max(0, ...evidence.output, ...evidence.files, ...evidence.processes, ...waits);
}
