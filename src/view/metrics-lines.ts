/** What was measured of runs, for people. */
import {count, duration} from './format.ts';
import {table} from './session-list.ts';
import type {Metrics, RunSummary, SessionSummary} from './summary.ts';

const HEAD = [
  'ITER',
  'ROLE',
  'TIME',
  'STDOUT',
  'STDERR',
  'CHUNKS',
  'FRAMES',
  'EVENTS',
  'P50',
  'P95',
  'P99',
  'MAX',
  'PAUSED',
  'RSS',
  'CPU',
  'LOOP P99',
];

/** A table with a line for each run that was measured; empty where none was. */
export function metricsLines({iterations}: SessionSummary): string[] {
  const rows = iterations.flatMap(({iteration, runs}) => runs.flatMap((run) => rowOf(iteration, run)));
  return rows.length === 0 ? [] : table([HEAD, ...rows]);
}

function rowOf(iteration: number, {role, metrics}: RunSummary): string[][] {
  if (!metrics) return [];
  const {durationMs, bytes, chunks, frames, events, latencyMs, rssBytes, cpuMs, eventLoopDelayMs} = metrics;
  const counts = [bytes.stdout, bytes.stderr, chunks, frames, events].map(count);
  const latencies = [latencyMs.p50, latencyMs.p95, latencyMs.p99, latencyMs.max].map(milliseconds);
  return [
    [
      String(iteration),
      role ?? 'program',
      duration(durationMs),
      ...counts,
      ...latencies,
      pauses(metrics),
      `${Math.round(rssBytes.peak / 1e6)} MB`,
      duration(cpuMs.user + cpuMs.system),
      milliseconds(eventLoopDelayMs.p99),
    ],
  ];
}

function pauses({pauses: {count: times, totalMs}}: Pick<Metrics, 'pauses'>): string {
  return times === 0 ? '' : `${times}× ${duration(totalMs)}`;
}

/** `0.042 ms`, `1.3 ms`, `120 ms`. */
function milliseconds(ms: number | null): string {
  return ms === null ? '' : `${Number(ms.toPrecision(2))} ms`;
}

/** One line. */
export function metricsText({bytes, events, latencyMs, pauses: {count: times}}: Metrics): string {
  const paused = times === 0 ? '' : `, paused ${times} ${times === 1 ? 'time' : 'times'}`;
  const late = latencyMs.p50 === null ? '' : `, seen after ${milliseconds(latencyMs.p50)} (p50)`;
  return `${count(bytes.stdout + bytes.stderr)} bytes, ${count(events)} events${late}${paused}`;
}
