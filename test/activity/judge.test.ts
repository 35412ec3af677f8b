import {describe, expect, test, vi} from 'vitest';
import type {EvidenceSource, Findings} from '../../src/activity/evidence.ts';
import {type EvidenceSeen, Judge, type JudgedStop, type JudgeOptions} from '../../src/activity/judge.ts';
import {type ActivityLimits, DEFAULT_LIMITS, NO_LIMITS} from '../../src/activity/limits.ts';
import type {EventBody, ToolStatus} from '../../src/event.ts';
import {ManualClock} from '../support/manual-clock.ts';

/** A source that the test speaks for. */
class FakeSource implements EvidenceSource {
  readonly kind: 'files' | 'processes';
  findings: Findings | null = null;
  looks = 0;
  isStopped = false;
  /** What a look does. */
  onLook: () => Promise<void> | void = () => {};

  constructor(kind: 'files' | 'processes') {
    this.kind = kind;
  }

  start(findings: Findings): void {
    this.findings = findings;
  }

  async look(): Promise<void> {
    this.looks++;
    await this.onLook();
  }

  stop(): void {
    this.isStopped = true;
  }
}

function judging(options: Partial<Omit<JudgeOptions, 'limits'>> & {limits?: Partial<ActivityLimits>} = {}) {
  const clock = new ManualClock();
  const recorded: EventBody[] = [];
  const stops: JudgedStop[] = [];
  const evidence: EvidenceSeen[] = [];
  const judge = new Judge({
    clock,
    onAsk: 'stop',
    output: true,
    sources: [],
    record: (body) => recorded.push(body),
    stop: (stop) => stops.push(stop),
    onEvidence: (seen) => evidence.push(seen),
    ...options,
    limits: {...DEFAULT_LIMITS, ...options.limits},
  });
  const of = (type: EventBody['type']) => recorded.filter((body) => body.type === type);
  return {clock, judge, recorded, stops, evidence, of};
}

const text = (said = 'hello'): EventBody => ({
  type: 'agent_message_chunk',
  content: {type: 'text', text: said},
  messageId: null,
  parentToolCallId: null,
});

const tool = (status: ToolStatus = 'in_progress'): EventBody => ({
  type: 'tool_call',
  toolCallId: 't1',
  title: 'npm test',
  toolName: 'Bash',
  kind: 'execute',
  status,
  locations: [],
  rawInput: null,
  parentToolCallId: null,
});

const toolUpdate = (status: ToolStatus): EventBody => ({type: 'tool_call_update', toolCallId: 't1', status});

const retry = (delayMs: number | null): EventBody => ({
  type: 'agent_retry',
  attempt: 1,
  maxAttempts: 10,
  delayMs,
  status: 529,
  error: 'overloaded',
});

const ask: EventBody = {type: 'agent_ask', ask: 'question', text: 'Which one?'};

/** Lets promises that are due settle. */
const settle = () => new Promise((done) => setImmediate(done));

describe('the initial clock', () => {
  test('ends a run that makes no progress', () => {
    const {clock, judge, stops} = judging();
    judge.event({type: 'usage_update', inputTokens: 1, outputTokens: null, costUsd: null, turns: null});
    clock.advance(299_999);
    expect(stops).toEqual([]);
    clock.advance(1);
    expect(stops).toMatchObject([
      {outcome: 'stalled', event: {cause: 'clock', clock: 'initial', limitMs: 300_000}},
    ]);
    expect(stops[0]?.event.reason).toBe(
      'no progress and no other sign of life since the start (initial limit 300 s); last evidence: output: none',
    );
    expect(clock.pendingMs()).toEqual([]);
  });

  test('gives way to the idle clock with the first progress, even when that is shorter than the time to the next look', () => {
    const {clock, judge, stops} = judging({limits: {idleMs: 5_000}});
    clock.advance(1_000);
    judge.event(text());
    clock.advance(4_999);
    expect(stops).toEqual([]);
    clock.advance(1);
    expect(stops).toMatchObject([{event: {clock: 'idle'}}]);
  });

  test('starts anew with evidence of other kinds', async () => {
    const files = new FakeSource('files');
    const {clock, stops} = judging({sources: [files]});
    clock.advance(200_000);
    files.findings!.alive('ui_messages.json changed');
    clock.advance(299_999);
    await settle();
    expect(stops).toEqual([]);
    clock.advance(1);
    await settle();
    expect(stops).toMatchObject([{event: {clock: 'initial'}}]);
  });
});

describe('the idle clock', () => {
  test('names itself and the last evidence of each kind', async () => {
    const sources = [new FakeSource('files'), new FakeSource('processes')] as const;
    const {clock, judge, stops} = judging({sources});
    judge.event(text());
    clock.advance(2_000);
    sources[0].findings!.alive('ui_messages.json changed');
    clock.advance(120_000);
    await settle();
    expect(stops).toHaveLength(1);
    expect(stops[0]!.event).toEqual({
      type: 'stop_requested',
      cause: 'clock',
      clock: 'idle',
      limitMs: 120_000,
      reason:
        'no sign of life (idle limit 120 s); last evidence: output: text 122 s ago; ' +
        'files: ui_messages.json changed 120 s ago; processes: none',
      lastEvidence: {
        output: {what: 'text', agoMs: 122_000},
        files: {what: 'ui_messages.json changed', agoMs: 120_000},
        processes: null,
      },
    });
    expect(sources.map(({isStopped}) => isStopped)).toEqual([true, true]);
  });

  test('is suspected at half of the limit, once a silence', () => {
    const {clock, judge, of} = judging();
    judge.event(text());
    clock.advance(59_999);
    expect(of('stall_suspected')).toEqual([]);
    clock.advance(1);
    expect(of('stall_suspected')).toMatchObject([{clock: 'idle', silentMs: 60_000, limitMs: 120_000}]);
    clock.advance(30_000);
    expect(of('stall_suspected')).toHaveLength(1);
    judge.event(text());
    clock.advance(119_000);
    expect(of('stall_suspected')).toHaveLength(2);
  });

  test('looks once more before it ends a run', async () => {
    const files = new FakeSource('files');
    const {clock, judge, stops} = judging({sources: [files]});
    judge.event(text());
    files.onLook = () => files.findings!.alive('a file changed');
    clock.advance(120_000);
    await settle();
    expect(files.looks).toBe(1);
    expect(stops).toEqual([]);
  });

  test('waits no longer than 2 s for a source that hangs', async () => {
    const files = new FakeSource('files');
    files.onLook = () => new Promise(() => {});
    const {clock, judge, stops} = judging({sources: [files]});
    judge.event(text());
    clock.advance(121_999);
    await settle();
    expect(stops).toEqual([]);
    clock.advance(1);
    await settle();
    expect(stops).toHaveLength(1);
  });

  test('does not speak once the run is over', async () => {
    const files = new FakeSource('files');
    const {clock, judge, stops, evidence} = judging({sources: [files]});
    judge.event(text());
    clock.advance(120_000);
    judge.close();
    await settle();
    files.findings!.alive('too late');
    judge.event(ask);
    expect(stops).toEqual([]);
    expect(evidence).toHaveLength(1);
    expect(clock.pendingMs()).toEqual([]);
  });

  test('can be off', () => {
    const {clock, judge, stops, of} = judging({limits: NO_LIMITS});
    judge.event(text());
    clock.advance(10 * 3_600_000);
    expect(stops).toEqual([]);
    expect(of('stall_suspected')).toEqual([]);
  });
});

describe('what moves a limit', () => {
  test('a tool call in progress puts the tool clock in the place of idle', () => {
    const {clock, judge, stops, of} = judging();
    judge.event(tool());
    clock.advance(1_799_000);
    expect(stops).toEqual([]);
    expect(of('timeout_extended')[0]).toEqual({
      type: 'timeout_extended',
      clock: 'idle',
      limitMs: 120_000,
      reason: 'the tool call npm test is in progress',
      extraMs: 1_680_000,
    });
    clock.advance(1_000);
    expect(stops).toMatchObject([{outcome: 'stalled', event: {clock: 'tool'}}]);
    expect(stops[0]?.event.reason).toContain('during the tool call npm test (tool limit 1800 s)');
  });

  test('each further time that idle would have ended the run is told', () => {
    const {clock, judge, of} = judging();
    judge.event(tool());
    clock.advance(370_000);
    expect(of('timeout_extended')).toHaveLength(3);
    judge.event(toolUpdate('completed'));
    clock.advance(119_999);
    expect(of('timeout_extended')).toHaveLength(3);
  });

  test('an announced retry waits as long as it announces', () => {
    const {clock, judge, stops, of} = judging();
    judge.event(retry(34_000));
    clock.advance(153_999);
    expect(stops).toEqual([]);
    expect(of('timeout_extended')).toMatchObject([
      {reason: 'the agent announced a wait of 34 s', extraMs: 34_000},
    ]);
    clock.advance(1);
    expect(stops).toMatchObject([{event: {clock: 'idle'}}]);
  });

  test('progress after the retry ends the wait, and one without a time has none', () => {
    for (const events of [[retry(500_000), text()], [retry(null)]]) {
      const {clock, judge, stops} = judging();
      for (const event of events) judge.event(event);
      clock.advance(120_000);
      expect(stops).toHaveLength(1);
    }
  });

  test('files and processes keep a silent agent alive, and an event tells of it once an interval', async () => {
    const files = new FakeSource('files');
    const processes = new FakeSource('processes');
    const {clock, judge, stops, of} = judging({sources: [files, processes]});
    judge.event(text());
    for (let second = 5; second <= 600; second += 5) {
      clock.advance(5_000);
      files.findings!.alive('ui_messages.json changed');
      if (second === 115) processes.findings!.alive('process 7 started');
    }
    await settle();
    expect(stops).toEqual([]);
    expect(of('evidence').filter((body) => body.type === 'evidence' && body.kind === 'files')).toHaveLength(
      20,
    );
    expect(of('timeout_extended').map((body) => body.type === 'timeout_extended' && body.reason)).toEqual(
      Array(5).fill('files: ui_messages.json changed, 5 s ago'),
    );
  });

  test('of two kinds the newer one is told', () => {
    const [files, processes] = [new FakeSource('files'), new FakeSource('processes')];
    const {clock, judge, of} = judging({sources: [files, processes], limits: {idleMs: 10_000}});
    judge.event(text());
    clock.advance(8_000);
    processes.findings!.alive('process 7 used 80 % of a core');
    clock.advance(3_000);
    expect(of('timeout_extended')).toMatchObject([
      {reason: 'processes: process 7 used 80 % of a core, 2 s ago'},
    ]);
  });

  test('a source that fails is told of once and left out', () => {
    const files = new FakeSource('files');
    const {clock, judge, of, stops} = judging({sources: [files], limits: {idleMs: 1_000}});
    judge.event(text());
    files.findings!.failed('EACCES');
    expect(of('note')).toMatchObject([{code: 'EVIDENCE_SOURCE_FAILED', level: 'info'}]);
    clock.advance(999);
    expect(stops).toEqual([]);
  });
});

describe('the max clock', () => {
  test('ends a lively run', () => {
    const {clock, judge, stops} = judging();
    for (let minute = 0; minute < 60; minute++) {
      expect(stops).toEqual([]);
      judge.event(text());
      clock.advance(60_000);
    }
    expect(stops).toMatchObject([{outcome: 'timed-out', event: {clock: 'max', limitMs: 3_600_000}}]);
    expect(stops[0]?.event.reason).toMatch(/^the run took longer than 3600 s/);
  });

  test('does not end a run whose agent has finished', () => {
    const {clock, judge, stops} = judging({limits: {maxMs: 1_000}});
    clock.advance(500);
    judge.ended();
    clock.advance(5_999);
    expect(stops).toEqual([]);
  });
});

describe('the grace', () => {
  test('stops an agent that lives on after its end, whose outcome stays what it said', () => {
    const {clock, judge, stops} = judging({limits: NO_LIMITS});
    judge.ended();
    clock.advance(3_000);
    judge.ended();
    clock.advance(2_999);
    expect(stops).toEqual([]);
    clock.advance(1);
    expect(stops).toMatchObject([
      {outcome: null, event: {clock: 'grace', reason: 'the agent still ran 6 s after its end'}},
    ]);
  });
});

describe('an agent that asks', () => {
  test('is stopped when nobody answers', () => {
    const {clock, judge, stops} = judging();
    judge.event(ask);
    clock.advance(6_000);
    expect(stops).toMatchObject([{outcome: 'stalled', event: {cause: 'ask', clock: null, limitMs: null}}]);
    expect(stops[0]?.event.reason).toBe('the agent waits for an answer that nobody gives: Which one?');
  });

  test('goes on when it answers itself', () => {
    const {clock, judge, stops} = judging();
    judge.event(ask);
    clock.advance(5_000);
    judge.event(text());
    clock.advance(100_000);
    expect(stops).toEqual([]);
  });

  test('waits for the max clock where that is wanted', () => {
    const {clock, judge, stops, of} = judging({onAsk: 'wait'});
    judge.event(ask);
    clock.advance(3_599_999);
    expect(stops).toEqual([]);
    expect(of('timeout_extended')[0]).toMatchObject({
      reason: 'the agent waits for an answer: Which one?',
      extraMs: null,
    });
    clock.advance(1);
    expect(stops).toMatchObject([{event: {clock: 'max'}}]);
  });
});

describe('a question that shows only in the files', () => {
  test('is named when a limit has passed', async () => {
    const {clock, judge, stops, of} = judging({pendingAsk: async () => 'May I write a.txt?'});
    judge.event(text());
    clock.advance(119_000);
    expect(of('agent_ask')).toEqual([]);
    clock.advance(1_000);
    await settle();
    expect(of('agent_ask')).toEqual([{type: 'agent_ask', ask: 'question', text: 'May I write a.txt?'}]);
    expect(stops).toMatchObject([
      {event: {cause: 'ask', reason: expect.stringContaining('May I write a.txt?')}},
    ]);
  });

  test('is waited for where that is wanted', async () => {
    const {clock, judge, stops, of} = judging({onAsk: 'wait', pendingAsk: async () => 'May I?'});
    judge.event(text());
    for (let minute = 0; minute < 59; minute++) {
      clock.advance(60_000);
      await settle();
    }
    expect(stops).toEqual([]);
    expect(of('agent_ask')).toHaveLength(1);
    clock.advance(60_000);
    await settle();
    expect(stops).toMatchObject([{event: {clock: 'max'}}]);
    expect(of('agent_ask')).toHaveLength(1);
  });

  test('is none in most cases', async () => {
    const {clock, judge, stops} = judging({pendingAsk: async () => null});
    judge.event(text());
    clock.advance(120_000);
    await settle();
    expect(stops).toMatchObject([{event: {clock: 'idle'}}]);
  });
});

describe('without output as evidence', () => {
  test('tool calls and retries do not count, and the first other evidence ends the initial time', async () => {
    const files = new FakeSource('files');
    const {clock, judge, stops} = judging({sources: [files], output: false});
    judge.event(tool());
    judge.see('output', 'a piece');
    files.findings!.alive('a file changed');
    clock.advance(120_000);
    await settle();
    expect(stops).toMatchObject([{event: {clock: 'idle', lastEvidence: {output: null}}}]);
    expect(stops[0]?.event.reason).toContain('last evidence: files: a file changed 120 s ago');
  });
});

describe('arriving bytes', () => {
  test('are progress where events come only at the end', () => {
    let bytes = 0;
    const {clock, stops} = judging({bytesSeen: () => bytes});
    for (let second = 0; second < 600; second += 60) {
      bytes += 10;
      clock.advance(60_000);
    }
    expect(stops).toEqual([]);
    clock.advance(150_000);
    expect(stops).toMatchObject([{event: {clock: 'idle', lastEvidence: {output: {what: '10 bytes'}}}}]);
  });
});

describe('time', () => {
  test('in which oneshot itself stood still does not count', () => {
    const {clock, judge, stops} = judging();
    judge.event(text());
    clock.advance(10_000);
    // The next look was due after 20 s of these.
    clock.standStill(3_600_000);
    clock.advance(89_999);
    expect(stops).toEqual([]);
    clock.advance(1);
    expect(stops).toMatchObject([{event: {clock: 'idle', lastEvidence: {output: {agoMs: 120_000}}}}]);
  });

  test('the sources are told when the agent has started up', () => {
    const source = Object.assign(new FakeSource('processes'), {settled: vi.fn()});
    const {judge} = judging({sources: [source, new FakeSource('files')]});
    expect(source.settled).not.toHaveBeenCalled();
    judge.event(text());
    judge.event(text());
    expect(source.settled).toHaveBeenCalledOnce();
  });

  test('even where the output is no evidence', () => {
    const source = Object.assign(new FakeSource('processes'), {settled: vi.fn()});
    const {judge, evidence} = judging({sources: [source], output: false});
    judge.event(text());
    expect(source.settled).toHaveBeenCalledOnce();
    expect(evidence).toEqual([]);
  });
});
