import type {Plot} from '../experiment.ts';
import {barChart} from '../plot.ts';
import {spread} from '../spread.ts';
import type {PeersResult} from './index.ts';

/** How soon a line is seen, and what is lost. */
export function plots({data}: PeersResult): Record<string, Plot> {
  return {'peers-latency': latencyPlot(data), 'peers-loss': lossPlot(data)};
}

function latencyPlot(data: PeersResult['data']): Plot {
  const points = data
    .filter(({streams}) => streams.length > 0)
    .map(({peer, streams}) => ({peer, latency: spread(streams.map(({paced}) => paced.p50Ms)).median}));
  const title = 'From the print of a JSON line by a C program to its handler (p50)';
  const x = {field: 'latency', title: 'ms (logarithmic)', log: true};
  return {title, spec: barChart({title, points, x, y: {field: 'peer', title: ''}, color: 'peer'})};
}

function lossPlot(data: PeersResult['data']): Plot {
  const points = data.flatMap(({peer, loss}) =>
    loss === null ? [] : [{peer, share: (100 * loss.runsWithLoss) / loss.runs}],
  );
  const title = 'Runs that lost output at the exit of a program that writes 100 KB';
  const x = {field: 'share', title: '% of the runs'};
  return {title, spec: barChart({title, points, x, y: {field: 'peer', title: ''}, color: 'peer'})};
}
