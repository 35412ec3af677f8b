import {decoder} from './decoder.ts';
import type {AnyFigureGroup} from './figure.ts';
import {latency} from './latency.ts';
import {pipeline} from './pipeline.ts';
import {start} from './start.ts';
import {throughput} from './throughput.ts';
import {wall} from './wall.ts';

/** Every group by its name, in the order of docs/performance.md. */
export const FIGURES: Readonly<Record<string, AnyFigureGroup>> = {
  decoder,
  pipeline,
  throughput,
  latency,
  start,
  wall,
};
