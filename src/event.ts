/**
 * The event union: one flat discriminated union that every agent's output is turned into.
 *
 * Agent activity uses the names and fields of the Agent Client Protocol (agentclientprotocol.com, `session/update`);
 * supervision has names of its own. `docs/events.md` documents each member; `src/event-schema.ts` is the same union
 * as a zod schema and a test keeps the two equal.
 */

/** Version of the event format, the `v` of every event. */
export const EVENT_VERSION = 1;

export type Role = 'worker' | 'auditor';

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

/** Totals of one run so far. Unknown is null, never zero. */
export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
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
  oneshotVersion: string;
  nodeVersion: string;
  platform: string;
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
  oneshotVersion: string;
  nodeVersion: string;
  platform: string;
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
  /** `clock`: a limit. `ask`: nobody is there to answer the agent. `cancel`: the user. */
  cause: 'clock' | 'ask' | 'cancel';
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

export interface Verdict {
  type: 'verdict';
  /** null: the auditor's answer held no clear verdict. */
  verdict: VerdictWord | null;
  reason: string;
  /** What the worker should do differently; null where the auditor said nothing. */
  feedback: string | null;
  /** Where in the answer the verdict was read. */
  how: string;
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
  | Redacted
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
