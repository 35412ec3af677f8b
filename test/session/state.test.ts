import {describe, expect, it} from 'vitest';
import type {EventBody, EventHead, RunFinished, ToolCall} from '../../src/event.ts';
import {NO_USAGE} from '../../src/event.ts';
import {emptyState, fold, isUnchanged, type SessionState} from '../../src/session/state.ts';
import {runStarted} from '../view/events.ts';

/** What events add up to; `role` and `iteration` hold until they are changed. */
class Folding {
  readonly state: SessionState = emptyState();
  #head: Partial<EventHead> = {iteration: 0, role: null};

  of(head: Partial<EventHead>, ...bodies: EventBody[]): this {
    this.#head = {...this.#head, ...head};
    for (const body of bodies) {
      const {state} = this;
      const rest = {v: 1, seq: state.seq + 1, at: 0, session: 's', source: 'runner'} as const;
      fold(state, {...rest, iteration: 0, role: null, ...this.#head, ...body});
    }
    return this;
  }
}

/** Each check prints something else. */
let tails = 0;

const CHECKS = ['test', 'lint'];
const ended = (more: Partial<RunFinished> = {}): RunFinished => ({
  type: 'run_finished',
  outcome: 'completed',
  reason: '',
  text: null,
  agentSession: null,
  exitCode: 0,
  signal: null,
  usage: NO_USAGE,
  permissionDenials: [],
  ...more,
});
const call = (toolCallId: string): ToolCall => ({
  type: 'tool_call',
  toolCallId,
  title: 'Bash: paint',
  toolName: 'Bash',
  kind: 'execute',
  status: 'in_progress',
  locations: [],
  rawInput: {},
  parentToolCallId: null,
});
const snapshot = (id: string | null): EventBody => {
  return {type: 'worktree_snapshot', kind: 'manifest', id, head: null, branch: null, reason: null};
};
const checked = (check: string, result: 'green' | 'red' | 'unable'): EventBody => {
  return {
    type: 'check_finished',
    check,
    result,
    reason: '',
    exitCode: null,
    durationMs: 1,
    tail: `${tails++}`,
  };
};
const iteration: EventBody = {type: 'iteration_started', maxIterations: 9};
const usage = (costUsd: number) => ({...NO_USAGE, costUsd});

function begun(): Folding {
  const budget = {maxCostUsd: null, maxTokens: null, maxTurns: null};
  const rules = {checks: CHECKS, checkTimeoutMs: 1, criteria: null, budget, agentRetries: 0};
  const plan = {
    worker: null,
    auditor: null,
    fallback: null,
    oneshotVersion: '',
    nodeVersion: '',
    platform: '',
  };
  const started = {type: 'session_started', task: 't', cwd: '/', maxIterations: 9, audit: true} as const;
  return new Folding().of({}, {...started, ...plan, rules}, snapshot('a')).of({iteration: 1}, iteration);
}

/** An iteration: what its worker says, and how the files are afterwards. */
const round = (folding: Folding, number: number, words: string, files: string | null) =>
  folding
    .of({iteration: number, role: 'worker'}, runStarted(), ended({text: words}), snapshot(files))
    .of({role: null});

describe('what a session adds up to', () => {
  it('is the usage of its agents, failed tries included, without that of checks', () => {
    const {state} = begun()
      .of({role: 'worker'}, runStarted(), ended({outcome: 'failed', usage: usage(1)}))
      .of({role: 'worker'}, runStarted(), ended({usage: usage(2)}))
      .of({role: 'check'}, runStarted(), ended({usage: usage(100)}))
      .of({role: 'auditor'}, runStarted(), ended({usage: usage(4)}));
    expect(state.usage).toEqual(usage(7));
  });

  it('is the newest tool calls of its workers, as they were last known', () => {
    const folding = begun().of({role: 'worker'}, runStarted());
    for (let index = 0; index < 205; index++) folding.of({}, call(`t${index}`));
    folding.of(
      {},
      {type: 'tool_call_update', toolCallId: 't204', status: 'failed'},
      {type: 'tool_call_update', toolCallId: 't203', title: 'Bash: varnish'},
      {type: 'tool_call_update', toolCallId: 't0', status: 'failed'},
    );
    folding.of({role: 'auditor'}, runStarted(), call('a'));
    const {toolCalls} = folding.state;
    expect(toolCalls).toHaveLength(200);
    expect(toolCalls[0]).toMatchObject({toolCallId: 't5', status: 'in_progress'});
    expect(toolCalls.slice(-2)).toMatchObject([
      {title: 'Bash: varnish', status: 'in_progress'},
      {title: 'Bash: paint', status: 'failed'},
    ]);
  });

  it('is what checks said of the newest work, and what was red when the iteration began', () => {
    const folding = round(begun(), 1, 'a', 'b').of(
      {role: 'check'},
      checked('test', 'red'),
      checked('lint', 'green'),
    );
    folding.of({iteration: 2, role: null}, iteration);
    expect(folding.state).toMatchObject({checks: [], objected: [{check: 'test'}]});
  });

  it('is the newest round of checks, which begins with the first', () => {
    const {state} = round(begun(), 1, 'a', 'b').of(
      {role: 'check'},
      checked('test', 'green'),
      checked('test', 'green'),
      checked('lint', 'unable'),
      checked('test', 'green'),
      checked('lint', 'green'),
    );
    expect(state.checks.map(({check, result}) => `${check} ${result}`)).toEqual(['test green', 'lint green']);
  });

  it('is whether a try has acted, or one before it that failed', () => {
    const folding = begun().of({role: 'worker'}, runStarted(), call('t'), ended({outcome: 'failed'}));
    folding.of({}, runStarted());
    expect(folding.state.lastRun?.hasActed).toBe(true);
    folding.of({}, ended()).of({}, runStarted());
    expect(folding.state.lastRun?.hasActed).toBe(false);
    expect(folding.of({iteration: 2}, iteration, runStarted()).state.lastRun?.hasActed).toBe(false);
  });
});

describe('an iteration', () => {
  const next = (folding: Folding, number: number) => folding.of({iteration: number, role: null}, iteration);
  const idleOf = (folding: Folding) => folding.state.idleIterations;

  it('that changes nothing is idle', () => {
    const folding = round(begun(), 1, 'done', 'a');
    expect(isUnchanged(folding.state)).toBe(true);
    expect(idleOf(next(folding, 2))).toBe(1);
    expect(idleOf(next(round(folding, 2, ' done\n', 'a'), 3))).toBe(2);
    expect(idleOf(next(round(folding, 3, 'more', 'a'), 4))).toBe(0);
  });

  it('that changes files is not', () => expect(idleOf(next(round(begun(), 1, 'done', 'b'), 2))).toBe(0));

  it('whose files are not known is not', () =>
    expect(idleOf(next(round(begun(), 1, 'done', null), 2))).toBe(0));

  it('that changes what checks say is not, whatever they print', () => {
    const folding = round(begun(), 1, 'done', 'a').of({role: 'check'}, checked('test', 'red'));
    round(next(folding, 2), 2, 'done', 'a').of({role: 'check'}, checked('test', 'red'));
    expect(isUnchanged(folding.state)).toBe(true);
    round(next(folding, 3), 3, 'done', 'a').of({role: 'check'}, checked('test', 'green'));
    expect(isUnchanged(folding.state)).toBe(false);
  });

  it.each(['check', 'auditor'] as const)('is idle whatever a %s leaves behind', (role) => {
    const folding = round(begun(), 1, 'done', 'a').of({role}, snapshot('report 1'));
    expect(isUnchanged(folding.state)).toBe(true);
    round(next(folding, 2), 2, 'done', 'report 1').of({role}, snapshot('report 2'));
    expect(isUnchanged(folding.state)).toBe(true);
  });
});
