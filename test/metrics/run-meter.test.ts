import {describe, expect, it} from 'vitest';
import type {ProcessUse} from '../../src/event.ts';
import {type UseWatch, watchProcessUse} from '../../src/metrics/process-use.ts';
import {RunMeter} from '../../src/metrics/run-meter.ts';
import {ManualClock} from '../support/manual-clock.ts';

const USE: ProcessUse = {
  rssBytes: {start: 1, peak: 3, end: 2},
  cpuMs: {user: 4, system: 5},
  eventLoopDelayMs: {p50: 0, p99: 1, max: 2},
};

function metered() {
  const clock = new ManualClock();
  const seen = {samples: 0, closed: false};
  const use: UseWatch = {
    sample: () => {
      seen.samples++;
    },
    result: () => USE,
    close: () => {
      seen.closed = true;
    },
  };
  return {clock, seen, meter: new RunMeter({clock, use})};
}

describe('the meter of a run', () => {
  it('counts bytes, chunks, events and frames', () => {
    const {clock, meter} = metered();
    meter.chunk('stdout', 10);
    meter.chunk('stderr', 3);
    meter.queued();
    clock.advance(1_500);
    expect(meter.result(7)).toMatchObject({
      type: 'run_metrics',
      durationMs: 1_500,
      bytes: {stdout: 10, stderr: 3},
      chunks: 2,
      frames: 7,
      events: 1,
      pauses: {count: 0, totalMs: 0},
      ...USE,
    });
  });

  it('takes the time from the chunk of an event until it is seen', () => {
    const {clock, meter} = metered();
    meter.chunk('stdout', 1);
    meter.queued();
    meter.queued();
    clock.advance(4);
    meter.chunk('stdout', 1);
    meter.queued();
    meter.seen();
    clock.advance(4);
    meter.seen();
    meter.seen();
    const {latencyMs} = meter.result(0);
    expect(latencyMs).toMatchObject({count: 3, mean: 5.333, max: 8});
    expect(latencyMs.buckets.map(({count}) => count)).toEqual([2, 1]);
  });

  it('takes the time of what was held back from the end of the output', () => {
    const {clock, meter} = metered();
    meter.chunk('stdout', 1);
    clock.advance(100);
    meter.ended();
    meter.queued();
    clock.advance(2);
    meter.seen();
    expect(meter.result(0).latencyMs).toMatchObject({count: 1, max: 2});
  });

  it('knows nothing of events that it was not told of', () => {
    const {meter} = metered();
    meter.seen();
    expect(meter.result(0).latencyMs.count).toBe(0);
  });

  it('adds up the pauses, one that goes on included', () => {
    const {clock, meter} = metered();
    meter.paused();
    clock.advance(10);
    meter.resumed();
    meter.resumed();
    clock.advance(100);
    meter.paused();
    clock.advance(5);
    expect(meter.result(0).pauses).toEqual({count: 2, totalMs: 15});
  });

  it('looks at the memory now and then, not with each chunk', () => {
    const {clock, meter, seen} = metered();
    for (let chunk = 0; chunk < 100; chunk++) {
      meter.chunk('stdout', 1);
      clock.advance(10);
    }
    expect(seen.samples).toBe(3);
    meter.close();
    expect(seen.closed).toBe(true);
  });
});

describe('the use of this process', () => {
  it('is that of the time since watching began', async () => {
    const watch = watchProcessUse();
    const held = Buffer.alloc(64 * 1024 * 1024, 1);
    watch.sample();
    await new Promise((done) => setTimeout(done, 50));
    const until = performance.now() + 100;
    while (performance.now() < until);
    await new Promise((done) => setTimeout(done, 50));
    const {rssBytes, cpuMs, eventLoopDelayMs} = watch.result();
    watch.close();
    expect(rssBytes.peak - rssBytes.start).toBeGreaterThan(held.length / 2);
    expect(rssBytes.peak).toBeGreaterThanOrEqual(rssBytes.end);
    expect(cpuMs.user + cpuMs.system).toBeGreaterThan(0);
    expect(eventLoopDelayMs.max).toBeGreaterThan(eventLoopDelayMs.p50);
  });

  it('of no time at all is no delay', () => {
    const watch = watchProcessUse();
    expect(watch.result().eventLoopDelayMs).toEqual({p50: 0, p99: 0, max: 0});
    watch.close();
  });
});
