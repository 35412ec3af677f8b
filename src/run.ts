import type {Clock} from './clock.ts';
import type {Outcome, PermissionMode, Role, RunFinished} from './event.ts';
import type {Executor, Installation} from './executor/executor.ts';
import type {SessionLog} from './session/log.ts';
import type {TransportChoice} from './transport/transport.ts';

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
}

/** What every run of a session shares. */
export interface RunContext {
  log: SessionLog;
  cwd: string;
  /** The user's environment with `--env` applied. */
  env: Readonly<Record<string, string | undefined>>;
  transport: TransportChoice;
  /** @default 64 MiB */
  maxFrameBytes: number;
  clock: Clock;
  /** Aborted with a `StopReason`: SIGINT, 3 s, SIGTERM, 3 s, SIGKILL. */
  stop: AbortSignal;
  /** Aborted: SIGKILL at once. */
  kill: AbortSignal;
}

export interface RunRequest {
  agent: AgentChoice;
  prompt: string;
  iteration: number;
  role: Role;
  /** The agent's own session to continue, or null. */
  resume: string | null;
  /** Stdin to hand to the agent instead of the prompt; for `exec`. */
  inheritStdin?: boolean;
}

/** One agent process, from spawn to its outcome. */
export declare function run(context: RunContext, request: RunRequest): Promise<RunFinished>;
