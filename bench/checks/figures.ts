/** The figures of docs/performance.md that are ratios, each against its target. */
import {measureFigures} from '../figures/measure.ts';
import type {AnyCheck} from './check.ts';

export const figures: AnyCheck = {
  full: 'full',
  reduced: 'reduced',
  async run(mode, progress) {
    const all = await measureFigures(mode, progress);
    const of = (field: 'value' | 'target') => Object.fromEntries(all.map((one) => [one.name, one[field]]));
    return {
      runs: all.reduce((sum, {runs}) => sum + runs, 0),
      value: of('value'),
      target: of('target'),
      ok: all.every(({ok}) => ok),
      missed: all.filter(({ok}) => !ok).map(({name}) => name),
      notes: all.flatMap(({name, note}) => (note ? [`${name}: ${note}`] : [])),
    };
  },
};
