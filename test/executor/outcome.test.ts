import {describe, expect, it} from 'vitest';
import type {AgentFacts, EndFacts} from '../../src/executor/executor.ts';
import {decideOutcome, runFinished} from '../../src/executor/outcome.ts';

const nothing: AgentFacts = {
  terminal: null,
  text: null,
  agentSession: null,
  usage: {inputTokens: null, outputTokens: null, costUsd: null, turns: null},
  permissionDenials: [],
  errors: [],
  lastLine: null,
};
const done = {terminal: {ok: true, reason: 'the agent finished'}};
const failed = {terminal: {ok: false, reason: 'overloaded'}};

const exited = (exitCode: number | null, more: Partial<EndFacts> = {}): EndFacts => ({
  exitCode,
  signal: null,
  stopped: false,
  stopOutcome: 'canceled',
  stopReason: null,
  ...more,
});
const killed = exited(null, {signal: 'SIGKILL'});
const stalled: Partial<EndFacts> = {stopped: true, stopOutcome: 'stalled', stopReason: 'idle for 120 s'};

const decide = (facts: Partial<AgentFacts>, end: EndFacts, hasTerminalEvent = true) => {
  const {outcome, reason} = decideOutcome({...nothing, ...facts}, end, {hasTerminalEvent});
  return `${outcome}: ${reason}`;
};

describe('an agent that says itself when it is at its end', () => {
  it.each([
    ['a good end is completed', done, exited(0), 'completed: the agent finished'],
    ['a good end is completed whatever the exit code', done, exited(1), 'completed: the agent finished'],
    ['a good end is completed when the exit is unknown', done, exited(null), 'completed: the agent finished'],
    [
      'a good end stays completed when we stopped it afterwards',
      done,
      exited(143, stalled),
      'completed: the agent finished',
    ],
    [
      'a good end stays completed after errors on the way',
      {...done, errors: ['a tool failed']},
      exited(0),
      'completed: the agent finished',
    ],
    ['a bad end is failed whatever the exit code', failed, exited(0), 'failed: overloaded'],
    ['a bad end that we caused is our stop', failed, exited(1, stalled), 'stalled: idle for 120 s'],
    ['no end, stopped by us', {}, exited(0, stalled), 'stalled: idle for 120 s'],
    [
      'no end, stopped for no reason that is known',
      {},
      exited(null, {stopped: true}),
      'canceled: stopped by oneshot',
    ],
    ['no end, killed by somebody else', {}, killed, 'failed: ended by SIGKILL'],
    [
      'no end, killed, with an error',
      {errors: ['out of memory']},
      killed,
      'failed: ended by SIGKILL: out of memory',
    ],
    ['no end, killed, with words', {lastLine: 'Killed'}, killed, 'failed: ended by SIGKILL: Killed'],
    [
      'exit 0 without an end is cut off',
      {},
      exited(0),
      "truncated: exit code 0, but the output breaks off before the agent's own end",
    ],
    [
      'exit 0 without an end, with words on stderr, is cut off',
      {lastLine: 'a warning'},
      exited(0),
      "truncated: exit code 0, but the output breaks off before the agent's own end",
    ],
    ['exit 0 without an end, with an error', {errors: ['no', 'no key']}, exited(0), 'failed: no key'],
    ['an exit code without an end', {}, exited(2), 'failed: exit code 2'],
    ['an exit code with an error', {errors: ['no key'], lastLine: 'bye'}, exited(2), 'failed: no key'],
    [
      'an exit code with words',
      {lastLine: 'unknown option'},
      exited(2),
      'failed: exit code 2: unknown option',
    ],
    [
      'nothing known of the exit',
      {},
      exited(null),
      "truncated: exit unknown, but the output breaks off before the agent's own end",
    ],
  ] as const)('%s', (_what, facts, end, decision) => {
    expect(decide(facts as Partial<AgentFacts>, end)).toBe(decision);
  });
});

describe('a program that does not', () => {
  it.each([
    ['exit 0 is completed', {}, exited(0), 'completed: exit code 0'],
    [
      'an unknown exit is not',
      {},
      exited(null),
      "truncated: exit unknown, but the output breaks off before the agent's own end",
    ],
    [
      'another exit code is failed',
      {lastLine: 'no such file'},
      exited(1),
      'failed: exit code 1: no such file',
    ],
    ['a stop is a stop', {}, exited(0, stalled), 'stalled: idle for 120 s'],
  ] as const)('%s', (_what, facts, end, decision) => {
    expect(decide(facts, end, false)).toBe(decision);
  });
});

describe('the reason', () => {
  it('is one bounded line without control sequences', () => {
    const {reason} = decideOutcome(
      {...nothing, errors: [`\x1b[31mred\x1b[0m\n${'x'.repeat(1000)}`]},
      exited(1),
      {
        hasTerminalEvent: true,
      },
    );
    expect(reason).toHaveLength(300);
    expect(reason).toMatch(/^red x+…$/);
  });
});

describe('the last event of a run', () => {
  it('carries what the agent told and what was decided', () => {
    const facts = {
      ...nothing,
      ...done,
      text: 'Done.',
      agentSession: 's1',
      usage: {inputTokens: 1, outputTokens: 2, costUsd: 3, turns: null},
    };
    expect(runFinished(facts, exited(0), {hasTerminalEvent: true})).toEqual({
      type: 'run_finished',
      outcome: 'completed',
      reason: 'the agent finished',
      text: 'Done.',
      agentSession: 's1',
      exitCode: 0,
      signal: null,
      usage: {inputTokens: 1, outputTokens: 2, costUsd: 3, turns: null},
      permissionDenials: [],
    });
  });
});
