import type {Plot} from '../experiment.ts';
import {barChart} from '../plot.ts';
import {spread} from '../spread.ts';
import type {BufferResult} from './index.ts';
import {nameOf} from './report.ts';

/** What a read buffer of each size costs. */
export function plots({data}: BufferResult): Record<string, Plot> {
  const points = Object.entries(data).flatMap(([size, samples]) => [
    {
      size: nameOf(size),
      figure: 'latency p50, µs',
      value: 1000 * spread(samples.map(({p50Ms}) => p50Ms)).median,
    },
    {
      size: nameOf(size),
      figure: 'CPU a line, fast, µs',
      value: spread(samples.map(({floodCpuUs}) => floodCpuUs)).median,
    },
  ]);
  const title = 'Latency and CPU time by the size of the read buffer, bytes';
  const spec = barChart({
    title,
    points,
    x: {field: 'value', title: 'µs (logarithmic)', log: true},
    y: {field: 'size', title: ''},
    color: 'size',
    panel: 'figure',
  });
  return {buffer: {title, spec}};
}
