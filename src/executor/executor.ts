import type {EventBody, Outcome, PermissionDenial, PermissionMode, Usage} from '../event.ts';
import type {Frame} from '../frame/frame.ts';
import type {Redact} from './said.ts';

/** Names that `--executor` takes. Not in the registry, which loads all that they stand for. */
export const executorNames = ['claude', 'cline', 'command', 'direct'] as const;

export type ExecutorName = (typeof executorNames)[number];

/** How the parts of a prompt are set apart: by tags, or by headings and fences. */
export type PromptStyle = 'xml' | 'markdown';

/** An agent found on this machine. */
export interface Installation {
  executor: ExecutorName;
  /** Which adapter fits, such as `claude`, `cline-2`, `cline-3`, `command`, `direct`. */
  adapter: string;
  /** Program and leading arguments that start it. */
  program: readonly [string, ...string[]];
  version: string | null;
}

/** What a run asks of an agent. */
export interface AgentRequest {
  prompt: string;
  model: string | null;
  permissionMode: PermissionMode;
  /** The agent's own session to continue, or null. */
  resume: string | null;
  /** JSON Schema of the answer, or null; agents that cannot be held to one leave it aside. */
  answerSchema: object | null;
  /** The user's extra arguments (`--agent-arg`), passed on as they are. */
  agentArgs: readonly string[];
  /** Flags this agent has refused; leave them out. */
  without: ReadonlySet<string>;
}

/** How to start the agent for one request. */
export interface AgentCommand {
  argv: readonly [string, ...string[]];
  /** Variables to set (string) or remove (undefined) on top of the user's environment. */
  env: Record<string, string | undefined>;
  /** `stdin`: the prompt is written there. `argv`: it stands in argv at `promptIndex`. `none`: the agent takes no prompt. */
  promptDelivery: 'stdin' | 'argv' | 'none';
  /** Index in `argv` of the argument that holds the prompt; null unless it is in argv. */
  promptIndex: number | null;
  /** False once the streaming flags are all gone: the output is plain text. */
  structured: boolean;
  /** Set when this agent would change this prompt on its way through argv: it then goes into a file. */
  changesPrompt?: true;
}

/** What a normalizer has learned when the stream is over. */
export interface AgentFacts {
  /** The agent's own last word about the run; null when it never came. */
  terminal: {ok: boolean; reason: string} | null;
  /** Final words. */
  text: string | null;
  agentSession: string | null;
  usage: Usage;
  permissionDenials: PermissionDenial[];
  /** Errors the agent reported as such on either stream, oldest first. */
  errors: string[];
  /** The last line of plain text that may say why it failed, for want of a reported error. */
  lastLine: string | null;
}

/** Turns the frames of one run into event bodies. Synchronous, no I/O, never throws on agent output. */
export interface Normalizer {
  /** A frame of stdout. */
  stdout(frame: Frame): EventBody[];
  /** A frame of stderr. */
  stderr(frame: Frame): EventBody[];
  /** The stream is over: what is still held back. */
  end(): EventBody[];
  facts(): AgentFacts;
  /**
   * How many frames so far have shown progress without making an event, such as the pieces of a tool call's input.
   * Heartbeats do not count.
   */
  silentSteps(): number;
}

export interface NormalizerOptions {
  /** ms since the epoch when the run began; older messages are a replay. null where unknown. */
  startedAtMs: number | null;
  /** From `AgentCommand.structured`. */
  structured: boolean;
  /**
   * What is left of a text without its secrets. A text that was sent in pieces may be sent once more as a whole, which then
   * has a mask where the pieces had none. @default the text itself
   */
  redact?: Redact;
}

/** What is known of the end besides what the agent said. */
export interface EndFacts {
  /** null: unknown or ended by a signal. */
  exitCode: number | null;
  signal: string | null;
  /** We had signalled it. */
  stopped: boolean;
  /** Why we stopped it: decides between canceled, stalled and timed-out. */
  stopOutcome: Extract<Outcome, 'canceled' | 'stalled' | 'timed-out'>;
  stopReason: string | null;
}

export interface LoginState {
  /** null: cannot be known from files. */
  loggedIn: boolean | null;
  /** Command that logs in. */
  loginCommand: string | null;
}

/** What is known of a run when its files are looked for. */
export interface RunTraces {
  /** The agent's environment. */
  env: Environment;
  agentArgs: readonly string[];
  /** Absolute. */
  cwd: string;
  /** The agent's process. */
  pid: number;
  /** The agent's own session id, once it has told one. */
  agentSession: string | null;
  /** ms since the epoch when the run began; what is older belongs to earlier runs. */
  startedAtMs: number;
}

/** An end that the agent's files tell of. */
export interface RecoveredEnd {
  /** The agent's final words. */
  text: string;
  /** The agent's own session id, where the files told it; else null. */
  agentSession: string | null;
  /** The file it was found in. */
  path: string;
}

/** The adapter for one agent. */
export interface Executor {
  readonly name: ExecutorName;
  /** Shown when the agent is missing. */
  readonly installHint: string;
  /** Flags that are given up, in this order, when the agent refuses them. */
  readonly optionalFlags: readonly string[];
  /** Whether the agent says itself when it is at its end (while its output is structured). */
  readonly hasTerminalEvent: boolean;
  /** What its models take best. */
  readonly promptStyle: PromptStyle;
  /**
   * Finds the agent on PATH of `env`.
   * @throws OneshotError AGENT_NOT_FOUND, AGENT_UNSUPPORTED
   */
  locate(env: Environment, agentArgs: readonly string[]): Promise<Installation>;
  /** Modes this agent has. */
  permissionModes(installation: Installation): readonly PermissionMode[];
  /** Whether the agent can continue its own session by id. */
  canResume(installation: Installation): boolean;
  loginState(installation: Installation, env: Environment, agentArgs: readonly string[]): Promise<LoginState>;
  /**
   * The file or folder in which this run's agent keeps its state; it need not be there yet. null: not known (yet), or
   * there is none. Never rejects.
   */
  stateFiles(installation: Installation, traces: RunTraces): Promise<string | null>;
  /** A question to a person that the agent's files show to be open, or null. Never rejects. */
  pendingAsk(installation: Installation, traces: RunTraces): Promise<string | null>;
  /**
   * The end of a run whose output broke off, from the agent's own files; null where they tell of none since
   * `startedAtMs`. Never rejects.
   */
  recover(installation: Installation, traces: RunTraces): Promise<RecoveredEnd | null>;
  /** @throws OneshotError PERMISSION_MODE_UNSUPPORTED */
  command(installation: Installation, request: AgentRequest): AgentCommand;
  normalizer(installation: Installation, options: NormalizerOptions): Normalizer;
}

export type Environment = Readonly<Record<string, string | undefined>>;
