/** What the user asked for, read from argv and checked: no text of the command line survives beyond this. */
import type {ActivityOptions} from '../activity/options.ts';
import type {PermissionMode} from '../event.ts';
import type {ExecutorName} from '../executor/executor.ts';
import type {TransportChoice} from '../transport/transport.ts';
import type {Verbosity} from '../view/transcript.ts';
import type {ExecutorChoice} from './option-values.ts';

export type Invocation =
  | {command: 'run'; options: RunOptions}
  | {command: 'exec'; options: ExecOptions}
  | {command: 'explain'; options: ExplainOptions}
  | {command: 'normalize'; options: NormalizeOptions}
  | {command: 'doctor'; options: DoctorOptions}
  | {command: 'demo'; options: DemoOptions}
  /** Help or version, for stdout. */
  | {command: 'print'; text: string};

export interface OutputOptions {
  /** stdout is the event log as JSONL instead of the result. */
  json: boolean;
  verbosity: Verbosity;
}

export interface WatchOptions {
  activity: ActivityOptions;
  /** Spare what a completed run left running. */
  keepProcesses: boolean;
}

export type PromptSource = {from: 'argument'; text: string} | {from: 'stdin'} | {from: 'file'; path: string};

export interface RunOptions extends OutputOptions, WatchOptions {
  prompt: PromptSource;
  executor: ExecutorChoice;
  /** null: the worker's. */
  auditorExecutor: ExecutorChoice | null;
  workerModel: string | null;
  auditorModel: string | null;
  maxIterations: number;
  audit: boolean;
  permissionMode: PermissionMode;
  transport: TransportChoice;
  maxFrameBytes: number;
  /** Absolute. */
  cwd: string;
  /** From `--env`, on top of the user's environment. */
  env: Readonly<Record<string, string>>;
  agentArgs: readonly string[];
}

export interface ExecOptions extends OutputOptions, WatchOptions {
  /** Program and arguments. */
  argv: readonly string[];
  transport: TransportChoice;
  maxFrameBytes: number;
  /** Absolute. */
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Hand on our stdin; else it is `/dev/null`. */
  stdin: boolean;
}

export interface ExplainOptions {
  /** A session id, the beginning or the end of one, or `last`. */
  session: string;
  json: boolean;
}

export interface NormalizeOptions {
  executor: ExecutorName;
  exitCode: number | null;
  exitSignal: string | null;
  stopped: boolean;
  /** Absolute path of the recorded stderr, or null. */
  stderrPath: string | null;
  /** Absolute path of the recorded stdout; null is our stdin. */
  path: string | null;
}

export interface DoctorOptions {
  json: boolean;
}

export interface DemoOptions extends OutputOptions, WatchOptions {
  transport: TransportChoice;
}
