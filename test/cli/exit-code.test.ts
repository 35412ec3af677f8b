import {describe, expect, it} from 'vitest';
import {
  exitCodeOfError,
  exitCodeOfProgram,
  exitCodeOfSession,
  exitCodeOfSignal,
  worstExitCode,
} from '../../src/cli/exit-code.ts';
import {type ErrorCode, OneshotError} from '../../src/error.ts';
import type {Ending, Outcome, RunFinished} from '../../src/event.ts';
import {NO_USAGE} from '../view/events.ts';

function run(outcome: Outcome, more: Partial<RunFinished> = {}): RunFinished {
  const facts = {reason: '', text: null, agentSession: null, exitCode: null, signal: null} as const;
  return {type: 'run_finished', outcome, ...facts, usage: NO_USAGE, permissionDenials: [], ...more};
}

describe('the exit code of a session', () => {
  it.each<[Ending, Outcome, {judged?: boolean; signal?: NodeJS.Signals}, number]>([
    ['verified', 'completed', {}, 0],
    ['unverified', 'completed', {judged: false}, 0],
    ['unverified', 'completed', {}, 3],
    ['exhausted', 'completed', {}, 3],
    ['no-progress', 'completed', {}, 3],
    ['over-budget', 'completed', {}, 3],
    ['impossible', 'completed', {}, 4],
    ['failed', 'failed', {}, 1],
    ['failed', 'truncated', {}, 1],
    ['failed', 'stalled', {}, 124],
    ['failed', 'timed-out', {}, 124],
    ['interrupted', 'canceled', {signal: 'SIGINT'}, 130],
    ['interrupted', 'canceled', {signal: 'SIGTERM'}, 143],
    ['interrupted', 'canceled', {signal: 'SIGHUP'}, 129],
    ['verified', 'completed', {signal: 'SIGINT'}, 0],
  ])(
    'that ended %s after a run that %s (%j) is %d',
    (ending, outcome, {judged = true, signal = null}, code) => {
      const finished = {type: 'session_finished', ending, reason: '', text: null, iterations: 1} as const;
      expect(exitCodeOfSession({finished, lastRun: run(outcome)}, {judged, signal})).toBe(code);
    },
  );
});

describe('the exit code of exec', () => {
  it.each<[Partial<RunFinished>, NodeJS.Signals | null, number]>([
    [{exitCode: 0}, null, 0],
    [{exitCode: 7}, null, 7],
    [{exitCode: 0}, 'SIGINT', 0],
    [{signal: 'SIGKILL'}, null, 137],
    [{signal: 'SIGTERM'}, 'SIGINT', 143],
    [{}, 'SIGINT', 130],
    [{}, null, 1],
  ])('after %j and %s is %d', (ended, received, code) => {
    expect(exitCodeOfProgram(run('failed', ended), {received})).toBe(code);
  });

  it('of an unknown signal is 128', () => expect(exitCodeOfSignal('SIGNOSUCH')).toBe(128));
});

describe('the exit code of an error', () => {
  it.each<[ErrorCode, number]>([
    ['USAGE', 2],
    ['EMPTY_PROMPT', 2],
    ['STATE_UNWRITABLE', 2],
    ['PERMISSION_MODE_UNSUPPORTED', 2],
    ['AGENT_NOT_FOUND', 127],
    ['AGENT_NOT_LOGGED_IN', 1],
    ['RECORDING_FAILED', 1],
    ['INTERNAL', 1],
  ])('%s is %d', (code, exitCode) =>
    expect(exitCodeOfError(new OneshotError(code, 'm', 'n'))).toBe(exitCode),
  );

  it('that is none of ours is 1', () => expect(exitCodeOfError(new TypeError('x'))).toBe(1));
});

describe('the exit code of many tasks', () => {
  it.each([
    [[], 0],
    [[0, 0], 0],
    [[0, 3, 0], 3],
    [[4, 3], 4],
    [[124, 4], 124],
    [[1, 124, 0], 1],
    [[1, 127], 127],
    [[127, 2, 1], 2],
    [[2, 130, 0], 130],
  ])('of %j is %i', (codes, worst) => {
    expect(worstExitCode(codes)).toBe(worst);
  });
});
