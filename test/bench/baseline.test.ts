import {describe, expect, it} from 'vitest';
import {recorded, worseThan} from '../../bench/figures/baseline.ts';
import type {Figure, Limit} from '../../bench/figures/figure.ts';

function figure(name: string, value: number | null, target: Limit): Figure {
  return {name, value, target, ok: true, unit: 'ratio', method: '', runs: 1};
}

describe('the comparison with recorded figures', () => {
  it('finds those that are more than a quarter worse, in the direction of their target', () => {
    const baseline = {fast: 0.8, faster: 0.8, dear: 2, dearer: 2, unmeasured: 1};
    const figures = [
      figure('fast', 0.61, {atLeast: 0.75}),
      figure('faster', 0.59, {atLeast: 0.75}),
      figure('dear', 2.49, {atMost: 2}),
      figure('dearer', 2.51, {atMost: 2}),
      figure('unmeasured', null, {atMost: 1}),
      figure('unrecorded', 100, {atMost: 1}),
    ];
    expect(worseThan(baseline, figures)).toEqual([
      {name: 'faster', was: 0.8, is: 0.59},
      {name: 'dearer', was: 2, is: 2.51},
    ]);
  });

  it('is with what was measured', () => {
    const figures = [figure('one', 1.5, {atMost: 2}), figure('none', null, {atMost: 2})];
    expect(recorded(figures)).toEqual({one: 1.5});
  });
});
