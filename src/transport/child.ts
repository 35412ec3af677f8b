import type {ChildProcess} from 'node:child_process';
import type {Platform} from './platform.ts';
import type {Output} from './reading.ts';
import type {Child} from './transport.ts';

/** Which transport a child has, and why. */
export type TransportFacts = Pick<Child, 'transport' | 'transportReason' | 'transportWarning'>;

/** Joins a started program and its output to one `Child`. Call it before the event loop turns again. */
export function superviseChild(
  program: ChildProcess,
  output: Output,
  platform: Platform,
  facts: TransportFacts,
): Child {
  let reaped = false;
  const exited = new Promise<{exitCode: number | null; signal: string | null}>((settle) => {
    program.once('exit', (exitCode, signal) => {
      reaped = true;
      settle({exitCode, signal});
    });
  });
  const pid = program.pid as number;
  return {
    ...facts,
    pid,
    bytesSeen: () => output.bytesSeen(),
    pause: () => output.pause(),
    resume: () => output.resume(),
    drain: () => output.drain(),
    // Once it is reaped, its number may be somebody else's.
    kill: (signal) => !reaped && platform.signal(pid, signal),
    exit: exited.then(async (exit) => ({...exit, drained: await output.finish()})),
  };
}
