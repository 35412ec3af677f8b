import {median} from '../../stats.ts';
import type {Plot} from '../experiment.ts';
import {lineChart, type Point} from '../plot.ts';
import type {ResourcesResult} from './index.ts';
import type {RunsMeasured, Sample} from './runs.worker.ts';

/** CPU time and memory over time, and by how many runs there are. */
export function plots({data}: ResourcesResult): Record<string, Plot> {
  return {
    'resources-runs': runsPlot(data),
    'resources-time': timePlot(data),
    ...(data.large && {'resources-large': largePlot(data.large)}),
  };
}

function runsPlot({many}: ResourcesResult['data']): Plot {
  const points = many.map(({transport, atOnce, rounds}) => ({
    transport,
    atOnce,
    cpu: median(rounds.map(({cpuMs, ms}) => (100 * cpuMs) / ms)),
  }));
  const title = 'CPU time of oneshot by the number of runs at once, 20 lines a second each';
  const x = {field: 'atOnce', title: 'runs at once'};
  const y = {field: 'cpu', title: '% of a core'};
  return {title, spec: lineChart({title, points, x, y, color: 'transport'})};
}

/** Of the first round with the most runs at once. */
function timePlot({many}: ResourcesResult['data']): Plot {
  const most = Math.max(...many.map(({atOnce}) => atOnce));
  const points = many
    .filter(({atOnce}) => atOnce === most)
    .flatMap(({transport, rounds}) => memoryOver(rounds[0]!.samples, transport));
  const title = `Memory of oneshot over time, ${most} runs at once`;
  const x = {field: 'seconds', title: 's'};
  const y = {field: 'rss', title: 'MB'};
  return {title, spec: lineChart({title, points, x, y, color: 'transport'})};
}

function largePlot(large: RunsMeasured & {bytes: number}): Plot {
  const points = memoryOver(large.samples, 'memory');
  const title = `Memory of oneshot while ${Math.round(large.bytes / 1e6).toLocaleString('en-US')} MB are recorded`;
  const x = {field: 'seconds', title: 's'};
  const y = {field: 'rss', title: 'MB'};
  return {title, spec: lineChart({title, points, x, y, color: 'transport'})};
}

function memoryOver(samples: readonly Sample[], transport: string): Point[] {
  return samples.map(({atMs, rssBytes}) => ({transport, seconds: atMs / 1000, rss: rssBytes / 1e6}));
}
