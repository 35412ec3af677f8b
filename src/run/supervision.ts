/** Joins the judge to one running agent: which sources look at what. */
import type {EvidenceSource} from '../activity/evidence.ts';
import {FilesSource} from '../activity/files.ts';
import {Judge, type JudgedStop} from '../activity/judge.ts';
import {DEFAULT_POLL_MS} from '../activity/monitor.ts';
import type {ActivityOptions} from '../activity/options.ts';
import {ProcessesSource} from '../activity/processes.ts';
import type {Clock} from '../clock.ts';
import type {EventBody} from '../event.ts';
import type {Family} from '../transport/family.ts';
import type {Child} from '../transport/transport.ts';

export interface Supervised {
  child: Child;
  /** Whether the program is an agent, with tools of its own. */
  isAgent: boolean;
  /** null where the system does not tell of processes. */
  family: Family | null;
  /** Where the agent keeps its state, once that is known; see `Executor.stateFiles`. */
  stateFiles: () => Promise<string | null>;
  /** A question that only the agent's files show; see `Executor.pendingAsk`. */
  pendingAsk: () => Promise<string | null>;
  clock: Clock;
  record: (body: EventBody) => void;
  stop: (stop: JudgedStop) => void;
}

/** Begins to judge; `close()` of the judge ends it. */
export function supervise(run: Supervised, activity: ActivityOptions): Judge {
  const {child, clock, record, stop, pendingAsk} = run;
  const {limits, monitor, onAsk, onEvidence} = activity;
  return new Judge({
    clock,
    limits,
    onAsk,
    output: monitor.includes('output'),
    sources: hasClocks(activity) ? sourcesOf(run, activity) : [],
    record,
    stop,
    ...(hasClocks(activity) && {pendingAsk}),
    ...(child.transport === 'buffered' && {bytesSeen: () => child.bytesSeen()}),
    ...(onEvidence && {onEvidence}),
  });
}

/** Without a clock that evidence could move there is nothing to look for. */
function hasClocks({limits: {initialMs, idleMs, toolMs}}: ActivityOptions): boolean {
  return [initialMs, idleMs, toolMs].some((ms) => ms !== null);
}

function sourcesOf(run: Supervised, {monitor, pollMs = DEFAULT_POLL_MS}: ActivityOptions): EvidenceSource[] {
  const {isAgent, family, stateFiles, clock} = run;
  const sources: EvidenceSource[] = [];
  if (monitor.includes('files')) sources.push(new FilesSource({locate: stateFiles, pollMs, clock}));
  if (monitor.includes('processes') && family) {
    const list = () => family.look();
    sources.push(new ProcessesSource({isAgent, list, pollMs, clock}));
  }
  return sources;
}
