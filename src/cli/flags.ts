/** What commander gives for the options of each command; absent where nothing was given. */
import type {EvidenceKind} from '../event.ts';
import type {Verbosity} from '../view/transcript.ts';
import type {BatchFlags} from './batch-options.ts';
import type {DirectFlags} from './direct-options.ts';
import type {MetricsFlags} from './metrics-options.ts';
import type {NotifyFlags} from './notify-options.ts';
import type * as value from './option-values.ts';
import type {RulesFlags} from './rules-options.ts';
import type {SessionInvocation} from './session-options.ts';
import type {TemplateFlags} from './template-options.ts';

export interface OutputFlags {
  json?: true;
  /** From configuration, in place of the three flags. */
  verbosity?: Verbosity;
  quiet?: true;
  verbose?: true;
  debug?: true;
}

export interface TransportFlags {
  transport?: ReturnType<typeof value.transportChoice>;
  /** False after `--no-streaming`. */
  streaming: boolean;
}

export interface PlaceFlags {
  maxFrame?: number;
  cwd?: string;
  env?: Record<string, string>;
  /** False after `--no-redact`. */
  redact?: boolean;
  redactEnv?: string[];
}

/** Where settings are read from, and where sessions are kept. */
export interface ConfigFlags {
  /** False after `--no-config`. */
  config?: string | false;
  logsDir?: string;
}

/** Times in ms; absent where nothing was given. */
export interface ActivityFlags {
  initialTimeout?: number | 'off';
  idleTimeout?: number | 'off';
  toolTimeout?: number | 'off';
  maxTimeout?: number | 'off';
  activityInterval?: number;
  monitor?: EvidenceKind[];
  onAsk?: value.AskPolicy;
  keepProcesses?: boolean;
}

export interface WorktreeFlags {
  worktree?: boolean;
  /** False after `--no-worktree-lock`. */
  worktreeLock?: boolean;
}

export interface ReadableLogFlags {
  sessionLog?: string;
}

export interface PromptHeaderFlags extends TemplateFlags {
  workerPromptHeader?: string;
  auditorPromptHeader?: string;
  reworkerPromptHeader?: string;
}

export interface RunFlags
  extends OutputFlags,
    NotifyFlags,
    TransportFlags,
    PlaceFlags,
    ActivityFlags,
    ConfigFlags,
    PromptHeaderFlags,
    ReadableLogFlags,
    RulesFlags,
    WorktreeFlags,
    MetricsFlags,
    DirectFlags {
  fallbackExecutor?: value.ExecutorChoice;
  executor?: value.ExecutorChoice;
  auditorExecutor?: value.ExecutorChoice;
  workerModel?: string;
  auditorModel?: string;
  maxIterations?: number;
  audit?: boolean;
  permissionMode?: ReturnType<typeof value.permissionMode>;
  agentArg?: string[];
  file?: string;
  showConfig?: true;
}

export interface ConfigCommandFlags extends ConfigFlags {
  json?: true;
  home?: true;
}

export interface TrustFlags {
  list?: true;
  remove?: true;
  json?: true;
}

export interface ExecFlags
  extends OutputFlags,
    TransportFlags,
    PlaceFlags,
    ActivityFlags,
    ConfigFlags,
    MetricsFlags,
    ReadableLogFlags {
  stdin?: true;
}

export interface NormalizeFlags {
  executor: ReturnType<typeof value.executorName>;
  exitCode?: number;
  exitSignal?: string;
  stopped?: true;
  stderr?: string;
}

export interface DemoFlags extends OutputFlags, NotifyFlags, TransportFlags, MetricsFlags {
  /** From configuration alone. */
  redactEnv?: string[];
}

export interface ResumeFlags
  extends OutputFlags,
    NotifyFlags,
    TransportFlags,
    ActivityFlags,
    ConfigFlags,
    PromptHeaderFlags,
    ReadableLogFlags,
    MetricsFlags,
    RulesFlags {
  maxIterations?: number;
  workerModel?: string;
  auditorModel?: string;
  permissionMode?: ReturnType<typeof value.permissionMode>;
  takeover?: true;
  worktreeLock?: boolean;
  maxFrame?: number;
  env?: Record<string, string>;
  redact?: boolean;
  redactEnv?: string[];
}

export interface ReplayFlags extends OutputFlags {
  speed?: number;
  instant?: true;
}

export interface ExportFlags {
  format: value.ExportFormat;
  output?: string;
}

/** Called with what commander found; exactly one of them. */
export interface Actions {
  run(operands: string[], flags: RunFlags): void;
  batch(file: string, flags: RunFlags & BatchFlags): void;
  exec(argv: string[], flags: ExecFlags): void;
  normalize(file: string | undefined, flags: NormalizeFlags): void;
  verdict(file: string | undefined): void;
  resume(operands: string[], flags: ResumeFlags): void;
  explain(session: string | undefined, flags: {json?: true}): void;
  follow(session: string | undefined, flags: OutputFlags): void;
  replay(session: string | undefined, flags: ReplayFlags): void;
  export(session: string | undefined, flags: ExportFlags): void;
  config(action: string | undefined, file: string | undefined, flags: ConfigCommandFlags): void;
  trust(file: string | undefined, flags: TrustFlags): void;
  session(invocation: SessionInvocation): void;
  doctor(flags: {json?: true}): void;
  demo(flags: DemoFlags): void;
}
