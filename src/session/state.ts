/**
 * What a session's log adds up to. `fold` takes one event after the other; state is a function of the log alone, so that
 * whoever reads the log knows as much as whoever wrote it.
 */
import type {
  AgentPlan,
  Ending,
  OneshotEvent,
  Role,
  RunFinished,
  RunStarted,
  SessionFinished,
  Verdict,
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
  /** 0 before the first. */
  iteration: number;
  /** The newest run of each role in this iteration. */
  runs: Record<Role, RunState | null>;
  /** The newest run of all. */
  lastRun: RunState | null;
  /** Final words of the last worker that had any. */
  workerText: string | null;
  /** The last worker's own session. */
  workerSession: string | null;
  /** Of this iteration: the verdicts that its auditors gave, `null` ones too. */
  verdicts: Verdict[];
  /** The last verdict of all. */
  lastVerdict: Verdict | null;
  /** null while the session goes on, also after it was resumed. */
  finished: SessionFinished | null;
  /** How often another process went on with it. */
  resumes: number;
  totalCostUsd: number | null;
  /** Lines of the log are missing or changed, now or when it was opened again: what it adds up to is not certain. */
  damaged: boolean;
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
    iteration: 0,
    runs: {worker: null, auditor: null},
    lastRun: null,
    workerText: null,
    workerSession: null,
    verdicts: [],
    lastVerdict: null,
    finished: null,
    resumes: 0,
    totalCostUsd: null,
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
      break;
    case 'session_resumed':
      state.finished = null;
      state.resumes++;
      state.maxIterations = event.maxIterations;
      state.worker = event.worker;
      state.auditor = event.auditor;
      if (event.instructions !== null) state.instructions.push(event.instructions);
      break;
    case 'iteration_started':
      state.iteration = event.iteration;
      state.runs = {worker: null, auditor: null};
      state.verdicts = [];
      break;
    case 'run_started':
      foldRunStarted(state, event);
      break;
    case 'agent_session':
      if (state.lastRun) state.lastRun.agentSession = event.agentSession;
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

function foldRunStarted(state: SessionState, event: OneshotEvent & RunStarted): void {
  // `exec` has no iterations.
  const role = event.role ?? 'worker';
  const run: RunState = {
    iteration: event.iteration,
    role,
    startedAt: event.at,
    started: event,
    agentSession: event.resumedAgentSession,
    finished: null,
  };
  state.runs[role] = run;
  state.lastRun = run;
}

function foldRunFinished(state: SessionState, event: OneshotEvent & RunFinished): void {
  const run = state.lastRun;
  if (run && !run.finished) {
    run.finished = event;
    run.agentSession = event.agentSession ?? run.agentSession;
  }
  if (event.usage.costUsd !== null) state.totalCostUsd = (state.totalCostUsd ?? 0) + event.usage.costUsd;
  if (event.role !== 'worker') return;
  state.workerText = event.text ?? state.workerText;
  state.workerSession = event.agentSession;
}

/** How a session stands, for a list. `running` and `crashed` differ only in whether somebody holds its lock. */
export type SessionStatus = Ending | 'open';

export function statusOf({finished}: SessionState): SessionStatus {
  return finished?.ending ?? 'open';
}
