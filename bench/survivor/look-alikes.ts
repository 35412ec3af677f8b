/** Processes that look like those of a run and belong to none: whoever signals them takes them for ours. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {newMark} from '../../src/transport/family.ts';
import {LEFTOVERS, type LeftoverName} from './leftovers.ts';

/** What `work` gives, and how many look-alikes, one of each name, were ended by somebody else meanwhile. */
export async function besideLookAlikes<T>(
  names: readonly LeftoverName[],
  work: () => Promise<T>,
): Promise<{result: T; signalled: number}> {
  const lookAlikes = await Promise.all(names.map(startLookAlike));
  try {
    const result = await work();
    return {result, signalled: lookAlikes.filter(hasEnded).length};
  } finally {
    await Promise.all(lookAlikes.map(end));
  }
}

/** The same command line, a mark of its own. */
async function startLookAlike(name: LeftoverName): Promise<ChildProcess> {
  const [program, ...args] = LEFTOVERS[name].argv;
  const env = {...process.env, [newMark()]: '1'};
  const child = spawn(program, args, {detached: true, stdio: 'ignore', env});
  await once(child, 'spawn');
  return child;
}

function hasEnded({exitCode, signalCode}: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** With all that it has started. */
async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  process.kill(-Number(child.pid), 'SIGKILL');
  await exit;
}
