import {describe, expect, it} from 'vitest';
import {replay} from '../../bench/activity/replay.ts';
import {LIMITS, type MatrixAgent, SCENARIOS} from '../../bench/activity/scenarios.ts';
import {judgeLive, judgeReplayed, overStandstillMs, scoreOf} from '../../bench/activity/score.ts';
import {taskProgress} from '../../bench/activity/task-progress.ts';
import {type Trace, thinned} from '../../bench/activity/trace.ts';

const {idleMs, toolMs, intervalMs} = LIMITS as {idleMs: number; toolMs: number; intervalMs: number};

/** A run of `scenario` that showed nothing and was never stopped. */
function trace(scenario: string, values: Partial<Trace> = {}): Trace {
  return {
    scenario,
    agent: 'cline-2',
    evidence: {output: [], files: [], processes: []},
    signals: [],
    endedMs: null,
    stop: null,
    overMs: 30_000,
    outcome: 'completed',
    askedMs: [],
    sentMs: [],
    reached: true,
    problems: [],
    ...values,
  };
}

const output = (...output: number[]): Trace['evidence'] => ({output, files: [], processes: []});

describe('the matrix', () => {
  it('has at least 40 runs, of every agent and every kind of standstill', () => {
    const cells = SCENARIOS.flatMap(({agents}) => agents);
    expect(cells.length).toBeGreaterThanOrEqual(40);
    expect(new Set(cells)).toEqual(new Set<MatrixAgent>(['claude-pinned', 'cline-2', 'cline-3']));
    const stuck = new Set(SCENARIOS.map((scenario) => scenario.stuck));
    expect(stuck).toEqual(new Set([null, 'initial', 'idle', 'tool', 'grace', 'ask']));
  });
});

describe('the times of a trace', () => {
  it('keep the first and the last of a burst', () => {
    expect(thinned([500.4, 0, 510, 520, 530, 2_000])).toEqual([0, 500, 530, 2_000]);
  });
});

describe('a replay', () => {
  it('stops a run that is silent for as long as the idle limit', () => {
    const stop = {atMs: 9_000, clock: 'idle'};
    expect(replay(trace('hanging-stream', {evidence: output(1_000, 3_000), stop}), ['output'])).toBe(
      3_000 + idleMs,
    );
  });

  it('without the output knows nothing of a tool call', () => {
    const signals: Trace['signals'] = [{atMs: 1_000, tool: 'a', status: 'in_progress'}];
    const evidence = {output: [1_000], files: [1_000], processes: []};
    const stop = {atMs: 1_000 + toolMs, clock: 'tool'};
    const run = trace('endless-tool', {signals, evidence, stop});
    expect(replay(run, ['output', 'files'])).toBe(1_000 + toolMs);
    expect(replay(run, ['files'])).toBe(1_000 + idleMs);
  });

  it('waits as long as was announced, and ends with the run', () => {
    const signals: Trace['signals'] = [{atMs: 1_000, retryDelayMs: 9_000}];
    const run = trace('announced-retries', {signals, evidence: output(1_000, 10_500), overMs: 11_000});
    expect(replay(run, ['output'])).toBeNull();
  });

  it('knows of a question and of the end from the output', () => {
    const asks: Trace['signals'] = [{atMs: 1_000, asks: true}];
    const stop = {atMs: 7_000, clock: null};
    expect(replay(trace('question', {signals: asks, stop}), ['output'])).toBe(7_000);
    expect(replay(trace('no-exit', {evidence: output(900), endedMs: 1_000, stop}), ['output'])).toBe(7_000);
  });
});

describe('a verdict', () => {
  const stuckAt = (atMs: number | null, values: Partial<Trace> = {}) =>
    judgeLive(
      trace('hanging-stream', {
        evidence: output(1_000),
        stop: atMs === null ? null : {atMs, clock: 'idle'},
        ...values,
      }),
    ).verdict;

  it('is right where a stuck run was stopped within its limit and one interval', () => {
    expect(stuckAt(1_000 + idleMs)).toBe('right');
    expect(stuckAt(1_000 + idleMs + intervalMs)).toBe('right');
    expect(stuckAt(1_000 + idleMs + intervalMs + 1)).toBe('late');
    expect(stuckAt(null)).toBe('miss');
  });

  it('is a false alarm where the run was at work', () => {
    expect(judgeLive(trace('streaming', {stop: {atMs: 9_000, clock: 'idle'}})).verdict).toBe('false alarm');
    expect(judgeLive(trace('streaming')).verdict).toBe('right');
    expect(stuckAt(1_000 + idleMs, {reached: false})).toBe('false alarm');
  });

  it('of fewer sources is a false alarm where others showed life within the limit', () => {
    const evidence = {output: [1_000], files: [8_000], processes: []};
    const run = trace('hanging-stream', {evidence, stop: {atMs: 14_000, clock: 'idle'}});
    expect(judgeReplayed(run, ['output']).verdict).toBe('false alarm');
    expect(judgeReplayed(run, ['files']).verdict).toBe('right');
  });

  it('is a false alarm where another limit held', () => {
    const tool = trace('endless-tool', {evidence: output(1_000), stop: {atMs: 7_000, clock: 'idle'}});
    expect(judgeLive(tool).verdict).toBe('false alarm');
  });

  it('tells how much later than the standstill a stop was', () => {
    const stop = {atMs: 9_000, clock: 'idle'};
    expect(overStandstillMs(trace('hanging-stream', {askedMs: [500], sentMs: [2_000], stop}))).toBe(
      7_000 - idleMs,
    );
    expect(overStandstillMs(trace('no-exit', {endedMs: 1_000, sentMs: [900], stop}))).toBe(2_000);
    expect(overStandstillMs(trace('streaming'))).toBeNull();
    expect(overStandstillMs(trace('hanging-stream'))).toBeNull();
  });

  it('counts into a score', () => {
    const stop = {atMs: 1_000 + idleMs + 300, clock: 'idle'};
    const runs = [trace('streaming'), trace('hanging-stream', {evidence: output(1_000), stop})];
    expect(scoreOf([...runs.map(judgeLive), judgeLive(trace('no-answer'))])).toEqual({
      runs: 3,
      falseAlarms: 0,
      misses: 1,
      late: 0,
      accuracy: 66.7,
      latencyP50Ms: idleMs + 300,
      latencyMaxMs: idleMs + 300,
      overLimitMaxMs: 300,
    });
  });

  it('of an unknown scenario is an error', () => {
    expect(() => judgeLive(trace('nonsense'))).toThrow('nonsense');
  });
});

describe('the progress of a task', () => {
  it('is looked for in windows as long as the idle limit', () => {
    const evidence = {output: [], files: [1_000], processes: []};
    const times = {askedMs: [400], sentMs: [500], endedMs: 400 + idleMs + 4_000};
    const run = trace('streaming-in-files', {evidence, ...times});
    expect(taskProgress([run, {...run, agent: 'cline-3'}])).toEqual({
      active: {windows: 1, right: 1},
      quiet: {windows: 3, right: 3},
      undecided: 1,
      accuracy: 100,
    });
  });

  it('is not decided where the model was asked only', () => {
    const run = trace('no-answer', {askedMs: [400], overMs: 400 + idleMs});
    expect(taskProgress([run])).toMatchObject({active: {windows: 0}, quiet: {windows: 0}, undecided: 1});
  });
});
