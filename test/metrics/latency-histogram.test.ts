import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {LatencyHistogram} from '../../src/metrics/latency-histogram.ts';

function resultOf(times: readonly number[]) {
  const histogram = new LatencyHistogram();
  for (const ms of times) histogram.add(ms);
  return histogram.result();
}

describe('a histogram of latencies', () => {
  it('without a time has no figures', () => {
    const none = {mean: null, p50: null, p95: null, p99: null, max: null};
    expect(resultOf([])).toEqual({count: 0, ...none, buckets: []});
  });

  it('tells the buckets that are not empty', () => {
    expect(resultOf([0, 0.001, 0.002, 1.024, 1.024])).toEqual({
      count: 5,
      mean: 0.4102,
      p50: 0.002,
      p95: 1.024,
      p99: 1.024,
      max: 1.024,
      buckets: [
        {upTo: 0.001, count: 2},
        {upTo: 0.002, count: 1},
        {upTo: 1.024, count: 2},
      ],
    });
  });

  it('counts what took longer than the last bound in the last bucket', () => {
    const {p50, max, buckets} = resultOf([1e9]);
    expect({p50, max}).toEqual({p50: 1e9, max: 1e9});
    expect(buckets).toEqual([{upTo: 1_074_000, count: 1}]);
  });

  it('has quantiles that are never too low and at most a fifth too high', () => {
    const times = fc.array(fc.double({min: 0.001, max: 1e6, noNaN: true}), {minLength: 1, maxLength: 300});
    fc.assert(
      fc.property(
        times,
        fc.constantFrom([0.5, 'p50'] as const, [0.95, 'p95'] as const, [0.99, 'p99'] as const),
        (all, [share, name]) => {
          const sorted = all.toSorted((one, other) => one - other);
          const exact = sorted[Math.ceil(share * all.length) - 1]!;
          const told = resultOf(all)[name]!;
          expect(told).toBeGreaterThan(exact * 0.999);
          expect(told).toBeLessThan(exact * 1.2);
        },
      ),
    );
  });
});
