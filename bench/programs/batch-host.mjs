// batch-host.mjs LIBRARY GUARD SESSIONS EVENTS STATE_FOLDER PROGRAM ARGUMENT …: runs the program as Claude in so many
// sessions at once and prints what was seen of its events: how late each came to a view, and what the process took.
import {setMaxListeners} from 'node:events';
import {monitorEventLoopDelay, performance} from 'node:perf_hooks';
import {pathToFileURL} from 'node:url';

const [library, guardProgram, sessions, events, stateDir, ...program] = process.argv.slice(2);
const {DEFAULT_MAX_FRAME_BYTES, executorByName, loop, openSessionLog, startGuard, systemClock} = await import(
  pathToFileURL(library).href
);

const guard = startGuard(guardProgram);
const never = new AbortController().signal;
setMaxListeners(0, never);
const agent = {
  executor: executorByName('claude'),
  installation: {executor: 'claude', adapter: 'claude', program, version: '0.0.0'},
  model: null,
  permissionMode: 'agent',
  agentArgs: [],
};
/** When each event was written and when it came to a view, ns. */
const seen = [];
let running = 0;
let allRunAtNs = null;
let firstEndedAtNs = null;

async function session() {
  const log = await openSessionLog({stateDir, clock: systemClock});
  let count = 0;
  log.addView((event) => {
    const atNs = process.hrtime.bigint();
    if (event.type === 'run_started' && ++running === Number(sessions)) allRunAtNs = atNs;
    if (event.type !== 'agent_message_chunk') return;
    for (const [, sentNs] of event.content.text.matchAll(/at:(\d+) /g)) {
      count++;
      seen.push([BigInt(sentNs), atNs]);
    }
  });
  const shared = {clock: systemClock, stop: never, kill: never, guard, transport: 'auto'};
  const context = {...shared, log, cwd: stateDir, env: process.env, maxFrameBytes: DEFAULT_MAX_FRAME_BYTES};
  const {finished} = await loop(context, {
    task: 'tick',
    worker: agent,
    auditor: null,
    maxIterations: 1,
    oneshotVersion: 'check',
  });
  firstEndedAtNs ??= process.hrtime.bigint();
  await log.close();
  return {ending: finished.ending, reason: finished.reason, complete: count === Number(events)};
}

const delay = monitorEventLoopDelay({resolution: 10});
delay.enable();
const cpuBefore = process.cpuUsage();
const startedAtMs = performance.now();
let peakRss = 0;
const sampler = setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 100);
const ended = await Promise.all(Array.from({length: Number(sessions)}, session));
clearInterval(sampler);
guard.close();
const {user, system} = process.cpuUsage(cpuBefore);
const wallMs = performance.now() - startedAtMs;
const lateMs = (entries) =>
  Float64Array.from(entries, ([sentNs, atNs]) => Number(atNs - sentNs) / 1e6).toSorted();
const rank = (sorted, p) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
/** While all sessions were at work. */
const isSteady = ([sentNs]) => allRunAtNs !== null && sentNs >= allRunAtNs && sentNs < firstEndedAtNs;
const figures = (sorted) => ({
  count: sorted.length,
  p50Ms: rank(sorted, 0.5),
  p99Ms: rank(sorted, 0.99),
  maxMs: sorted.at(-1) ?? null,
});
process.stdout.write(
  `${JSON.stringify({
    ended,
    seen: seen.length,
    all: figures(lateMs(seen)),
    steady: figures(lateMs(seen.filter(isSteady))),
    loopDelayMs: {p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6},
    peakRssBytes: peakRss,
    cpuShare: (user + system) / 1000 / wallMs,
    wallMs,
  })}\n`,
);
// The guard may take its time.
process.exit(0);
