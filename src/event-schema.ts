/**
 * The event union as a zod schema, for readers of event logs. Nothing on the way of a run loads this file.
 * `schema/event.schema.json` is generated from it by `npm run schema`.
 */
import {z} from 'zod';
import {ENDINGS, type OneshotEvent} from './event.ts';

const nullableString = z.string().nullable();
const nullableNumber = z.number().nullable();
const count = z.int().min(0);
const role = z.enum(['worker', 'auditor', 'check']);
const permissionMode = z.enum(['agent', 'read', 'edit', 'full']);

export const rawSpanSchema = z.object({
  stream: z.enum(['stdout', 'stderr']),
  offset: count.describe('First byte in the raw file.'),
  length: count.describe('Bytes.'),
});

const head = {
  v: z.literal(1).describe('Version of the event format.'),
  seq: z.int().min(1).describe('Gap-free within a session, from 1.'),
  at: z.number().describe('ms since the epoch.'),
  session: z.string(),
  iteration: count.describe('From 1; 0 for what belongs to no iteration.'),
  role: role.nullable(),
  source: z.enum(['agent', 'runner', 'file']),
  raw: rawSpanSchema.optional(),
};

const usage = {
  inputTokens: nullableNumber,
  outputTokens: nullableNumber,
  costUsd: nullableNumber,
  turns: nullableNumber,
};
const clock = z.enum(['initial', 'idle', 'tool', 'max', 'grace']);
const evidence = z.object({what: z.string(), agoMs: z.number()}).nullable();
const lastEvidences = z.object({output: evidence, files: evidence, processes: evidence});
const leftProcesses = z.array(z.object({pid: count, command: z.string()}));
const terminalSize = z.object({columns: count, rows: count});

const agentPlan = z.object({
  executor: z.string(),
  adapter: z.string(),
  model: nullableString,
  permissionMode,
  agentArgs: z.array(z.string()),
});
const rules = z.object({
  checks: z.array(z.string()),
  checkTimeoutMs: z.number(),
  criteria: nullableString,
  budget: z.object({maxCostUsd: nullableNumber, maxTokens: nullableNumber, maxTurns: nullableNumber}),
  agentRetries: count,
});
/** What is measured of a run. */
export const runMetrics = {
  durationMs: z.number(),
  bytes: z.object({stdout: count, stderr: count}),
  chunks: count,
  frames: count,
  events: count,
  latencyMs: z.object({
    count,
    mean: nullableNumber,
    p50: nullableNumber,
    p95: nullableNumber,
    p99: nullableNumber,
    max: nullableNumber,
    buckets: z.array(z.object({upTo: z.number(), count})),
  }),
  pauses: z.object({count, totalMs: z.number()}),
  rssBytes: z.object({start: count, peak: count, end: count}),
  cpuMs: z.object({user: z.number(), system: z.number()}),
  eventLoopDelayMs: z.object({p50: z.number(), p99: z.number(), max: z.number()}),
};
const textContent = z.object({type: z.literal('text'), text: z.string()});
const toolStatus = z.enum(['pending', 'in_progress', 'completed', 'failed']);
const toolKind = z.enum([
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'switch_mode',
  'other',
]);
const chunk = {content: textContent, messageId: nullableString, parentToolCallId: nullableString};

export const eventSchema = z.discriminatedUnion('type', [
  z.object({...head, type: z.literal('agent_message_chunk'), ...chunk}),
  z.object({...head, type: z.literal('agent_thought_chunk'), ...chunk}),
  z.object({
    ...head,
    type: z.literal('user_message_chunk'),
    content: textContent,
    parentToolCallId: nullableString,
  }),
  z.object({
    ...head,
    type: z.literal('tool_call'),
    toolCallId: z.string(),
    title: z.string(),
    toolName: z.string(),
    kind: toolKind,
    status: toolStatus,
    locations: z.array(z.object({path: z.string()})),
    rawInput: z.unknown(),
    parentToolCallId: nullableString,
  }),
  z.object({
    ...head,
    type: z.literal('tool_call_update'),
    toolCallId: z.string(),
    status: toolStatus.optional(),
    title: z.string().optional(),
    locations: z.array(z.object({path: z.string()})).optional(),
    content: z.array(textContent).optional(),
    rawInput: z.unknown().optional(),
    rawOutput: z.unknown().optional(),
  }),
  z.object({
    ...head,
    type: z.literal('plan'),
    entries: z.array(
      z.object({
        content: z.string(),
        priority: z.enum(['high', 'medium', 'low']),
        status: z.enum(['pending', 'in_progress', 'completed']),
      }),
    ),
  }),
  z.object({...head, type: z.literal('usage_update'), ...usage}),
  z.object({
    ...head,
    type: z.literal('session_started'),
    task: nullableString,
    cwd: z.string(),
    maxIterations: count,
    audit: z.boolean(),
    worker: agentPlan.nullable(),
    auditor: agentPlan.nullable(),
    fallback: agentPlan.nullable(),
    rules: rules.nullable(),
    oneshotVersion: z.string(),
    nodeVersion: z.string(),
    platform: z.string(),
    terminal: terminalSize.optional(),
  }),
  z.object({
    ...head,
    type: z.literal('session_resumed'),
    from: z.string(),
    instructions: nullableString,
    maxIterations: count,
    worker: agentPlan,
    auditor: agentPlan.nullable(),
    fallback: agentPlan.nullable(),
    rules,
    oneshotVersion: z.string(),
    nodeVersion: z.string(),
    platform: z.string(),
    terminal: terminalSize.optional(),
  }),
  z.object({...head, type: z.literal('terminal_resized'), terminal: terminalSize}),
  z.object({...head, type: z.literal('iteration_started'), maxIterations: count}),
  z.object({
    ...head,
    type: z.literal('run_started'),
    executor: z.string(),
    adapter: z.string(),
    agentVersion: nullableString,
    argv: z.array(z.string()),
    cwd: z.string(),
    pid: count,
    transport: z.enum(['pty', 'pipe', 'buffered']),
    transportReason: z.string(),
    model: nullableString,
    permissionMode,
    promptDelivery: z.enum(['stdin', 'argv', 'file', 'none']),
    promptBytes: count,
    resumedAgentSession: nullableString,
    mark: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal('agent_session'),
    agentSession: z.string(),
    model: nullableString,
    agentVersion: nullableString,
    agentPermissionMode: nullableString,
  }),
  z.object({
    ...head,
    type: z.literal('agent_retry'),
    attempt: nullableNumber,
    maxAttempts: nullableNumber,
    delayMs: nullableNumber,
    status: nullableNumber,
    error: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal('agent_ask'),
    ask: z.enum(['permission', 'question']),
    text: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal('evidence'),
    kind: z.enum(['files', 'processes']),
    what: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal('stall_suspected'),
    clock,
    silentMs: z.number(),
    limitMs: z.number(),
    lastEvidence: lastEvidences,
  }),
  z.object({
    ...head,
    type: z.literal('timeout_extended'),
    clock,
    limitMs: z.number(),
    reason: z.string(),
    extraMs: nullableNumber,
  }),
  z.object({
    ...head,
    type: z.literal('stop_requested'),
    cause: z.enum(['clock', 'ask', 'budget', 'cancel']),
    clock: clock.nullable(),
    limitMs: nullableNumber,
    reason: z.string(),
    lastEvidence: lastEvidences.nullable(),
  }),
  z.object({...head, type: z.literal('signal_sent'), signal: z.string(), pid: count, reason: z.string()}),
  z.object({
    ...head,
    type: z.literal('processes_swept'),
    ended: leftProcesses,
    survivors: leftProcesses,
    kept: leftProcesses,
  }),
  z.object({
    ...head,
    type: z.literal('run_finished'),
    outcome: z.enum(['completed', 'failed', 'stalled', 'timed-out', 'canceled', 'truncated']),
    reason: z.string(),
    text: nullableString,
    agentSession: nullableString,
    exitCode: nullableNumber,
    signal: nullableString,
    usage: z.object(usage),
    permissionDenials: z.array(z.object({toolName: z.string(), toolCallId: nullableString})),
    recovered: z.literal(true).optional(),
  }),
  z.object({...head, type: z.literal('run_metrics'), ...runMetrics}),
  z.object({
    ...head,
    type: z.literal('redacted'),
    stream: z.enum(['stdout', 'stderr']),
    offset: count,
    length: count,
    name: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal('check_finished'),
    check: z.string(),
    result: z.enum(['green', 'red', 'unable']),
    reason: z.string(),
    exitCode: nullableNumber,
    durationMs: z.number(),
    tail: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal('run_retry'),
    attempt: count,
    maxAttempts: count,
    delayMs: z.number(),
    how: z.enum(['resume', 'again', 'fallback']),
    executor: z.string(),
    reason: z.string(),
  }),
  z.object({
    ...head,
    type: z.literal('worktree_snapshot'),
    kind: z.enum(['git', 'manifest', 'none']),
    id: nullableString,
    head: nullableString,
    branch: nullableString,
    reason: nullableString,
  }),
  z.object({
    ...head,
    type: z.literal('verdict'),
    verdict: z.enum(['DONE', 'RETRY', 'IMPOSSIBLE']).nullable(),
    reason: z.string(),
    feedback: nullableString,
    how: z.string(),
    criteria: z
      .array(z.object({criterion: z.string(), met: z.boolean().nullable(), evidence: nullableString}))
      .optional(),
  }),
  z.object({
    ...head,
    type: z.literal('session_finished'),
    ending: z.enum(ENDINGS),
    reason: z.string(),
    text: nullableString,
    iterations: count,
  }),
  z.object({
    ...head,
    type: z.literal('unparsed'),
    reason: z.enum(['text', 'unknown', 'oversized']),
    text: z.string().optional(),
    value: z.unknown().optional(),
  }),
  z.object({
    ...head,
    type: z.literal('note'),
    level: z.enum(['info', 'warning', 'error']),
    code: z.string(),
    text: z.string(),
  }),
]);

/** The JSON Schema (draft 2020-12) of one event line. */
export function eventJsonSchema(): Record<string, unknown> {
  return {title: 'oneshot event', ...z.toJSONSchema(eventSchema)};
}

export type {OneshotEvent};
