/** What the published types promise; compiled as a project that has installed the package, and never run. */
import {
  type Agent,
  type DecodedEvent,
  decode,
  type Ending,
  type ErrorCode,
  type Frame,
  type LoopResult,
  listSessions,
  loop,
  OneshotError,
  type OneshotEvent,
  type Outcome,
  openSession,
  type RunFinished,
  type Running,
  type RunResult,
  resume,
  run,
  type Session,
  type SessionStatus,
} from '@oneshot-cli/oneshot';
import type {AgentChoice, RunContext, SessionLog} from '@oneshot-cli/oneshot/core';
import {createDecoder, executorByName, type run as runIn} from '@oneshot-cli/oneshot/core';
import {eventSchema} from '@oneshot-cli/oneshot/event-schema';
import {type TelemetryView, telemetryView} from '@oneshot-cli/oneshot/telemetry';
import * as api from '@opentelemetry/api';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

const running = run({agent: 'claude', prompt: 'x', signal: AbortSignal.timeout(1)});
same<typeof running, Running<RunResult>>(true);
const result = await running.result;
same<typeof result.outcome, Outcome>(true);
same<typeof result.text, string | null>(true);
same<typeof result.usage.costUsd, number | null>(true);
same<typeof result.session, Session>(true);

const task = loop({task: 'x', worker: {executor: 'cline', model: 'm'}, auditor: null, maxIterations: 3});
same<Awaited<typeof task.result>, LoopResult>(true);
const {ending, lastRun} = await task.result;
same<typeof ending, Ending>(true);
same<typeof lastRun, RunFinished | null>(true);

for await (const event of task) {
  same<typeof event, OneshotEvent>(true);
  if (event.type === 'tool_call') same<typeof event.title, string>(true);
  if (event.type === 'session_finished') same<typeof event.ending, Ending>(true);
  // @ts-expect-error there is no such event
  if (event.type === 'no_such_event') break;
}

const again = resume('last', {instructions: 'more', takeover: true});
same<typeof again, Running<LoopResult>>(true);

const session = await openSession('last', {stateDir: '/x'});
const bytes = await session.bytesOf((await session.events().next()).value as OneshotEvent);
same<typeof bytes, Uint8Array | null>(true);
const {status, text} = await session.report();
same<typeof status, SessionStatus>(true);
same<typeof text, string | null>(true);
for (const one of (await listSessions({status: 'verified'})).sessions) same<typeof one.id, string>(true);

for await (const frame of decode(['x', new Uint8Array()])) {
  same<typeof frame, Frame>(true);
  if (frame.kind === 'json') same<typeof frame.value, Record<string, unknown>>(true);
}
for await (const event of decode([], {executor: 'cline-2'})) same<typeof event, DecodedEvent>(true);

const error = new OneshotError('USAGE', 'message', 'next step');
same<typeof error.code, ErrorCode>(true);

// @ts-expect-error a run needs a prompt
run({agent: 'claude'});
// @ts-expect-error there is no such agent
run({agent: 'nobody', prompt: 'x'});
// @ts-expect-error a model without a CLI needs its endpoint
run({agent: {executor: 'direct'}, prompt: 'x'});
loop({task: 'x', worker: 'auto', fallback: 'cline', rules: {checks: ['true'], budget: {maxTurns: 9}}});
loop({task: 'x', worker: 'auto', templates: {worker: '{{task}}'}});
// @ts-expect-error a loop needs a worker
loop({task: 'x'});
// @ts-expect-error "cline" is of two kinds, whose output differs
decode([], {executor: 'cline'});

const choice: AgentChoice = {
  executor: executorByName('command'),
  installation: {executor: 'command', adapter: 'command', program: ['cat'], version: null},
  model: null,
  permissionMode: 'agent',
  agentArgs: [],
};
const model: Agent = {executor: 'direct', endpoint: 'http://127.0.0.1/v1', model: 'm', apiKeyEnv: 'KEY'};
const agents: Agent[] = ['auto', 'demo', {executor: 'claude'}, model, choice];
declare const context: RunContext;
same<typeof context.log, SessionLog>(true);
const request = {agent: choice, prompt: null, iteration: 1, role: 'worker', resume: null} as const;
same<Awaited<ReturnType<typeof runIn>>, RunFinished>(true);

const parsed = eventSchema.safeParse({});
if (parsed.success) same<typeof parsed.data.type, OneshotEvent['type']>(true);

const telemetry = telemetryView(api, {tracer: api.trace.getTracer('x'), content: true});
same<typeof telemetry, TelemetryView>(true);
declare const log: SessionLog;
log.addView(telemetry.view);
for await (const event of run({agent: 'claude', prompt: 'x', metrics: true})) telemetry.view(event);
// @ts-expect-error it wants the module of the API
telemetryView();

export const used = [agents, request, createDecoder()];
