/** What is lost at the exit of a program whose reader stands still meanwhile. */
import type {Child} from '../../../src/transport/transport.ts';
import {oneshotStream} from '../oneshot-stream.ts';
import {lineArguments} from '../ticks.ts';
import {argvFor, type ChildProgram, transportOf, type Way} from './children.ts';

export interface Loss {
  expected: number;
  lost: number;
}

const LINE_BYTES = 1000;

/** The program writes `bytes` at once and exits; the reader stands still for `pauseMs` from the first chunk on. */
export async function slowlyRead(
  program: ChildProgram,
  way: Way,
  bytes: number,
  pauseMs: number,
): Promise<Loss> {
  const lines = {count: bytes / LINE_BYTES, intervalUs: 0, bytes: LINE_BYTES};
  const argv = argvFor(program, way, lineArguments(lines));
  const still = standingStill(pauseMs);
  const stream = await oneshotStream(argv, {transport: transportOf(way), ...still});
  return {expected: bytes, lost: bytes - stream.bytes};
}

/** Hooks that stop reading for a while at the first chunk. */
export function standingStill(pauseMs: number) {
  let child: Child | undefined;
  let stopped = false;
  return {
    started: (startedChild: Child) => {
      child = startedChild;
    },
    chunk: () => {
      if (stopped) return;
      stopped = true;
      child?.pause();
      setTimeout(() => child?.resume(), pauseMs);
    },
  };
}
