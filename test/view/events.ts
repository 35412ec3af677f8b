/** Events for tests, with the head filled in. */
import type {
  CheckFinished,
  EventBody,
  EventHead,
  LastEvidences,
  OneshotEvent,
  RunFinished,
  RunMetrics,
  RunRetry,
  RunStarted,
  StopRequested,
} from '../../src/event.ts';

export function event(body: EventBody, head: Partial<EventHead> = {}): OneshotEvent {
  return {v: 1, seq: 1, at: 0, session: 's', iteration: 1, role: 'worker', source: 'agent', ...head, ...body};
}

export function says(text: string, messageId = 'm1'): OneshotEvent {
  return event({
    type: 'agent_message_chunk',
    content: {type: 'text', text},
    messageId,
    parentToolCallId: null,
  });
}

export function toolCall(
  toolCallId: string,
  title: string,
  at: number,
  kind: 'edit' | 'execute' = 'edit',
): OneshotEvent {
  const call = {toolCallId, title, toolName: title.split(' ')[0]!, kind} as const;
  const rest = {locations: [], rawInput: {}, parentToolCallId: null};
  return event({type: 'tool_call', status: 'in_progress', ...call, ...rest}, {at});
}

export const NO_EVIDENCE: LastEvidences = {output: null, files: null, processes: null};

export function stopRequested(
  more: Partial<StopRequested> = {},
  head: Partial<EventHead> = {},
): OneshotEvent {
  return event(
    {
      type: 'stop_requested',
      cause: 'clock',
      clock: 'idle',
      limitMs: 120_000,
      reason: 'no sign of life (idle limit 120 s); last evidence: output: none',
      lastEvidence: NO_EVIDENCE,
      ...more,
    },
    {source: 'runner', ...head},
  );
}

export const NO_USAGE = {inputTokens: null, outputTokens: null, costUsd: null, turns: null};

export function runStarted(more: Partial<RunStarted> = {}, head: Partial<EventHead> = {}): OneshotEvent {
  return event(
    {
      type: 'run_started',
      executor: 'claude',
      adapter: 'claude',
      agentVersion: '2.1.197',
      argv: ['claude', '-p'],
      cwd: '/work',
      pid: 7,
      transport: 'pty',
      transportReason: 'there is one',
      model: null,
      permissionMode: 'agent',
      promptDelivery: 'stdin',
      promptBytes: 3,
      resumedAgentSession: null,
      mark: 'ONESHOT_RUN_0123456789abcdef',
      ...more,
    },
    {source: 'runner', ...head},
  );
}

export function runFinished(more: Partial<RunFinished> = {}, head: Partial<EventHead> = {}): OneshotEvent {
  return event(
    {
      type: 'run_finished',
      outcome: 'completed',
      reason: 'success',
      text: null,
      agentSession: null,
      exitCode: 0,
      signal: null,
      usage: NO_USAGE,
      permissionDenials: [],
      ...more,
    },
    {source: 'runner', ...head},
  );
}

export function runMetrics(more: Partial<RunMetrics> = {}): RunMetrics {
  return {
    type: 'run_metrics',
    durationMs: 2_500,
    bytes: {stdout: 12_345, stderr: 0},
    chunks: 9,
    frames: 8,
    events: 7,
    latencyMs: {
      count: 7,
      mean: 20,
      p50: 0.0421,
      p95: 2,
      p99: 121,
      max: 130,
      buckets: [{upTo: 0.0431, count: 7}],
    },
    pauses: {count: 0, totalMs: 0},
    rssBytes: {start: 90e6, peak: 100e6, end: 95e6},
    cpuMs: {user: 200, system: 100},
    eventLoopDelayMs: {p50: 0.1, p99: 4, max: 9},
    ...more,
  };
}

/** A check that is red. */
export function checkFinished(
  more: Partial<CheckFinished> = {},
  head: Partial<EventHead> = {},
): OneshotEvent {
  return event(
    {
      type: 'check_finished',
      check: 'npm test',
      result: 'red',
      reason: 'exit code 1: 2 failed',
      exitCode: 1,
      durationMs: 1500,
      tail: '2 failed',
      ...more,
    },
    {source: 'runner', role: 'check', ...head},
  );
}

/** A run that failed is made again in the agent's own session. */
export function runRetry(more: Partial<RunRetry> = {}, head: Partial<EventHead> = {}): OneshotEvent {
  return event(
    {
      type: 'run_retry',
      attempt: 1,
      maxAttempts: 2,
      delayMs: 5000,
      how: 'resume',
      executor: 'claude',
      reason: 'exit code 3',
      ...more,
    },
    {source: 'runner', ...head},
  );
}
