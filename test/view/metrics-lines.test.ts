import {describe, expect, it} from 'vitest';
import type {OneshotEvent, RunMetrics} from '../../src/event.ts';
import {metricsLines} from '../../src/view/metrics-lines.ts';
import {Summary} from '../../src/view/summary.ts';
import {Transcript} from '../../src/view/transcript.ts';
import {event, runFinished, runMetrics, runStarted} from './events.ts';

const linesOf = (...events: OneshotEvent[]) => {
  const summary = new Summary();
  for (const one of events) summary.see(one);
  return metricsLines(summary.result());
};

const measured = (more: Partial<RunMetrics> = {}) => event(runMetrics(more), {source: 'runner'});

describe('what was measured of a session', () => {
  it('is a line for each run that was measured', () => {
    const pauses = {count: 2, totalMs: 1_300};
    const lines = linesOf(
      runStarted(),
      measured(),
      runFinished(),
      runStarted({}, {role: 'auditor'}),
      runFinished({}, {role: 'auditor'}),
      runStarted({}, {role: 'worker', iteration: 2}),
      measured({pauses}),
      runFinished(),
    );
    expect(lines).toEqual([
      'ITER  ROLE    TIME   STDOUT  STDERR  CHUNKS  FRAMES  EVENTS  P50       P95   P99     MAX     PAUSED    RSS     CPU    LOOP P99',
      '1     worker  2.5 s  12.3k   0       9       8       7       0.042 ms  2 ms  120 ms  130 ms            100 MB  0.3 s  4 ms',
      '2     worker  2.5 s  12.3k   0       9       8       7       0.042 ms  2 ms  120 ms  130 ms  2× 1.3 s  100 MB  0.3 s  4 ms',
    ]);
  });

  it('is nothing where nothing was measured', () => {
    expect(linesOf(runStarted(), runFinished())).toEqual([]);
  });

  it('of a run without events has no latencies, and of a program no role', () => {
    const none = {mean: null, p50: null, p95: null, p99: null, max: null};
    const [, line] = linesOf(
      runStarted({}, {role: null}),
      measured({latencyMs: {count: 0, ...none, buckets: []}}),
    );
    expect(line).toMatch(/^1 +program {2}2\.5 s {2}12\.3k +0 +9 +8 +7 {2,}100 MB/);
  });

  it('is said in the transcript of those who want to read more', () => {
    const said = (verbosity: 'normal' | 'verbose', body: RunMetrics) =>
      new Transcript({verbosity, agentOutput: true})
        .pieces(event(body))
        .map((piece) => 'text' in piece && piece.text);
    expect(said('normal', runMetrics())).toEqual([]);
    expect(said('verbose', runMetrics())).toEqual([
      'metrics: 12.3k bytes, 7 events, seen after 0.042 ms (p50)',
    ]);
    const latencyMs = {...runMetrics().latencyMs, p50: null};
    expect(said('verbose', runMetrics({latencyMs, pauses: {count: 1, totalMs: 5}}))).toEqual([
      'metrics: 12.3k bytes, 7 events, paused 1 time',
    ]);
    expect(said('verbose', runMetrics({latencyMs, pauses: {count: 2, totalMs: 5}}))).toEqual([
      'metrics: 12.3k bytes, 7 events, paused 2 times',
    ]);
  });
});
