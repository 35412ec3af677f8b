import type {Plot} from '../experiment.ts';
import {barChart} from '../plot.ts';
import {spread} from '../spread.ts';
import {CASES} from './cases.ts';
import type {JsonResult} from './index.ts';
import {medianOf} from './report.ts';

/** Speed by shape of the stream, and accuracy. */
export function plots({data}: JsonResult): Record<string, Plot> {
  return {
    'json-throughput': throughputPlot(data),
    'json-accuracy': accuracyPlot(data),
    'json-memory': memoryPlot(data),
  };
}

function throughputPlot({throughput}: JsonResult['data']): Plot {
  const points = throughput
    .filter(({cutBytes}) => cutBytes === 4095)
    .flatMap((row) =>
      Object.keys(row.megabytesPerSecond)
        .filter((reader) => row.found[reader] === undefined || row.found[reader] === row.expected)
        .map((reader) => ({shape: row.shape, reader, rate: medianOf(row, reader)})),
    );
  const title = 'Reading JSON objects in chunks of 4,095 bytes (no bar: objects are missing)';
  const x = {field: 'rate', title: 'MB a second of CPU time'};
  return {title, spec: barChart({title, points, x, y: {field: 'shape', title: ''}, color: 'reader'})};
}

function accuracyPlot({accuracy}: JsonResult['data']): Plot {
  const points = accuracy.map(({reader, right}) => ({reader, right: (100 * right.length) / CASES.length}));
  const title = 'Malformed and incomplete streams read rightly';
  const x = {field: 'right', title: '%'};
  return {title, spec: barChart({title, points, x, y: {field: 'reader', title: ''}, color: 'reader'})};
}

function memoryPlot({memory}: JsonResult['data']): Plot {
  const points = memory.map(({reader, objectMB, rssBytes}) => ({
    reader,
    size: `${objectMB} MB`,
    rss: spread(rssBytes).median / 1e6,
  }));
  const title = 'Memory that reading one object takes';
  const x = {field: 'rss', title: 'MB'};
  return {title, spec: barChart({title, points, x, y: {field: 'size', title: 'object'}, color: 'reader'})};
}
