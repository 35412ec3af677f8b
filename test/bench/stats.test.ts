import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {median, percentile, rounded} from '../../bench/stats.ts';

describe('percentiles', () => {
  it('are by nearest rank, whatever the order', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.2, 0.21, 0.5, 0.99, 1].map((p) => percentile(values, p))).toEqual([1, 1, 2, 3, 5, 5]);
    expect(values).toEqual([5, 1, 4, 2, 3]);
  });

  it('of nothing are not a number, so that no target is met', () => {
    expect(percentile([], 0.5)).toBeNaN();
    expect(percentile([], 0.5) <= 2).toBe(false);
  });

  it('have at least their share of the values at or below them', () => {
    const values = fc.array(fc.float({noNaN: true}), {minLength: 1});
    const share = fc.double({min: 0, max: 1, noNaN: true});
    fc.assert(
      fc.property(values, share, (all, p) => {
        const limit = percentile(all, p);
        const below = all.filter((value) => value <= limit).length;
        expect(below).toBeGreaterThanOrEqual(Math.floor(p * all.length));
        expect(all).toContain(limit);
      }),
    );
  });

  it('have the median in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2);
  });
});

describe('rounding for reports', () => {
  it('drops digits and no more', () => {
    expect([rounded(1.005), rounded(2), rounded(1234.567, 1), rounded(0.4, 0)]).toEqual([1, 2, 1234.6, 0]);
  });
});
