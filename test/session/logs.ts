/** Logs of sessions for tests: what a session with a verdict leaves behind, line by line. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {
  AgentPlan,
  EventBody,
  EventHead,
  OneshotEvent,
  RunFinished,
  RunStarted,
} from '../../src/event.ts';
import {DEFAULT_RULES} from '../../src/loop/options.ts';
import type {ProcessLookup} from '../../src/session/lock.ts';

export const ID = '20261123-142530-9f3c0a';

/** 2026-11-23 14:25:30 UTC */
export const BEGAN_AT = Date.UTC(2026, 10, 23, 14, 25, 30);

export const PLAN = {
  executor: 'claude',
  adapter: 'claude',
  model: null,
  permissionMode: 'agent',
  agentArgs: [],
} satisfies AgentPlan;

const USAGE = {inputTokens: 10, outputTokens: 5, costUsd: 0.5, turns: null};

const RUN_STARTED: RunStarted = {
  type: 'run_started',
  executor: 'claude',
  adapter: 'claude',
  agentVersion: '2.1.197',
  argv: ['claude', '-p'],
  cwd: '/work',
  pid: 7,
  transport: 'pty',
  transportReason: 'there is a PTY',
  model: 'm',
  permissionMode: 'agent',
  promptDelivery: 'stdin',
  promptBytes: 9,
  resumedAgentSession: null,
  mark: 'ONESHOT_RUN_0000000000000000',
};

const RUN_FINISHED: RunFinished = {
  type: 'run_finished',
  outcome: 'completed',
  reason: 'it said so',
  text: 'all done',
  agentSession: 'a-session',
  exitCode: 0,
  signal: null,
  usage: USAGE,
  permissionDenials: [],
};

export const runStarted = (more: Partial<RunStarted> = {}): RunStarted => ({...RUN_STARTED, ...more});
export const runFinished = (more: Partial<RunFinished> = {}): RunFinished => ({...RUN_FINISHED, ...more});

export const sessionStarted = (more: {task?: string | null} = {}): EventBody => ({
  type: 'session_started',
  task: 'fix the bug',
  cwd: '/work',
  maxIterations: 5,
  audit: true,
  worker: PLAN,
  auditor: PLAN,
  fallback: null,
  rules: null,
  oneshotVersion: '0.1.0',
  nodeVersion: '20.0.0',
  platform: 'linux',
  ...more,
});

export const sessionResumed = (instructions: string | null = null): EventBody => ({
  type: 'session_resumed',
  from: 'the worker was interrupted; it is run again',
  instructions,
  maxIterations: 7,
  worker: PLAN,
  auditor: PLAN,
  fallback: null,
  rules: DEFAULT_RULES,
  oneshotVersion: '0.1.0',
  nodeVersion: '20.0.0',
  platform: 'linux',
});

type Part = readonly [body: EventBody, head?: Partial<EventHead>];

const WORKER = {iteration: 1, role: 'worker'} as const;
const AUDITOR = {iteration: 1, role: 'auditor'} as const;

/** From the beginning to just before the end. */
export const OPEN_SESSION: readonly Part[] = [
  [sessionStarted()],
  [{type: 'iteration_started', maxIterations: 5}, {iteration: 1}],
  [RUN_STARTED, WORKER],
  [
    {
      type: 'agent_message_chunk',
      content: {type: 'text', text: 'héllo'},
      messageId: 'm',
      parentToolCallId: null,
    },
    {...WORKER, source: 'agent', raw: {stream: 'stdout', offset: 0, length: 10}},
  ],
  [RUN_FINISHED, WORKER],
  [RUN_STARTED, AUDITOR],
  [RUN_FINISHED, AUDITOR],
  [{type: 'verdict', verdict: 'DONE', reason: 'the tests pass', feedback: null, how: 'json'}, AUDITOR],
];

export const VERIFIED_SESSION: readonly Part[] = [
  ...OPEN_SESSION,
  [{type: 'session_finished', ending: 'verified', reason: 'the tests pass', text: 'all done', iterations: 1}],
];

/** Events with their numbers, one second from one to the next. */
export function eventsOf(parts: readonly Part[], session = ID): OneshotEvent[] {
  return parts.map(([body, head], index) => ({
    v: 1,
    seq: index + 1,
    at: BEGAN_AT + index * 1000,
    session,
    iteration: 0,
    role: null,
    source: 'runner',
    ...head,
    ...body,
  }));
}

export function linesOf(parts: readonly Part[], session = ID): string {
  return eventsOf(parts, session)
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

/** Puts a log into the state folder and returns the session folder. */
export function recordSession(stateDir: string, log: string | Buffer, id = ID): string {
  const dir = join(stateDir, 'sessions', id);
  mkdirSync(dir, {recursive: true});
  writeFileSync(join(dir, 'events.jsonl'), log);
  return dir;
}

/** A machine on which these processes live; this one is the first. */
export function machine(...alive: number[]): ProcessLookup {
  const [self = 1] = alive;
  return {
    self: async () => ({pid: self, startedAt: `t${self}`}),
    isAlive: async ({pid, startedAt}) => alive.includes(pid) && startedAt === `t${pid}`,
  };
}
