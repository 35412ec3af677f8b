import * as api from '@opentelemetry/api';
import {describe, expect, it} from 'vitest';
import type {EventBody, EventHead, ToolStatus} from '../../src/event.ts';
import {telemetryView} from '../../src/telemetry/view.ts';
import {
  BEGAN_AT,
  eventsOf,
  ID,
  OPEN_SESSION,
  runFinished,
  runStarted,
  sessionResumed,
  sessionStarted,
  VERIFIED_SESSION,
} from '../session/logs.ts';
import {NO_EVIDENCE, runMetrics} from '../view/events.ts';
import {exported} from './sdk.ts';

type Part = readonly [body: EventBody, head?: Partial<EventHead>];

const WORKER = {iteration: 1, role: 'worker', source: 'agent'} as const;
const ITERATION: Part = [{type: 'iteration_started', maxIterations: 5}, {iteration: 1}];

const exportedParts = (parts: readonly Part[], content = false) => exported(eventsOf(parts), {content});
const secondsAt = (seconds: number) => BEGAN_AT + seconds * 1000;

const call = (
  toolCallId: string,
  toolName: string,
  more: {parent?: string; status?: ToolStatus} = {},
): Part => [
  {
    type: 'tool_call',
    toolCallId,
    title: `${toolName} secret.txt`,
    toolName,
    kind: 'edit',
    status: more.status ?? 'in_progress',
    locations: [],
    rawInput: {path: 'secret.txt'},
    parentToolCallId: more.parent ?? null,
  },
  WORKER,
];

const update = (toolCallId: string, status: ToolStatus): Part => [
  {type: 'tool_call_update', toolCallId, status},
  WORKER,
];

const inRun = (...parts: readonly Part[]): Part[] => [
  [sessionStarted()],
  ITERATION,
  [runStarted(), WORKER],
  ...parts,
];

describe('spans of a session', () => {
  it('are one for the session, each iteration and each run, with the times of the events', async () => {
    const {spans, span} = await exportedParts(VERIFIED_SESSION);
    const session = 'invoke_workflow oneshot';
    expect(spans.map(({path}) => path)).toEqual([
      [session, 'iteration 1', 'invoke_agent claude'],
      [session, 'iteration 1', 'invoke_agent claude'],
      [session, 'iteration 1'],
      [session],
    ]);
    const times = spans.map(({startMs, endMs}) => [startMs, endMs]);
    expect(times).toEqual([
      [secondsAt(2), secondsAt(4)],
      [secondsAt(5), secondsAt(6)],
      [secondsAt(1), secondsAt(8)],
      [secondsAt(0), secondsAt(8)],
    ]);
    expect(spans.every(({error}) => error === null)).toBe(true);
    expect(span(session).attributes).toEqual({
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': 'oneshot',
      'oneshot.session.id': ID,
      'oneshot.session.resumed': false,
      'oneshot.iterations.max': 5,
      'oneshot.version': '0.1.0',
      'oneshot.ending': 'verified',
      'oneshot.iterations': 1,
    });
    expect(span('invoke_agent claude').attributes).toEqual({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.agent.name': 'claude',
      'gen_ai.agent.version': '2.1.197',
      'gen_ai.request.model': 'm',
      'gen_ai.conversation.id': 'a-session',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'oneshot.cost_usd': 0.5,
      'oneshot.role': 'worker',
      'oneshot.iteration': 1,
      'oneshot.adapter': 'claude',
      'oneshot.transport': 'pty',
      'oneshot.permission_mode': 'agent',
      'oneshot.prompt.bytes': 9,
      'oneshot.outcome': 'completed',
      'process.pid': 7,
      'oneshot.exit_code': 0,
    });
    expect(span('iteration 1').events).toEqual([
      {name: 'verdict', atMs: secondsAt(7), attributes: {'oneshot.verdict': 'DONE', 'oneshot.how': 'json'}},
    ]);
  });

  it('have one for each tool call, under the call that made it', async () => {
    const {spans, span} = await exportedParts(
      inRun(
        call('t1', 'Task'),
        call('t2', 'Edit', {parent: 't1'}),
        call('t2', 'Edit'),
        update('t2', 'in_progress'),
        update('t2', 'failed'),
        update('t1', 'completed'),
        update('t9', 'completed'),
        call('t3', 'Read', {status: 'completed'}),
        call('t4', 'Bash'),
        [runFinished(), WORKER],
      ),
    );
    const run = ['invoke_workflow oneshot', 'iteration 1', 'invoke_agent claude'];
    expect(spans.slice(0, 4).map(({path, error}) => [...path, error])).toEqual([
      [...run, 'execute_tool Task', 'execute_tool Edit', 'tool_failed'],
      [...run, 'execute_tool Task', null],
      [...run, 'execute_tool Read', null],
      [...run, 'execute_tool Bash', 'unfinished'],
    ]);
    expect(span('execute_tool Edit').attributes).toEqual({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'Edit',
      'gen_ai.tool.call.id': 't2',
      'oneshot.tool.kind': 'edit',
      'error.type': 'tool_failed',
    });
    expect([span('execute_tool Edit').startMs, span('execute_tool Edit').endMs]).toEqual([
      secondsAt(4),
      secondsAt(7),
    ]);
  });

  it('of a thousand open tool calls are no more, and of tools without a run none', async () => {
    const many = Array.from({length: 1_005}, (_, index) => call(`t${index}`, 'Read'));
    const {spans} = await exportedParts(inRun(...many, [runFinished(), WORKER]));
    expect(spans.filter(({name}) => name === 'execute_tool Read')).toHaveLength(1_000);
    expect((await exportedParts([call('t', 'Read'), update('t', 'completed')])).spans).toEqual([]);
  });

  it('have the status of what went wrong', async () => {
    const {span} = await exportedParts([
      ...inRun([runFinished({outcome: 'stalled', reason: 'said secret'}), WORKER]),
      [{type: 'session_finished', ending: 'failed', reason: 'said secret', text: null, iterations: 1}],
    ]);
    expect(span('invoke_agent claude')).toMatchObject({
      error: 'stalled',
      attributes: {'error.type': 'stalled'},
    });
    expect(span('invoke_workflow oneshot')).toMatchObject({
      error: 'failed',
      attributes: {'error.type': 'failed'},
    });
  });

  it('are no errors where nothing was to be judged', async () => {
    const end: Part = [
      {type: 'session_finished', ending: 'unverified', reason: '', text: null, iterations: 1},
    ];
    const judged = await exportedParts([[sessionStarted()], end]);
    expect(judged.span('invoke_workflow oneshot').error).toBe('unverified');
    const unjudged = await exportedParts([[{...sessionStarted(), audit: false} as EventBody], end]);
    expect(unjudged.span('invoke_workflow oneshot').error).toBeNull();
  });

  it('tell moments of a run as events, without the words', async () => {
    const moments: EventBody[] = [
      {type: 'agent_retry', attempt: 1, maxAttempts: 10, delayMs: 500, status: 529, error: 'secret'},
      {type: 'agent_ask', ask: 'question', text: 'secret'},
      {type: 'stall_suspected', clock: 'idle', silentMs: 60_000, limitMs: 120_000, lastEvidence: NO_EVIDENCE},
      {type: 'timeout_extended', clock: 'idle', limitMs: 120_000, reason: 'secret', extraMs: null},
      {
        type: 'stop_requested',
        cause: 'clock',
        clock: 'max',
        limitMs: 9,
        reason: 'secret',
        lastEvidence: null,
      },
      {type: 'signal_sent', signal: 'SIGINT', pid: 7, reason: 'secret'},
      {type: 'processes_swept', ended: [{pid: 8, command: 'secret'}], survivors: [], kept: []},
      {type: 'note', level: 'warning', code: 'AGENT_ERROR', text: 'secret'},
      {type: 'note', level: 'info', code: 'AGENT_NOTICE', text: 'secret'},
    ];
    const parts = inRun(...moments.map((body): Part => [body, WORKER]), [runFinished(), WORKER]);
    const {events} = (await exportedParts(parts)).span('invoke_agent claude');
    expect(events.map(({name}) => name)).toEqual(moments.slice(0, -1).map(({type}) => type));
    expect(events.map(({attributes}) => attributes)).toEqual([
      {'oneshot.attempt': 1, 'oneshot.max_attempts': 10, 'oneshot.delay_ms': 500, 'oneshot.http.status': 529},
      {'oneshot.ask': 'question'},
      {'oneshot.clock': 'idle', 'oneshot.silent_ms': 60_000, 'oneshot.limit_ms': 120_000},
      {'oneshot.clock': 'idle', 'oneshot.limit_ms': 120_000},
      {'oneshot.cause': 'clock', 'oneshot.clock': 'max', 'oneshot.limit_ms': 9},
      {'oneshot.signal': 'SIGINT'},
      {'oneshot.ended': 1, 'oneshot.survivors': 0, 'oneshot.kept': 0},
      {'oneshot.level': 'warning', 'oneshot.code': 'AGENT_ERROR'},
    ]);
    expect(events[0]!.atMs).toBe(secondsAt(3));
  });

  it('tell of retries, checks and verdicts where no run is open', async () => {
    const retry: EventBody = {
      type: 'run_retry',
      attempt: 1,
      maxAttempts: 2,
      delayMs: 5,
      how: 'again',
      executor: 'claude',
      reason: 'secret',
    };
    const check: EventBody = {
      type: 'check_finished',
      check: 'npm test',
      result: 'red',
      reason: 'secret',
      exitCode: 1,
      durationMs: 5,
      tail: 'secret',
    };
    const unclear: EventBody = {type: 'verdict', verdict: null, reason: '', feedback: null, how: 'none'};
    const {span, spans} = await exportedParts([
      ...inRun([runFinished({outcome: 'failed'}), WORKER], [retry, WORKER]),
      [runStarted({executor: 'command'}), {iteration: 1, role: 'check'}],
      [runFinished({exitCode: 1}), {iteration: 1, role: 'check'}],
      [check, WORKER],
      [unclear, WORKER],
    ]);
    expect(span('iteration 1').events.map(({name, attributes}) => ({name, ...attributes}))).toEqual([
      {
        name: 'run_retry',
        'oneshot.attempt': 1,
        'oneshot.max_attempts': 2,
        'oneshot.delay_ms': 5,
        'oneshot.how': 'again',
        'oneshot.executor': 'claude',
      },
      {name: 'check_finished', 'oneshot.result': 'red', 'oneshot.exit_code': 1},
      {name: 'verdict', 'oneshot.verdict': 'unclear', 'oneshot.how': 'none'},
    ]);
    expect(span('check').attributes).not.toHaveProperty('gen_ai.operation.name');
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  it('of a session that was killed end with its last event, and one that goes on has a span of its own', async () => {
    const {spans} = await exportedParts([
      ...inRun(call('t', 'Edit')),
      [sessionResumed('secret')],
      ITERATION,
      [runStarted(), WORKER],
      [runStarted(), WORKER],
      [
        {
          type: 'agent_session',
          agentSession: 'new',
          model: 'm2',
          agentVersion: null,
          agentPermissionMode: null,
        },
        WORKER,
      ],
    ]);
    const ended = spans.map(({name, endMs, error}) => [name, (endMs - BEGAN_AT) / 1000, error]);
    expect(ended).toEqual([
      ['execute_tool Edit', 3, 'unfinished'],
      ['invoke_agent claude', 3, 'unfinished'],
      ['iteration 1', 3, null],
      ['invoke_workflow oneshot', 3, 'unfinished'],
      ['invoke_agent claude', 7, 'unfinished'],
      ['invoke_agent claude', 8, 'unfinished'],
      ['iteration 1', 8, null],
      ['invoke_workflow oneshot', 8, 'unfinished'],
    ]);
    expect(spans.at(-1)!.attributes['oneshot.session.resumed']).toBe(true);
    expect(spans[5]!.attributes).toMatchObject({
      'gen_ai.conversation.id': 'new',
      'gen_ai.response.model': 'm2',
    });
  });

  it('of exec are of a program, not of an agent', async () => {
    const {spans, points} = await exportedParts([
      [sessionStarted({task: null})],
      [runStarted({executor: 'command'}), WORKER],
      [runFinished(), WORKER],
    ]);
    expect(spans.map(({path}) => path)).toEqual([['oneshot exec', 'program'], ['oneshot exec']]);
    expect(JSON.stringify(spans)).not.toContain('gen_ai.operation.name');
    expect(points('gen_ai.client.operation.duration')).toEqual([]);
  });

  it('of other agents name the agent as the provider', async () => {
    const {span} = await exportedParts([
      [sessionStarted()],
      [runStarted({executor: 'cline', model: null}), WORKER],
    ]);
    const {attributes} = span('invoke_agent cline');
    expect(attributes['gen_ai.provider.name']).toBe('cline');
    expect(attributes).not.toHaveProperty('gen_ai.request.model');
  });

  it('are none of the end of a log whose beginning is not there', async () => {
    const {spans} = await exportedParts([
      update('t', 'completed'),
      [{type: 'note', level: 'warning', code: 'AGENT_ERROR', text: 'x'}],
      [runFinished(), WORKER],
      [{type: 'session_finished', ending: 'verified', reason: '', text: null, iterations: 1}],
    ]);
    expect(spans).toEqual([]);
  });

  it('of a call without arguments have none, also when texts are asked for', async () => {
    const [body] = call('t', 'Edit');
    const parts = inRun([{...body, rawInput: undefined} as EventBody, WORKER]);
    const {attributes} = (await exportedParts(parts, true)).span('execute_tool Edit');
    expect(attributes).not.toHaveProperty('gen_ai.tool.call.arguments');
  });

  it('have texts only when they are asked for', async () => {
    const parts = [
      ...inRun(call('t', 'Edit'), [
        runFinished({outcome: 'failed', reason: 'why', text: 'all done'}),
        WORKER,
      ]),
      [
        {type: 'session_finished', ending: 'failed', reason: 'so it ended', text: null, iterations: 1},
      ] as Part,
    ];
    const WORDS = ['fix the bug', 'secret.txt', 'all done', 'why', 'so it ended'];
    const without = JSON.stringify((await exportedParts(parts)).spans);
    const withThem = JSON.stringify((await exportedParts(parts, true)).spans);
    for (const word of WORDS) {
      expect(without).not.toContain(word);
      expect(withThem).toContain(word);
    }
  });
});

describe('metrics of a session', () => {
  it('are durations, tokens and what was measured of the streaming', async () => {
    const {points} = await exportedParts([
      ...inRun(call('t', 'Edit'), update('t', 'completed'), [
        runMetrics({pauses: {count: 1, totalMs: 250}}),
        WORKER,
      ]),
      [runFinished({usage: {inputTokens: 10, outputTokens: null, costUsd: null, turns: 1}}), WORKER],
      [{type: 'session_finished', ending: 'exhausted', reason: '', text: null, iterations: 1}],
    ]);
    const durations = points('gen_ai.client.operation.duration');
    const operationOf = (name: string) =>
      durations.find((one) => one.attributes['gen_ai.operation.name'] === name);
    expect(operationOf('execute_tool')).toMatchObject({value: 1, attributes: {'gen_ai.tool.name': 'Edit'}});
    expect(operationOf('invoke_agent')).toMatchObject({value: 4, count: 1});
    expect(operationOf('invoke_workflow')).toMatchObject({value: 7, attributes: {'error.type': 'exhausted'}});
    const run = {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.agent.name': 'claude',
      'gen_ai.request.model': 'm',
      'oneshot.role': 'worker',
    };
    expect(points('gen_ai.client.token.usage')).toEqual([
      {attributes: {...run, 'gen_ai.token.type': 'input'}, value: 10, count: 1},
    ]);
    expect(
      points('oneshot.stream.bytes').map(({attributes, value}) => [attributes['oneshot.stream'], value]),
    ).toEqual([
      ['stdout', 12_345],
      ['stderr', 0],
    ]);
    expect(points('oneshot.stream.events')).toEqual([{attributes: run, value: 7, count: null}]);
    const latencies = points('oneshot.stream.latency');
    expect(latencies.map(({attributes, value}) => [attributes['oneshot.quantile'], value])).toEqual([
      ['p50', 0.0000421],
      ['p95', 0.002],
      ['p99', 0.121],
      ['max', 0.13],
    ]);
    expect(points('oneshot.stream.paused')[0]!.value).toBe(0.25);
    expect(points('oneshot.process.memory')[0]!.value).toBe(100e6);
  });

  it('of a run without events have no latency, and without a run there are none', async () => {
    const none = {count: 0, mean: null, p50: null, p95: null, p99: null, max: null, buckets: []};
    const {points} = await exportedParts(inRun([runMetrics({latencyMs: none}), WORKER]));
    expect(points('oneshot.stream.latency')).toEqual([]);
    expect((await exportedParts([[runMetrics()], [runFinished()]])).points('oneshot.stream.bytes')).toEqual(
      [],
    );
  });
});

it('without a registered SDK it does nothing', () => {
  const {view, end} = telemetryView(api);
  for (const event of eventsOf(OPEN_SESSION)) view(event);
  end();
  expect(api.trace.getActiveSpan()).toBeUndefined();
});
