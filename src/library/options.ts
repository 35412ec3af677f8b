/** What a run, a loop and a resumed session take alike, and what holds where nothing is given. */
import {resolve} from 'node:path';
import type {ActivityLimits} from '../activity/limits.ts';
import {type ActivityOptions, DEFAULT_ACTIVITY} from '../activity/options.ts';
import {systemClock} from '../clock.ts';
import {agentEnvironment} from '../executor/environment.ts';
import type {Environment} from '../executor/executor.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../frame/frame.ts';
import type {WorkplaceTools} from '../loop/workplace.ts';
import {createRedactor, type Redactor} from '../session/redact.ts';
import {Lookup} from '../transport/lookup.ts';
import type {TransportChoice} from '../transport/transport.ts';
import {ownEnvironment, type PlaceOptions, stateFolder} from './surroundings.ts';

export interface SessionOptions extends PlaceOptions {
  /** Aborted, with whatever reason: the agent is stopped (SIGINT, 3 s, SIGTERM, 3 s, SIGKILL), the outcome is `canceled`. */
  signal?: AbortSignal;
  /** @default auto */
  transport?: TransportChoice;
  /** Clocks and signs of life; see docs/timeouts.md. @default those of the command line */
  activity?: Partial<Omit<ActivityOptions, 'limits'>> & {limits?: Partial<ActivityLimits>};
  /** Refuse a worktree that another session writes to (WORKTREE_BUSY). @default true */
  worktreeLock?: boolean;
  /** Leave alone what a completed run has left running. @default false: it is ended */
  keepProcesses?: boolean;
  /** Largest frame held in memory, bytes. @default 64 MiB */
  maxFrameBytes?: number;
  /** Record how the output of each run came through; see docs/metrics.md. @default false */
  metrics?: boolean;
  /** Keep secrets out of the recording; see docs/redaction.md. @default true */
  redact?: boolean;
  /** Variables that hold a secret whatever they are called. @default none */
  redactEnv?: readonly string[];
}

export interface WorkOptions extends SessionOptions {
  /** Folder that the agents work in. @default the working directory of this process */
  cwd?: string;
  /** Make a git worktree for the session, on a branch that is left to you. @default false */
  worktree?: boolean;
}

/** `SessionOptions` with nothing left open. */
export interface Settled {
  /** Absolute. */
  stateDir: string;
  env: Environment;
  /** Of this process. */
  own: Environment;
  worktreeLock: boolean;
  transport: TransportChoice;
  activity: ActivityOptions;
  keepProcesses: boolean;
  maxFrameBytes: number;
  metrics: boolean;
  /** Takes names of further variables that hold a secret; null: secrets are not kept out. */
  redactorWith(names: readonly string[]): Redactor | null;
}

export function settle(options: SessionOptions): Settled {
  const own = ownEnvironment();
  const env = agentEnvironment(options.env ?? own, {});
  const {redact = true, redactEnv = [], activity = {}} = options;
  return {
    stateDir: stateFolder(options),
    env,
    own,
    worktreeLock: options.worktreeLock ?? true,
    transport: options.transport ?? 'auto',
    activity: {...DEFAULT_ACTIVITY, ...activity, limits: {...DEFAULT_ACTIVITY.limits, ...activity.limits}},
    keepProcesses: options.keepProcesses ?? false,
    maxFrameBytes: options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES,
    metrics: options.metrics ?? false,
    redactorWith: (names) =>
      redact ? createRedactor({environments: [env, own], names: [...redactEnv, ...names]}) : null,
  };
}

/** The folder to work in, absolute. */
export function folderOf({cwd = '.'}: WorkOptions): string {
  return resolve(cwd);
}

/** What it takes to look after worktrees. */
export function workplaceTools({stateDir, own}: Settled): WorkplaceTools {
  return {stateDir, env: own, clock: systemClock, processes: new Lookup()};
}
