import type {Plot} from '../experiment.ts';
import {barChart} from '../plot.ts';
import {spread} from '../spread.ts';
import type {TransportResult} from './index.ts';

/** How soon an object is seen, and how much of an agent's output arrives. */
export function plots({data}: TransportResult): Record<string, Plot> {
  return {'transport-latency': latencyPlot(data), 'transport-loss': lossPlot(data)};
}

function latencyPlot({paced}: TransportResult['data']): Plot {
  const points = paced
    .filter(({lineEnds}) => lineEnds)
    .map(({name, way, samples}) => ({
      name,
      way,
      latency: spread(samples.map(({p50Ms}) => p50Ms)).median,
    }));
  const title = 'From the write of a JSON line to its handler (p50): a PTY against a pipe';
  const x = {field: 'latency', title: 'ms (logarithmic)', log: true};
  return {title, spec: barChart({title, points, x, y: {field: 'name', title: ''}, color: 'way'})};
}

function lossPlot({agentLoss}: TransportResult['data']): Plot {
  const bytes = (samples: readonly {bytes: number}[]) => spread(samples.map((sample) => sample.bytes)).median;
  const points = agentLoss.map(({name, way, samples}) => {
    const all = agentLoss.find((of) => of.name === name && of.way === 'pty')!;
    return {name, way, share: (100 * bytes(samples)) / bytes(all.samples)};
  });
  const title = 'Output of real agents that arrived while the reader stood still';
  const x = {field: 'share', title: '% of what arrived on a PTY'};
  return {title, spec: barChart({title, points, x, y: {field: 'name', title: ''}, color: 'way'})};
}
