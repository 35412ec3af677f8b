/** When the objects of a program that says one now and then are seen. */
import {percentile, rounded} from '../../stats.ts';
import {oneshotStream} from '../oneshot-stream.ts';
import {LINE_BYTES, lineArguments} from '../ticks.ts';
import {argvFor, type ChildProgram, transportOf, type Way} from './children.ts';

export interface Paced {
  firstMs: number;
  p50Ms: number;
  p99Ms: number;
}

export interface PacedCounts {
  objects: number;
  intervalMs: number;
}

export async function paced(
  program: ChildProgram,
  way: Way,
  lineEnds: boolean,
  {objects, intervalMs}: PacedCounts,
): Promise<Paced> {
  const lines = {count: objects, intervalUs: intervalMs * 1000, bytes: LINE_BYTES, lineEnds};
  const argv = argvFor(program, way, lineArguments(lines));
  const stream = await oneshotStream(argv, {transport: transportOf(way)});
  if (stream.objects !== objects) throw new Error(`${program.name}: ${stream.objects} of ${objects} objects`);
  return {
    firstMs: rounded(stream.firstMs, 3),
    p50Ms: rounded(percentile(stream.latenciesMs, 0.5), 3),
    p99Ms: rounded(percentile(stream.latenciesMs, 0.99), 3),
  };
}
