/** What a run is given. */
import type {ActivityOptions} from '../activity/options.ts';
import type {Clock} from '../clock.ts';
import type {Outcome, PermissionMode, Role, StopRequested, TerminalSize} from '../event.ts';
import type {Executor, Installation} from '../executor/executor.ts';
import type {SessionLog} from '../session/log.ts';
import type {Redactor} from '../session/redact.ts';
import type {Guard} from '../transport/guard.ts';
import type {ProcessTable} from '../transport/process-table.ts';
import type {TransportChoice} from '../transport/transport.ts';

/** Which agent to run and how; the same for every run of a role. */
export interface AgentChoice {
  executor: Executor;
  installation: Installation;
  model: string | null;
  permissionMode: PermissionMode;
  agentArgs: readonly string[];
}

/** Why a run is being stopped: the reason of the `stop` AbortSignal. */
export interface StopReason {
  outcome: Extract<Outcome, 'canceled' | 'stalled' | 'timed-out'>;
  /** For a person. */
  reason: string;
  /** @default cancel: the user */
  cause?: Extract<StopRequested['cause'], 'cancel' | 'budget'>;
}

/** What every run of a session shares. */
export interface RunContext {
  log: SessionLog;
  cwd: string;
  /** The user's environment with `--env` applied. */
  env: Readonly<Record<string, string | undefined>>;
  transport: TransportChoice;
  /** Largest frame held in memory, bytes. See `DEFAULT_MAX_FRAME_BYTES`. */
  maxFrameBytes: number;
  clock: Clock;
  /** Aborted with a `StopReason`: SIGINT, 3 s, SIGTERM, 3 s, SIGKILL. */
  stop: AbortSignal;
  /** Aborted: SIGKILL at once. */
  kill: AbortSignal;
  /** Clocks and evidence. @default DEFAULT_ACTIVITY */
  activity?: ActivityOptions;
  /** Leave alone what a completed run has left running. @default false: it is ended */
  keepProcesses?: boolean;
  /** Where the processes of a run are looked up; null: nowhere. @default the system's own table */
  processes?: ProcessTable | null;
  /** Stops the agent should this process vanish; see `startGuard`. @default nobody does */
  guard?: Guard;
  /** The terminal that shows the session. @default none does */
  terminal?: TerminalSize;
  /** Keeps secrets out of what is recorded; null: nobody does. @default one for the secrets in `env` */
  redactor?: Redactor | null;
  /** Record how the output came through, as an event `run_metrics`. @default false */
  metrics?: boolean;
}

export interface RunRequest {
  agent: AgentChoice;
  /** null: there is none, and stdin is `/dev/null`; for `exec`. */
  prompt: string | null;
  iteration: number;
  role: Role;
  /** The agent's own session to continue, or null. */
  resume: string | null;
  /** JSON Schema of the answer, for agents that can be held to one. @default none */
  answerSchema?: object;
  /** Hand oneshot's own stdin to the program; for `exec`. @default false */
  inheritStdin?: boolean;
}

/** The terminal that shows the session, where one does: for the event with which it begins. */
export function shownOn({terminal}: RunContext): {terminal?: TerminalSize} {
  return terminal ? {terminal} : {};
}
