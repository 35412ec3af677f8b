/**
 * The event union: one flat discriminated union that every agent's output is turned into.
 *
 * Agent activity uses the names and fields of the Agent Client Protocol (agentclientprotocol.com, `session/update`);
 * supervision has names of its own. `docs/events.md` documents each member; `src/event-schema.ts` is the same union
 * as a zod schema and a test keeps the two equal.
 */

/** Version of the event format, the `v` of every event. */
export const EVENT_VERSION = 1;

/** `check`: a command of the user's that says whether the work is right. */
export type Role = 'worker' | 'auditor' | 'check';

/** Who the fact comes from: the agent's own output, oneshot itself, or a file the agent wrote. */
export type Source = 'agent' | 'runner' | 'file';

export type StreamName = 'stdout' | 'stderr';

/** How bytes move from the agent to oneshot. */
export type TransportName = 'pty' | 'pipe' | 'buffered';

/** `agent` is the agent's own unattended way; see `docs/permissions.md`. */
export type PermissionMode = 'agent' | 'read' | 'edit' | 'full';

/** How a run ended. */
export type Outcome = 'completed' | 'failed' | 'stalled' | 'timed-out' | 'canceled' | 'truncated';

/** The auditor's word. */
export type VerdictWord = 'DONE' | 'RETRY' | 'IMPOSSIBLE';

/** What life of an agent is seen in: its output, the files it keeps its state in, the processes it runs. */
export type EvidenceKind = 'output' | 'files' | 'processes';

/** See `docs/timeouts.md`. */
export type ClockName = 'initial' | 'idle' | 'tool' | 'max' | 'grace';

/** The last that was seen of a kind, and how long ago. */
export interface LastEvidence {
  what: string;
  agoMs: number;
}

/** The last evidence of each kind; null where there has been none, or where it is not looked for. */
export type LastEvidences = Record<EvidenceKind, LastEvidence | null>;

/** How a session can end. */
export const ENDINGS = [
  'verified',
  'unverified',
  'impossible',
  'exhausted',
  'no-progress',
  'over-budget',
  'failed',
  'interrupted',
] as const;

/** How a session ended. */
export type Ending = (typeof ENDINGS)[number];

/** The bytes an event was read from: `length` bytes at `offset` (both in bytes) of the run's raw file of that stream. */
export interface RawSpan {
  stream: StreamName;
  offset: number;
  length: number;
}

/** Of a terminal, in characters. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

/** Totals of one run so far. Unknown is null, never zero. */
export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
  /** Requests to the model. */
  turns: number | null;
}

export const NO_USAGE: Readonly<Usage> = {inputTokens: null, outputTokens: null, costUsd: null, turns: null};

/** Of two runs together; what one of them does not tell is left out. */
export function addUsage(one: Readonly<Usage>, other: Readonly<Usage>): Usage {
  const sum = (a: number | null, b: number | null) => (a === null ? b : a + (b ?? 0));
  return {
    inputTokens: sum(one.inputTokens, other.inputTokens),
    outputTokens: sum(one.outputTokens, other.outputTokens),
    costUsd: sum(one.costUsd, other.costUsd),
    turns: sum(one.turns, other.turns),
  };
}

/** ACP `ContentBlock`, its text form. */
export interface TextContent {
  type: 'text';
  text: string;
}

/** ACP `ToolKind`. */
export type ToolKind =
  | 'read'
  | 'edit'
  | 'delete'
  | 'move'
  | 'search'
  | 'execute'
  | 'think'
  | 'fetch'
  | 'switch_mode'
  | 'other';

/** ACP `ToolCallStatus`. */
export type ToolStatus = 'pending' | 'in_progress' | 'completed' | 'failed';

export interface PlanEntry {
  content: string;
  priority: 'high' | 'medium' | 'low';
  status: 'pending' | 'in_progress' | 'completed';
}

/** A tool call that the agent was not allowed to make. */
export interface PermissionDenial {
  toolName: string;
  toolCallId: string | null;
}

// Agent activity, ACP names ------------------------------------------------------------------------------------------

/** A piece of the agent's answer, in order. A new `messageId` starts a new message. */
export interface AgentMessageChunk {
  type: 'agent_message_chunk';
  content: TextContent;
  messageId: string | null;
  /** The tool call (a sub-agent's) this text was said inside, or null for the agent itself. */
  parentToolCallId: string | null;
}

/** A piece of the agent's visible reasoning, in order. */
export interface AgentThoughtChunk {
  type: 'agent_thought_chunk';
  content: TextContent;
  messageId: string | null;
  parentToolCallId: string | null;
}

/** What the agent took as said by its user: prompts of sub-agents, interruptions, feedback. */
export interface UserMessageChunk {
  type: 'user_message_chunk';
  content: TextContent;
  parentToolCallId: string | null;
}

/** A tool call begins. */
export interface ToolCall {
  type: 'tool_call';
  toolCallId: string;
  /** For people: tool and target, one line. */
  title: string;
  /** The agent's own name of the tool. */
  toolName: string;
  kind: ToolKind;
  status: ToolStatus;
  /** Files the call touches, as the agent names them. */
  locations: {path: string}[];
  rawInput: unknown;
  parentToolCallId: string | null;
}

/** A tool call moves on: output arrives or it ends. Absent fields have not changed. */
export interface ToolCallUpdate {
  type: 'tool_call_update';
  toolCallId: string;
  status?: ToolStatus;
  title?: string;
  locations?: {path: string}[];
  /** Output to append, as text. */
  content?: TextContent[];
  rawInput?: unknown;
  rawOutput?: unknown;
}

/** The agent's whole plan; replaces the one before. */
export interface Plan {
  type: 'plan';
  entries: PlanEntry[];
}

/** Totals of this run so far, as the agent counts them. */
export interface UsageUpdate extends Usage {
  type: 'usage_update';
}

// Supervision --------------------------------------------------------------------------------------------------------

/** What a role runs with, as it was asked for. */
export interface AgentPlan {
  executor: string;
  /** Which adapter of the executor, such as `cline-3`. */
  adapter: string;
  model: string | null;
  permissionMode: PermissionMode;
  agentArgs: string[];
}

/** What `loop` goes by besides its agents. */
export interface LoopRules {
  /** Shell commands of the user's, all of which must succeed before the work is judged. */
  checks: string[];
  /** Longest time for one of them, ms. */
  checkTimeoutMs: number;
  /** Acceptance criteria as they were given; null: the auditor draws them from the task. */
  criteria: string | null;
  budget: BudgetLimits;
  /** How often a run is made again when its agent failed. */
  agentRetries: number;
}

/** Over all runs of a session; null: no limit. */
export interface BudgetLimits {
  maxCostUsd: number | null;
  /** Input and output together. */
  maxTokens: number | null;
  /** Requests to models. */
  maxTurns: number | null;
}

export interface SessionStarted {
  type: 'session_started';
  /** The task as given; null for `exec`, which has a command instead. */
  task: string | null;
  cwd: string;
  maxIterations: number;
  /** Whether an auditor will judge the work. */
  audit: boolean;
  /** What the worker and the auditor are; null where there is none, such as under `exec`. */
  worker: AgentPlan | null;
  auditor: AgentPlan | null;
  /** Who works when an agent cannot; null: nobody. */
  fallback: AgentPlan | null;
  /** null under `exec`. */
  rules: LoopRules | null;
  oneshotVersion: string;
  nodeVersion: string;
  platform: string;
  /** The terminal that showed it; absent where there was none. */
  terminal?: TerminalSize;
}

/** The session goes on, in another process of oneshot. */
export interface SessionResumed {
  type: 'session_resumed';
  /** Where the log had ended, and what is done first; one line for a person. */
  from: string;
  /** What the user added to the task, or null. */
  instructions: string | null;
  maxIterations: number;
  worker: AgentPlan;
  auditor: AgentPlan | null;
  fallback: AgentPlan | null;
  rules: LoopRules;
  oneshotVersion: string;
  nodeVersion: string;
  platform: string;
  /** As in `session_started`. */
  terminal?: TerminalSize;
}

/** From now on the terminal that shows the session has another size. */
export interface TerminalResized {
  type: 'terminal_resized';
  terminal: TerminalSize;
}

export interface IterationStarted {
  type: 'iteration_started';
  maxIterations: number;
}

export interface RunStarted {
  type: 'run_started';
  executor: string;
  /** Which adapter of the executor, such as `cline-3`. */
  adapter: string;
  agentVersion: string | null;
  /** Program and arguments; a prompt in argv is shortened. */
  argv: string[];
  cwd: string;
  pid: number;
  transport: TransportName;
  /** Why this transport. */
  transportReason: string;
  model: string | null;
  /** The mode in force. */
  permissionMode: PermissionMode;
  promptDelivery: 'stdin' | 'argv' | 'file' | 'none';
  promptBytes: number;
  /** The agent's own session that this run continues, or null for a fresh one. */
  resumedAgentSession: string | null;
  /** Name of the environment variable that every process of this run carries. */
  mark: string;
}

/** The agent told its own session id. */
export interface AgentSession {
  type: 'agent_session';
  agentSession: string;
  model: string | null;
  agentVersion: string | null;
  /** The agent's own name of its permission mode. */
  agentPermissionMode: string | null;
}

/** The agent announced that it waits and asks its model again. */
export interface AgentRetry {
  type: 'agent_retry';
  attempt: number | null;
  maxAttempts: number | null;
  delayMs: number | null;
  /** HTTP status of the failed request, where known. */
  status: number | null;
  error: string;
}

/** The agent asks a person and waits for the answer. */
export interface AgentAsk {
  type: 'agent_ask';
  /** `permission`: to use a tool. `question`: anything else. */
  ask: 'permission' | 'question';
  /** What is asked, in the agent's words where it has any. */
  text: string;
}

/** Life that does not show in the agent's output. At most one a kind in each activity interval. */
export interface Evidence {
  type: 'evidence';
  kind: Exclude<EvidenceKind, 'output'>;
  /** What was seen, one line. */
  what: string;
}

/** Half of a limit has passed without evidence. Once per silence. */
export interface StallSuspected {
  type: 'stall_suspected';
  clock: ClockName;
  /** Time without evidence, ms. */
  silentMs: number;
  limitMs: number;
  lastEvidence: LastEvidences;
}

/** A limit has passed and the run goes on all the same. */
export interface TimeoutExtended {
  type: 'timeout_extended';
  /** The clock whose limit would have ended the run. */
  clock: ClockName;
  limitMs: number;
  /** Why it goes on: the evidence, the open tool call, the announced wait. */
  reason: string;
  /** How much longer it may be silent, ms; null: until something else ends it. */
  extraMs: number | null;
}

/** oneshot decided to end the run; the signals follow. */
export interface StopRequested {
  type: 'stop_requested';
  /** `clock`: a limit. `ask`: nobody is there to answer the agent. `budget`: money, tokens or turns. `cancel`: the user. */
  cause: 'clock' | 'ask' | 'budget' | 'cancel';
  /** The clock that ended it, or null. */
  clock: ClockName | null;
  limitMs: number | null;
  reason: string;
  /** null where nothing was watched. */
  lastEvidence: LastEvidences | null;
}

export interface SignalSent {
  type: 'signal_sent';
  signal: string;
  pid: number;
  reason: string;
}

/** A process that the agent has left behind. */
export interface LeftProcess {
  pid: number;
  /** Program and arguments, shortened. */
  command: string;
}

/** After the end of the agent: what it had left running. Only where there was something. */
export interface ProcessesSwept {
  type: 'processes_swept';
  /** Ended by us. */
  ended: LeftProcess[];
  /** Still there after SIGKILL, or not ours to signal. */
  survivors: LeftProcess[];
  /** Left alone, as `--keep-processes` asks. */
  kept: LeftProcess[];
}

export interface RunFinished {
  type: 'run_finished';
  outcome: Outcome;
  /** Why, in one line for a person. */
  reason: string;
  /** The agent's final words, or null where it had none. */
  text: string | null;
  agentSession: string | null;
  exitCode: number | null;
  /** Name of the signal that ended the process, such as `SIGTERM`. */
  signal: string | null;
  usage: Usage;
  permissionDenials: PermissionDenial[];
  /** Set when the agent's end is not from its output, which broke off, but from the files it keeps. */
  recovered?: true;
}

/** Times in ms; null where there is none. */
export interface Latencies {
  count: number;
  mean: number | null;
  /** Upper bounds of the buckets in which they lie. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
  max: number | null;
  /** Those that are not empty; `upTo` is the upper bound, four of them to a power of two. The last has what took longer. */
  buckets: {upTo: number; count: number}[];
}

/** What this process of oneshot used during the run, other sessions in it included. */
export interface ProcessUse {
  /** Resident memory: at the start of the run, the most that was seen, at its end. */
  rssBytes: {start: number; peak: number; end: number};
  cpuMs: {user: number; system: number};
  /** By how much the event loop was late. */
  eventLoopDelayMs: {p50: number; p99: number; max: number};
}

/** How the output of a run came through. Only where it was asked for; just before its `run_finished`. */
export interface RunMetrics extends ProcessUse {
  type: 'run_metrics';
  /** From before the spawn until the last event was seen. */
  durationMs: number;
  /** As they came from the agent. */
  bytes: Record<StreamName, number>;
  chunks: number;
  frames: number;
  /** Of the agent's own. */
  events: number;
  /** From the chunk that completed an event until the views had seen it, recorded. */
  latencyMs: Latencies;
  /** How often, and how long together, reading stood still because recording was behind. */
  pauses: {count: number; totalMs: number};
}

/** A secret in what the child wrote. A mask of the same length stands in its place in the raw file. */
export interface Redacted {
  type: 'redacted';
  stream: StreamName;
  /** Of the child's output and of the raw file alike, bytes. */
  offset: number;
  length: number;
  /** Name of the variable that holds the secret, or of the pattern that it matched. */
  name: string;
}

/** `unable`: the check could not be run to its end, and says nothing of the work. */
export type CheckResult = 'green' | 'red' | 'unable';

/** A command of the user's has judged the work. */
export interface CheckFinished {
  type: 'check_finished';
  /** As the user gave it. */
  check: string;
  result: CheckResult;
  /** One line for a person. */
  reason: string;
  exitCode: number | null;
  durationMs: number;
  /** The end of what it printed, both streams. */
  tail: string;
}

/** An agent failed, which says nothing of the task: its run is made again. */
export interface RunRetry {
  type: 'run_retry';
  /** From 1. */
  attempt: number;
  maxAttempts: number;
  /** Until it begins. */
  delayMs: number;
  /** `resume`: in the agent's own session. `again`: with a new one. `fallback`: by another agent. */
  how: 'resume' | 'again' | 'fallback';
  executor: string;
  /** Why the run before has failed. */
  reason: string;
}

/** The state of the files in the working directory at this moment. */
export interface WorktreeSnapshot {
  type: 'worktree_snapshot';
  /** `git`: a tree of git. `manifest`: a list of files and hashes. `none`: it could not be told. */
  kind: 'git' | 'manifest' | 'none';
  /** Equal for equal states; null with `none`. */
  id: string | null;
  /** The commit that is checked out, where there is one. */
  head: string | null;
  /** `refs/heads/…`, where a branch is checked out. */
  branch: string | null;
  /** Why it could not be told, or null. */
  reason: string | null;
}

/** What an auditor says of one thing that the task asks for. */
export interface AuditedCriterion {
  criterion: string;
  /** null: neither met nor unmet was said. */
  met: boolean | null;
  evidence: string | null;
}

export interface Verdict {
  type: 'verdict';
  /** null: the auditor's answer held no clear verdict. */
  verdict: VerdictWord | null;
  reason: string;
  /** What the worker should do differently; null where the auditor said nothing. */
  feedback: string | null;
  /** Where in the answer the verdict was read. */
  how: string;
  /** At most 100. Not there: nothing was said of criteria. */
  criteria?: AuditedCriterion[];
}

export interface SessionFinished {
  type: 'session_finished';
  ending: Ending;
  reason: string;
  /** The last worker's final words. */
  text: string | null;
  iterations: number;
}

/** Something the agent said that is not understood: kept, recorded and shown. */
export interface Unparsed {
  type: 'unparsed';
  /** `text`: a line that is not JSON. `unknown`: JSON this adapter does not know. `oversized`: a frame over `--max-frame`. */
  reason: 'text' | 'unknown' | 'oversized';
  text?: string;
  value?: unknown;
}

/** oneshot, or the agent, has something to say that is no event of its own. `code` is stable, `text` is for people. */
export interface Note {
  type: 'note';
  level: 'info' | 'warning' | 'error';
  code: string;
  text: string;
}

export type EventBody =
  | AgentMessageChunk
  | AgentThoughtChunk
  | UserMessageChunk
  | ToolCall
  | ToolCallUpdate
  | Plan
  | UsageUpdate
  | SessionStarted
  | SessionResumed
  | TerminalResized
  | IterationStarted
  | RunStarted
  | AgentSession
  | AgentRetry
  | AgentAsk
  | Evidence
  | StallSuspected
  | TimeoutExtended
  | StopRequested
  | SignalSent
  | ProcessesSwept
  | RunFinished
  | RunMetrics
  | Redacted
  | CheckFinished
  | RunRetry
  | WorktreeSnapshot
  | Verdict
  | SessionFinished
  | Unparsed
  | Note;

export type EventType = EventBody['type'];

export interface EventHead {
  v: typeof EVENT_VERSION;
  /** Gap-free within a session, from 1. */
  seq: number;
  /** ms since the epoch. */
  at: number;
  session: string;
  /** From 1; 0 for what belongs to no iteration. */
  iteration: number;
  role: Role | null;
  source: Source;
  raw?: RawSpan;
}

export type OneshotEvent = EventHead & EventBody;

/** A body on its way to the log, which adds number and time. */
export interface EventDraft {
  body: EventBody;
  iteration: number;
  role: Role | null;
  source: Source;
  raw?: RawSpan;
}

/** The event of a head and a body; `head` is taken over. */
export function eventOf(head: EventHead, body: EventBody, raw: RawSpan | null | undefined): OneshotEvent {
  // Not a spread: over objects of many shapes that costs ten times as much, and every event passes here.
  const event = Object.assign(head, body);
  return raw ? Object.assign(event, {raw}) : event;
}
