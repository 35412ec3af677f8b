import type {Progress} from '../checks/check.ts';
import type {Figure} from './figure.ts';
import {FIGURES} from './index.ts';

/** Measures the groups of these names, one after the other. @default all */
export async function measureFigures(
  mode: 'full' | 'reduced',
  progress: Progress,
  groups: readonly string[] = Object.keys(FIGURES),
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of groups) {
    const found = await FIGURES[name]!.measure(mode, progress);
    for (const {name, value, ok} of found)
      progress(`${name}: ${value ?? 'not measured'}${ok ? '' : ', missed'}`);
    figures.push(...found);
  }
  return figures;
}
