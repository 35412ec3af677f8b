import {describe, expect, it} from 'vitest';
import {bar} from '../../../bench/experiments/progress-bar.ts';
import {roundRobin} from '../../../bench/experiments/round-robin.ts';
import {figure, ratioSpread, spread, spreadOf} from '../../../bench/experiments/spread.ts';
import {textOf} from '../../../bench/experiments/stored.ts';

describe('a spread', () => {
  it('is the median, and where half of the values lie', () => {
    expect(spread([5, 1, 4, 2, 3, 7, 6, 8])).toEqual({count: 8, median: 4, low: 2, high: 6});
  });

  it('of nothing is nothing', () => {
    expect(spread([])).toEqual({count: 0, median: Number.NaN, low: Number.NaN, high: Number.NaN});
    expect(spreadOf([])).toBe('–');
  });

  it('of ratios takes the two sides of each round together', () => {
    expect(ratioSpread([2, 40, 6], [1, 10, 3])).toEqual({count: 3, median: 2, low: 2, high: 4});
    expect(() => ratioSpread([1, 2], [1])).toThrow('every round');
  });
});

describe('a figure', () => {
  it.each([
    [0, '0'],
    [0.000_123_4, '0.000123'],
    [0.000_000_12, '0'],
    [0.123_49, '0.123'],
    [4.5, '4.5'],
    [78.95, '79'],
    [999.6, '1,000'],
    [12_345_678, '12,300,000'],
    [Number.NaN, '–'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('of %d has three digits: %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it('stands with its spread, unless it is the only one', () => {
    expect(spreadOf([1, 2, 3, 4])).toBe('2 (1–3)');
    expect(spreadOf([2.345])).toBe('2.35');
  });
});

describe('rounds', () => {
  it('measure every variant once each, beginning with another one each time', async () => {
    const order: string[] = [];
    const variant = (name: string) => async (round: number) => {
      order.push(name);
      return `${name}${round}`;
    };
    const steps: unknown[] = [];
    const variants = {a: variant('a'), b: variant('b'), c: variant('c')};
    const results = await roundRobin(2, variants, (...step) => steps.push(step));
    expect(order.join('')).toBe('abcbca');
    expect(results).toEqual({a: ['a0', 'a1'], b: ['b0', 'b1'], c: ['c0', 'c1']});
    expect(steps.at(3)).toEqual([4, 6, 'b']);
  });
});

describe('the bar', () => {
  it('is as full as the work is done', () => {
    expect(bar(0)).toBe(`[${'.'.repeat(24)}]`);
    expect(bar(0.5)).toBe(`[${'#'.repeat(12)}${'.'.repeat(12)}]`);
    expect(bar(2)).toBe(`[${'#'.repeat(24)}]`);
  });
});

describe('stored JSON', () => {
  it('has a line for each element near the top and is the same JSON', () => {
    const value = {
      name: 'x',
      load: [1, 2],
      data: {runs: [{a: [1, {b: 2}]}, {a: []}], none: [], nothing: null},
    };
    expect(JSON.parse(textOf(value))).toEqual(value);
    expect(textOf(value)).toBe(`{
  "name": "x",
  "load": [1,2],
  "data": {
    "runs": [
      {"a":[1,{"b":2}]},
      {"a":[]}
    ],
    "none": [],
    "nothing": null
  }
}
`);
  });
});
