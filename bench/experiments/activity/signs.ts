/** How soon a source of evidence shows what the model does. */

import type {EvidenceKind} from '../../../src/event.ts';
import {LIMITS} from '../../activity/scenarios.ts';
import type {Trace} from '../../activity/trace.ts';

export interface Signs {
  /** Acts of the model: pieces of text that it sent, as the model server recorded them. */
  acts: number;
  /** Those of them after which the source showed something within the idle limit. */
  seen: number;
  /** From the act to the next sign, ms; of those that were seen. */
  latenciesMs: number[];
}

/** What one source showed of the acts of the model, over some runs. Times closer than 100 ms are one in a trace. */
export function signsOf(traces: readonly Trace[], kind: EvidenceKind): Signs {
  const signs: Signs = {acts: 0, seen: 0, latenciesMs: []};
  for (const {sentMs, evidence} of traces)
    for (const sent of sentMs) {
      const next = evidence[kind].find((atMs) => atMs >= sent);
      const latencyMs = next === undefined ? Number.POSITIVE_INFINITY : next - sent;
      signs.acts++;
      if (latencyMs > LIMITS.idleMs!) continue;
      signs.seen++;
      signs.latenciesMs.push(latencyMs);
    }
  return signs;
}
