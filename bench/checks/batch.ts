/** Many sessions in one process: how late their events come, and what it takes. */
import {execFileSync} from 'node:child_process';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {text} from 'node:stream/consumers';
import {built, builtGuard} from '../build.ts';
import {ended, programPath, start, withTempFolder} from '../process.ts';
import {rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const EVENTS_PER_SECOND = 20;
const MIB = 1024 * 1024;
const TARGET = {p99Ms: 50, rssMiB: 400, lostEvents: 0};

interface Counts {
  sessions: number;
  seconds: number;
}

export const batch = defineCheck<Counts>({
  full: {sessions: 100, seconds: 60},
  reduced: {sessions: 20, seconds: 15},
  async measure({sessions, seconds}, progress) {
    const events = seconds * EVENTS_PER_SECOND;
    // What a process that does nothing sees of the machine meanwhile.
    const machine = monitorEventLoopDelay({resolution: RESOLUTION_MS});
    machine.enable();
    const host = await hosted(sessions, events);
    machine.disable();
    const failed = host.ended.filter(({ending}) => ending !== 'unverified');
    for (const {ending, reason} of failed.slice(0, 3)) progress(`a session ended ${ending}: ${reason}`);
    const value = {
      p99Ms: rounded(host.steady.p99Ms ?? Number.POSITIVE_INFINITY, 1),
      rssMiB: rounded(host.peakRssBytes / MIB, 1),
      lostEvents: sessions * events - host.seen,
    };
    return {
      runs: host.ended.length,
      value,
      target: TARGET,
      ok:
        failed.length === 0 &&
        value.p99Ms <= TARGET.p99Ms &&
        value.rssMiB <= TARGET.rssMiB &&
        value.lostEvents === 0,
      p50Ms: rounded(host.steady.p50Ms ?? Number.POSITIVE_INFINITY, 2),
      withStartAndEnd: {p99Ms: rounded(host.all.p99Ms ?? 0, 1), maxMs: rounded(host.all.maxMs ?? 0, 1)},
      timersLateMs: {
        inTheProcess: {p99: lateMs(host.loopDelayMs.p99), max: lateMs(host.loopDelayMs.max)},
        inAnIdleProcess: {p99: lateMs(machine.percentile(99) / 1e6), max: lateMs(machine.max / 1e6)},
      },
      percentOfCore: rounded(host.cpuShare * 100, 1),
    };
  },
});

/** Of the timers whose lateness is the control, also in batch-host.mjs. */
const RESOLUTION_MS = 10;

const lateMs = (delayMs: number) => rounded(Math.max(0, delayMs - RESOLUTION_MS), 1);

interface Figures {
  count: number;
  p50Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** What batch-host.mjs prints. */
interface Hosted {
  ended: {ending: string; reason: string; complete: boolean}[];
  seen: number;
  all: Figures;
  /** Between the start of the last session and the end of the first. */
  steady: Figures;
  loopDelayMs: {p50: number; p99: number; max: number};
  peakRssBytes: number;
  cpuShare: number;
}

function hosted(sessions: number, events: number): Promise<Hosted> {
  return withTempFolder(async (folder) => {
    const argv = [
      process.execPath,
      programPath('batch-host.mjs'),
      await built(LIBRARY),
      await builtGuard(),
      String(sessions),
      String(events),
      folder,
      ...agent(events),
    ] as const;
    const child = start([...argv], {cwd: folder, stdio: ['ignore', 'pipe', 'inherit']});
    const [printed, {exitCode}] = await Promise.all([text(child.stdout!), ended(child)]);
    if (exitCode !== 0) throw new Error(`the sessions ended with exit code ${exitCode}`);
    return JSON.parse(printed) as Hosted;
  });
}

const LIBRARY = 'core.js';

/** A hundred Perls take less memory than ten Nodes. */
function agent(events: number): string[] {
  const counts = [String(events), String(EVENTS_PER_SECOND)];
  try {
    execFileSync('perl', ['-MTime::HiRes', '-e', '1'], {stdio: 'ignore'});
    return ['perl', programPath('ticking-claude.pl'), ...counts];
  } catch {
    return [process.execPath, programPath('ticking-claude.mjs'), ...counts];
  }
}
