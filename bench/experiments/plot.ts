/** Plots as SVG, by vega-lite. */
import type {TopLevelSpec} from 'vega-lite';

export type PlotSpec = TopLevelSpec;

/** A row of what is plotted. */
export type Point = Readonly<Record<string, string | number>>;

const CONFIG = {
  background: 'white',
  font: 'sans-serif',
  axis: {labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal' as const},
  legend: {labelFontSize: 11, labelLimit: 260, titleFontSize: 12, titleFontWeight: 'normal' as const},
  title: {fontSize: 13, anchor: 'start' as const},
};

export interface Axis {
  field: string;
  title: string;
  /** @default linear */
  log?: boolean;
}

export interface Chart {
  title: string;
  points: readonly Point[];
  x: Axis;
  y: Axis;
  /** Field whose values get a colour each. */
  color: string;
  /** Field whose values get a panel each, side by side. */
  panel?: string;
}

/** Horizontal bars: one a value of `y`, grouped by `color`. On a logarithmic axis, where a bar would begin nowhere, dots. */
export function barChart({title, points, x, y, color, panel}: Chart): PlotSpec {
  const order = {sort: null};
  return {
    title,
    data: {values: [...points]},
    mark: x.log ? {type: 'point', filled: true, size: 80, opacity: 1} : {type: 'bar'},
    width: panel ? 260 : 460,
    height: {step: 14},
    encoding: {
      x: {field: x.field, type: 'quantitative', title: x.title, ...scaleOf(x)},
      y: {field: y.field, type: 'nominal', title: y.title || null, ...order, axis: {labelLimit: 260}},
      ...(color !== y.field && {yOffset: {field: color, type: 'nominal', ...order}}),
      color: {
        field: color,
        type: 'nominal',
        ...order,
        ...(color === y.field ? {legend: null} : {legend: {title: null}}),
      },
      ...(panel && {column: {field: panel, type: 'nominal', title: null, ...order}}),
    },
    config: CONFIG,
  };
}

/** Lines with points. */
export function lineChart({title, points, x, y, color, panel}: Chart): PlotSpec {
  return {
    title,
    data: {values: [...points]},
    mark: {type: 'line', point: true},
    width: panel ? 260 : 460,
    height: 220,
    encoding: {
      x: {field: x.field, type: 'quantitative', title: x.title, ...scaleOf(x)},
      y: {field: y.field, type: 'quantitative', title: y.title, ...scaleOf(y)},
      color: {field: color, type: 'nominal', sort: null, legend: {title: null}},
      ...(panel && {column: {field: panel, type: 'nominal', title: null, sort: null}}),
    },
    config: CONFIG,
  };
}

function scaleOf({log = false}: Axis) {
  return log ? {scale: {type: 'log' as const}} : {};
}

/** Loads vega at the first call. */
export async function svgOf(spec: PlotSpec): Promise<string> {
  const [{compile}, {parse, View}] = await Promise.all([import('vega-lite'), import('vega')]);
  const view = new View(parse(compile(spec).spec), {renderer: 'none'});
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}
