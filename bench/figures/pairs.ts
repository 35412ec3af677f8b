import {median, rounded} from '../stats.ts';
import type {Measured} from './figure.ts';

/**
 * Runs two things in turn, each first in every other round, so that what slows the machine down meets both. Each returns a
 * number, such as the time it took.
 */
export async function inTurn(
  rounds: number,
  one: () => number | Promise<number>,
  other: () => number | Promise<number>,
): Promise<[number, number][]> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    const oneFirst = round % 2 === 0;
    const first = await (oneFirst ? one : other)();
    const second = await (oneFirst ? other : one)();
    pairs.push(oneFirst ? [first, second] : [second, first]);
  }
  return pairs;
}

/** The median of the ratios of the first to the second of each pair. */
export function medianRatio(pairs: readonly (readonly [number, number])[]): Measured {
  return {value: rounded(median(pairs.map(([one, other]) => one / other)), 3), runs: pairs.length};
}

/** CPU time that `work` takes in this process, all its threads, ms. */
export async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const {user, system} = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Wall time of `work`, ms. */
export async function wallMs(work: () => unknown): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
