/**
 * What a session's log adds up to. `fold` takes one event after the other; state is a function of the log alone, so that
 * whoever reads the log knows as much as whoever wrote it.
 */
import {
  type AgentPlan,
  addUsage,
  type CheckFinished,
  type Ending,
  type LoopRules,
  NO_USAGE,
  type OneshotEvent,
  type Role,
  type RunFinished,
  type RunStarted,
  type SessionFinished,
  type StopRequested,
  type ToolCall,
  type ToolCallUpdate,
  type ToolKind,
  type ToolStatus,
  type Usage,
  type Verdict,
  type WorktreeSnapshot,
} from '../event.ts';

/** A run as the log tells it. */
export interface RunState {
  iteration: number;
  role: Role;
  /** ms since the epoch. */
  startedAt: number;
  started: RunStarted;
  /** The agent's own session, as soon as it was told. */
  agentSession: string | null;
  /** Why oneshot stopped it, or null. */
  stop: StopRequested | null;
  /** Whether a tool call was seen, in it or in the failed tries before it: what they did is done. */
  hasActed: boolean;
  /** null: it had not ended when the log did. */
  finished: RunFinished | null;
}

export interface SessionState {
  /** Empty until the first event. */
  id: string;
  /** Of the last event; 0 before the first. */
  seq: number;
  /** ms since the epoch: first and last event; 0 before the first. */
  startedAt: number;
  lastAt: number;
  /** null: a session of `exec`, or no event yet. */
  task: string | null;
  /** What was added to the task by those who resumed it, oldest first. */
  instructions: string[];
  cwd: string;
  maxIterations: number;
  worker: AgentPlan | null;
  auditor: AgentPlan | null;
  fallback: AgentPlan | null;
  /** null: a session of `exec`, or no event yet. */
  rules: LoopRules | null;
  /** 0 before the first. */
  iteration: number;
  /** The newest run of each agent in this iteration. */
  runs: Record<AgentRole, RunState | null>;
  /** The newest run of all. */
  lastRun: RunState | null;
  /** Final words of the last worker that had any. */
  workerText: string | null;
  /** The last worker's own session. */
  workerSession: string | null;
  /** Of the newest worker run. */
  checks: CheckFinished[];
  /** Checks that were red when this iteration began. */
  objected: CheckFinished[];
  /** Of all workers: the newest tool calls, the oldest first. */
  toolCalls: ToolCallSeen[];
  /** The files as they were when the session began, as far as that could be told. */
  baseline: WorktreeSnapshot | null;
  /** The newest. */
  snapshot: WorktreeSnapshot | null;
  /** How the work stood when this iteration began, and how it stands. */
  before: Standing;
  standing: Standing;
  /** Iterations at the end of those before this one that have changed nothing. */
  idleIterations: number;
  /** Of all ended runs of agents. */
  usage: Usage;
  /** Of this iteration: the verdicts that its auditors gave, `null` ones too. */
  verdicts: Verdict[];
  /** The last verdict of all. */
  lastVerdict: Verdict | null;
  /** null while the session goes on, also after it was resumed. */
  finished: SessionFinished | null;
  /** How often another process went on with it. */
  resumes: number;
  /** Lines of the log are missing or changed, now or when it was opened again: what it adds up to is not certain. */
  damaged: boolean;
}

/** Whether an auditor or checks are to judge the work. */
export function isJudged({audit, rules}: {audit: boolean; rules: LoopRules | null}): boolean {
  return audit || (rules !== null && rules.checks.length > 0);
}

/** Roles that an agent has. */
export type AgentRole = Exclude<Role, 'check'>;

/** What an iteration can change. */
export interface Standing {
  /** `WorktreeSnapshot.id` before an auditor has looked; null: not known. */
  worktree: string | null;
  /** The worker's final words. */
  words: string | null;
  /** Results of the checks, as text. */
  checks: string;
}

/** A tool call as it was last known. */
export interface ToolCallSeen {
  toolCallId: string;
  title: string;
  kind: ToolKind;
  status: ToolStatus;
}

const MAX_TOOL_CALLS = 200;

export function redOf(checks: readonly CheckFinished[]): CheckFinished[] {
  return checks.filter(({result}) => result === 'red');
}

const NOTHING_YET: Standing = {worktree: null, words: null, checks: ''};

/** Whether two iterations end alike. Files that could not be looked at may have changed. */
export function isUnchanged({before, standing}: SessionState): boolean {
  if (standing.worktree === null || standing.worktree !== before.worktree) return false;
  const saysTheSame = before.words === null || before.words.trim() === standing.words?.trim();
  return saysTheSame && (before.checks === '' || before.checks === standing.checks);
}

/** Code of the note with which a damaged log is opened again. */
export const LOG_DAMAGED = 'LOG_DAMAGED';

export function emptyState(): SessionState {
  return {
    id: '',
    seq: 0,
    startedAt: 0,
    lastAt: 0,
    task: null,
    instructions: [],
    cwd: '',
    maxIterations: 0,
    worker: null,
    auditor: null,
    fallback: null,
    rules: null,
    iteration: 0,
    runs: {worker: null, auditor: null},
    lastRun: null,
    workerText: null,
    workerSession: null,
    checks: [],
    objected: [],
    toolCalls: [],
    baseline: null,
    snapshot: null,
    before: NOTHING_YET,
    standing: NOTHING_YET,
    idleIterations: 0,
    usage: NO_USAGE,
    verdicts: [],
    lastVerdict: null,
    finished: null,
    resumes: 0,
    damaged: false,
  };
}

/** Changes `state` by one event, which must be the one after `state.seq`. Returns `state`. */
export function fold(state: SessionState, event: OneshotEvent): SessionState {
  if (state.seq === 0) {
    state.id = event.session;
    state.startedAt = event.at;
  }
  state.seq = event.seq;
  state.lastAt = event.at;
  switch (event.type) {
    case 'session_started':
      state.task = event.task;
      state.cwd = event.cwd;
      state.maxIterations = event.maxIterations;
      state.worker = event.worker;
      state.auditor = event.auditor;
      state.fallback = event.fallback;
      state.rules = event.rules;
      break;
    case 'session_resumed':
      state.finished = null;
      state.resumes++;
      state.maxIterations = event.maxIterations;
      state.worker = event.worker;
      state.auditor = event.auditor;
      state.fallback = event.fallback;
      state.rules = event.rules;
      if (event.instructions !== null) state.instructions.push(event.instructions);
      break;
    case 'iteration_started':
      foldIterationStarted(state, event.iteration);
      break;
    case 'run_started':
      foldRunStarted(state, event);
      break;
    case 'agent_session':
      if (state.lastRun) state.lastRun.agentSession = event.agentSession;
      break;
    case 'tool_call':
      foldToolCall(state, event);
      break;
    case 'tool_call_update':
      foldToolCallUpdate(state, event);
      break;
    case 'stop_requested':
      if (state.lastRun) state.lastRun.stop ??= event;
      break;
    case 'check_finished':
      // Another round of them begins with the first.
      if (event.check === state.rules?.checks[0]) state.checks = [];
      state.checks.push(event);
      state.standing = {...state.standing, checks: state.checks.map(standingOf).join('\n')};
      break;
    case 'worktree_snapshot':
      state.baseline ??= event;
      state.snapshot = event;
      // What an auditor or a check leaves behind is not the worker's.
      if (event.role !== 'auditor' && event.role !== 'check')
        state.standing = {...state.standing, worktree: event.id};
      break;
    case 'run_finished':
      foldRunFinished(state, event);
      break;
    case 'verdict':
      state.verdicts.push(event);
      state.lastVerdict = event;
      break;
    case 'session_finished':
      state.finished = event;
      break;
    case 'note':
      if (event.source === 'runner' && event.code === LOG_DAMAGED) state.damaged = true;
      break;
  }
  return state;
}

function foldIterationStarted(state: SessionState, iteration: number): void {
  if (state.iteration > 0) state.idleIterations = isUnchanged(state) ? state.idleIterations + 1 : 0;
  state.iteration = iteration;
  state.runs = {worker: null, auditor: null};
  state.objected = redOf(state.checks);
  state.checks = [];
  state.verdicts = [];
  state.before = {...state.standing, worktree: state.snapshot?.id ?? null};
}

/** Not what it printed: times and the like differ each time. */
function standingOf({check, result, exitCode}: CheckFinished): string {
  return JSON.stringify([check, result, exitCode]);
}

function foldToolCall({lastRun, toolCalls}: SessionState, event: OneshotEvent & ToolCall): void {
  if (lastRun) lastRun.hasActed = true;
  if (event.role !== 'worker') return;
  const {toolCallId, title, kind, status} = event;
  toolCalls.push({toolCallId, title, kind, status});
  if (toolCalls.length > MAX_TOOL_CALLS) toolCalls.shift();
}

function foldToolCallUpdate({toolCalls}: SessionState, event: OneshotEvent & ToolCallUpdate): void {
  const call = toolCalls.findLast(({toolCallId}) => toolCallId === event.toolCallId);
  if (!call) return;
  call.title = event.title ?? call.title;
  call.status = event.status ?? call.status;
}

function foldRunStarted(state: SessionState, event: OneshotEvent & RunStarted): void {
  // `exec` has no iterations.
  const role = event.role ?? 'worker';
  const before = role === 'check' ? null : state.runs[role];
  const run: RunState = {
    iteration: event.iteration,
    role,
    startedAt: event.at,
    started: event,
    agentSession: event.resumedAgentSession,
    stop: null,
    hasActed: before?.hasActed === true && before.finished?.outcome !== 'completed',
    finished: null,
  };
  if (role !== 'check') state.runs[role] = run;
  if (role === 'worker') state.checks = [];
  state.lastRun = run;
}

function foldRunFinished(state: SessionState, event: OneshotEvent & RunFinished): void {
  const run = state.lastRun;
  if (run && !run.finished) {
    run.finished = event;
    run.agentSession = event.agentSession ?? run.agentSession;
  }
  if (event.role === 'check') return;
  state.usage = addUsage(state.usage, event.usage);
  if (event.role !== 'worker') return;
  state.workerText = event.text ?? state.workerText;
  state.standing = {...state.standing, words: state.workerText};
  state.workerSession = event.agentSession;
}

/** How a session stands, for a list. `running` and `crashed` differ only in whether somebody holds its lock. */
export type SessionStatus = Ending | 'open';

export function statusOf({finished}: SessionState): SessionStatus {
  return finished?.ending ?? 'open';
}
