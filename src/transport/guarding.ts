/** The guard's own side: waits until oneshot is gone, then stops and sweeps what it has left. */
import type {Readable} from 'node:stream';
import {type Clock, systemClock} from '../clock.ts';
import {Family, LOOK_LIMIT_MS} from './family.ts';
import type {GuardLine} from './guard-lines.ts';
import {type Platform, platformOf} from './platform.ts';
import type {ProcessTable} from './process-table.ts';
import {type SweepOptions, sweep} from './sweep.ts';
import {NEVER, pause, within} from './within.ts';

export interface GuardingDeps {
  /** @default the one this runs on */
  platform?: Platform;
  clock?: Clock;
  /** Signals one process. @default process.kill */
  kill?: NonNullable<SweepOptions['kill']>;
}

/** Patience after each signal to the agent, ms. */
const STEP_MS = 3_000;
/** Between two looks, ms. */
const POLL_MS = 50;
/** A process that oneshot had just forked when it was killed carries no mark yet; by then it does. */
const AGAIN_MS = 500;
/** Looks that find nothing in a row before the guard goes. */
const QUIET_LOOKS = 2;
/** What cannot be ended or listed in so many sweeps stays. */
const MAX_SWEEPS = 10;

/** What would end the guard before its work is done. */
const IGNORED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Reads `GuardLine`s until `input` ends, then stops and sweeps every run that has not ended. Never rejects. */
export async function guardUntilGone(input: Readable, deps: GuardingDeps = {}): Promise<void> {
  const {platform = platformOf(process.platform), clock = systemClock, kill = process.kill} = deps;
  const ignore = () => {};
  for (const signal of IGNORED) process.on(signal, ignore);
  if (platform.processes) {
    const families = await readUntilGone(input, platform.processes);
    await Promise.all([...families].map((family) => end(family, {platform, clock, kill})));
  }
  for (const signal of IGNORED) process.off(signal, ignore);
}

/** The families of the runs that have not ended. */
function readUntilGone(input: Readable, table: ProcessTable): Promise<Iterable<Family>> {
  const families = new Map<string, Family>();
  let rest = '';
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = String(lines.pop());
    for (const line of lines) obey(JSON.parse(line) as GuardLine, families, table);
  });
  return new Promise((resolve) => {
    for (const end of ['end', 'close', 'error']) input.once(end, () => resolve(families.values()));
  });
}

function obey(line: GuardLine, families: Map<string, Family>, table: ProcessTable): void {
  switch (line.type) {
    case 'watch':
      families.set(line.mark, new Family({table, rootPid: null, mark: line.mark}));
      return;
    case 'started': {
      const {mark, pid, parentPid} = line;
      const family = new Family({table, rootPid: pid, mark, rootParentPid: parentPid});
      families.set(mark, family);
      // While its parent is there, so that nothing else can be taken for it later.
      family.meetRoot().catch(() => {});
      return;
    }
    case 'ended':
      families.delete(line.mark);
  }
}

async function end(family: Family, deps: Required<GuardingDeps>): Promise<void> {
  const {clock, kill} = deps;
  await stopRoot(family, deps);
  let quietLooks = 0;
  for (let sweeps = 0; sweeps < MAX_SWEEPS && quietLooks < QUIET_LOOKS; sweeps += 1) {
    if (sweeps > 0) await pause(AGAIN_MS, {clock, signal: NEVER});
    const {ended, failed} = await sweep(family, {clock, kill, killNow: NEVER});
    quietLooks = ended.length === 0 && failed === null ? quietLooks + 1 : 0;
  }
}

/** SIGINT, a step, SIGTERM, a step, SIGKILL, to the agent and its group; each only while the agent is there. */
async function stopRoot(family: Family, {platform, clock}: Required<GuardingDeps>): Promise<void> {
  // Those who lose their parents by the signals stay known.
  await inTime(family.lookFully(), clock);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    const pid = await inTime(family.rootPid(), clock);
    if (pid === null) return;
    platform.signal(pid, signal);
    await untilRootIsGone(family, clock);
  }
}

async function untilRootIsGone(family: Family, clock: Clock): Promise<void> {
  const endMs = clock.monotonicMs() + STEP_MS;
  while (clock.monotonicMs() < endMs) {
    if ((await inTime(family.rootPid(), clock)) === null) return;
    await pause(POLL_MS, {clock, signal: NEVER});
  }
}

/** null where the system does not tell, or not in time. */
async function inTime<T>(looking: Promise<T>, clock: Clock): Promise<T | null> {
  const seen = await within(looking, LOOK_LIMIT_MS, {clock, signal: NEVER}).catch(() => null);
  return seen ?? null;
}
