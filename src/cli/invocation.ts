/** What the user asked for, read from argv and checked: no text of the command line survives beyond this. */
import type {ActivityOptions} from '../activity/options.ts';
import type {Note, PermissionMode} from '../event.ts';
import type {ExecutorName} from '../executor/executor.ts';
import type {DirectArgs} from '../loop/agents.ts';
import type {PromptHeaders} from '../loop/options.ts';
import type {NotifyOptions} from '../notify/options.ts';
import type {TransportChoice} from '../transport/transport.ts';
import type {Verbosity} from '../view/transcript.ts';
import type {BatchLine} from './batch-file.ts';
import type {ShownConfig} from './config/show.ts';
import type {MetricsOptions} from './metrics-options.ts';
import type {ExecutorChoice, ExportFormat} from './option-values.ts';
import type {RulesOptions} from './rules-options.ts';
import type {SessionInvocation} from './session-options.ts';
import type {TemplatePaths} from './template-options.ts';
import type {VerdictOptions} from './verdict-options.ts';

export type Invocation =
  | {command: 'run'; options: RunOptions}
  | {command: 'resume'; options: ResumeOptions}
  | {command: 'batch'; options: BatchOptions}
  | {command: 'exec'; options: ExecOptions}
  | {command: 'explain'; options: ExplainOptions}
  | {command: 'follow'; options: FollowOptions}
  | {command: 'replay'; options: ReplayOptions}
  | {command: 'export'; options: ExportOptions}
  | {command: 'normalize'; options: NormalizeOptions}
  | {command: 'verdict'; options: VerdictOptions}
  | {command: 'config'; options: ConfigOptions}
  | {command: 'trust'; options: TrustOptions}
  | SessionInvocation
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

export interface RedactionOptions {
  /** Keep secrets out of what is recorded and shown. */
  redact: boolean;
  /** Variables that hold a secret, whatever they are called. */
  redactEnv: readonly string[];
}

export type PromptSource = {from: 'argument'; text: string} | {from: 'stdin'} | {from: 'file'; path: string};

export interface RunOptions
  extends OutputOptions,
    WatchOptions,
    RedactionOptions,
    ReadableLogOptions,
    MetricsOptions,
    WorktreeOptions {
  notify: NotifyOptions;
  prompt: PromptSource;
  executor: ExecutorChoice;
  /** null: the worker's, or `auto` where that is direct. */
  auditorExecutor: ExecutorChoice | null;
  direct: DirectArgs;
  /** null: nobody takes over. */
  fallbackExecutor: ExecutorChoice | null;
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
  promptHeaders: PromptHeaders;
  rules: RulesOptions;
  templates: TemplatePaths;
  /** What the user should know of the configuration. */
  notes: readonly Note[];
}

/** `json`: stdout is one line for each task instead of the table. */
export interface BatchOptions extends OutputOptions {
  /** Absolute; null is our stdin. */
  path: string | null;
  /** Absolute. */
  cwd: string;
  /** Tasks at once at most. */
  concurrency: number;
  /** Begin anew whatever former runs did. */
  fresh: boolean;
  /** Go on with what failed in a former run. */
  retryFailed: boolean;
  /** End what still runs of a session that is gone on with. */
  takeover: boolean;
  /** What a line is run with. @throws OneshotError as `parseArguments` */
  taskOf(line: BatchLine): RunOptions;
}

export interface ResumeOptions
  extends OutputOptions,
    WatchOptions,
    RedactionOptions,
    ReadableLogOptions,
    MetricsOptions {
  notify: NotifyOptions;
  /** A session id, the beginning or the end of one, or `last`. */
  session: string;
  /** What the user adds to the task, or null. */
  instructions: string | null;
  /** null: as before. */
  maxIterations: number | null;
  workerModel: string | null;
  auditorModel: string | null;
  permissionMode: PermissionMode | null;
  /** End what still runs of the session. */
  takeover: boolean;
  /** Refuse to work where another session does. */
  worktreeLock: boolean;
  transport: TransportChoice;
  maxFrameBytes: number;
  env: Readonly<Record<string, string>>;
  promptHeaders: PromptHeaders;
  rules: RulesOptions;
  templates: TemplatePaths;
  /** What the user should know of the configuration. */
  notes: readonly Note[];
}

export interface ExecOptions
  extends OutputOptions,
    WatchOptions,
    RedactionOptions,
    ReadableLogOptions,
    MetricsOptions {
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

export interface WorktreeOptions {
  /** Make a git worktree for the session. */
  worktree: boolean;
  /** Refuse to work where another session does. */
  worktreeLock: boolean;
}

export interface ReadableLogOptions {
  /** Absolute path of a file to which a readable log is appended; null for none. */
  sessionLog: string | null;
}

export interface ExplainOptions {
  /** A session id, the beginning or the end of one, or `last`. */
  session: string;
  json: boolean;
}

export interface FollowOptions extends OutputOptions {
  /** A session id, the beginning or the end of one, or `last`. */
  session: string;
}

export interface ReplayOptions extends OutputOptions {
  /** A session id, the beginning or the end of one, or `last`. */
  session: string;
  /** How many times as fast as it went; null: without waiting. */
  speed: number | null;
}

export interface ExportOptions {
  /** A session id, the beginning or the end of one, or `last`. */
  session: string;
  format: ExportFormat;
  /** Absolute; null is our stdout. */
  path: string | null;
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

export type ConfigOptions =
  | {action: 'show'; json: boolean; shown: ShownConfig}
  /** Absolute path of the file to write. */
  | {action: 'init'; path: string};

export interface TrustOptions {
  action: 'add' | 'remove' | 'list';
  /** Absolute; null: the project file that holds in `cwd`. */
  path: string | null;
  /** Absolute. */
  cwd: string;
  json: boolean;
}

export interface DoctorOptions {
  json: boolean;
}

export interface DemoOptions extends OutputOptions, WatchOptions, RedactionOptions, MetricsOptions {
  notify: NotifyOptions;
  transport: TransportChoice;
}
