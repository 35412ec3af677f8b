import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import type {OneshotEvent, RunFinished, SessionFinished, Verdict} from '../../src/event.ts';
import {loop, resumeLoop} from '../../src/loop/loop.ts';
import {DEFAULT_RULES, type LoopRequest, type ResumeLoopRequest} from '../../src/loop/options.ts';
import {emptyState, fold, type SessionState} from '../../src/session/state.ts';
import {claudeSays, createWorld, type Step, scripted, type World} from '../support/session.ts';

let world: World;
afterEach(() => world.remove());

const agent = scripted('claude');
const verdict = (value: Record<string, unknown>) => claudeSays(JSON.stringify(value));
const DONE = verdict({verdict: 'DONE', reason: 'it is painted'});
const RETRY = verdict({verdict: 'RETRY', reason: 'a wall is bare', feedback: 'paint the north wall'});
const IMPOSSIBLE = verdict({verdict: 'IMPOSSIBLE', reason: 'there is no shed'});
const BROKEN: Step[] = [{stderr: 'out of paint\n'}, {exit: 3}];

const OPTIONS = {
  worker: agent,
  auditor: {...agent, permissionMode: 'read'},
  maxIterations: 3,
  rules: {...DEFAULT_RULES, agentRetries: 0},
  oneshotVersion: '0.0.0',
} as const;

/** A session whose runs are these, of which `begun` are played before it is resumed. */
async function begin(runs: Step[][], more: Partial<LoopRequest> = {}): Promise<SessionState> {
  world = await createWorld({runs});
  await loop(world.context, {task: 'paint the shed', ...OPTIONS, ...more});
  return stateOf(world.events());
}

const stateOf = (events: OneshotEvent[]) => events.reduce(fold, emptyState());

/** The state as it was right after the last event of this type: what a crash there would leave. */
function crashAfter(type: OneshotEvent['type'], role?: string): SessionState {
  const events = world.events();
  const last = events.findLastIndex((event) => event.type === type && (!role || event.role === role));
  return stateOf(events.slice(0, last + 1));
}

const goOn = (state: SessionState, more: Partial<ResumeLoopRequest> = {}) =>
  resumeLoop(world.context, {state, instructions: null, ...OPTIONS, ...more});

const prompts = () => world.starts().map(({stdin}) => stdin);
const iterations = () =>
  world.events().flatMap((event) => (event.type === 'iteration_started' ? [event.iteration] : []));
const resumed = () => world.events().filter((event) => event.type === 'session_resumed');

describe('a session is resumed', () => {
  it('where no worker had been started', async () => {
    const state = await begin([claudeSays('painted'), DONE, claudeSays('painted'), DONE]);
    const {finished} = await goOn(crashAfter('session_started'));
    expect(finished.ending).toBe('verified');
    expect(prompts()[2]).toBe('paint the shed');
    expect(state.iteration).toBe(1);
  });

  it('in the iteration that had begun, without counting it twice', async () => {
    await begin([claudeSays('painted'), DONE, claudeSays('painted'), DONE]);
    await goOn(crashAfter('iteration_started'));
    expect(iterations()).toEqual([1]);
    expect(prompts()[2]).toBe('paint the shed');
    expect(resumed()).toMatchObject([{from: 'no worker had been started', maxIterations: 3}]);
  });

  it('after a worker that failed, with a word about it', async () => {
    const state = await begin([BROKEN, claudeSays('painted'), DONE]);
    expect(state.finished?.ending).toBe('failed');
    const {finished} = await goOn(state);
    expect(finished).toMatchObject({ending: 'verified', iterations: 1});
    expect(prompts()[1]).toMatch(/^paint the shed\n\nAn earlier attempt at this task was cut off/);
    expect(resumed()).toMatchObject([{from: expect.stringContaining('the worker failed')}]);
  });

  it('in the own session of an agent that was interrupted, where its files are there', async () => {
    const failed = claudeSays('no', {is_error: true});
    const state = await begin([failed, claudeSays('painted'), DONE]);
    const projects = join(world.home, '.claude/projects/somewhere');
    mkdirSync(projects, {recursive: true});
    writeFileSync(join(projects, 'claude-session.jsonl'), '');
    await goOn(state, {instructions: 'use red'});
    expect(world.starts()[1]?.argv).toContain('--resume');
    expect(prompts()[1]).toMatch(/^You were interrupted .*<instructions>\nuse red\n/s);
  });

  it('in a new one, where it has none', async () => {
    const state = await begin([claudeSays('no', {is_error: true}), claudeSays('painted'), DONE]);
    await goOn(state);
    expect(world.starts()[1]?.argv).not.toContain('--resume');
    expect(world.events()).toContainEqual(expect.objectContaining({code: 'AGENT_SESSION_NEW'}));
  });

  it('with the feedback, when the iteration was not the first', async () => {
    const state = await begin([claudeSays('half'), RETRY, BROKEN, claudeSays('whole'), DONE]);
    await goOn(state);
    expect(prompts()[3]).toContain('paint the north wall');
    expect(prompts()[3]).toContain('An earlier attempt at this task was cut off');
    expect(iterations()).toEqual([1, 2]);
  });

  it('with the audit, when the work was there', async () => {
    await begin([claudeSays('painted'), RETRY, claudeSays('whole'), DONE, DONE]);
    const {finished} = await goOn(crashAfter('run_finished', 'worker'));
    expect(finished).toMatchObject({ending: 'verified', iterations: 2, text: 'whole'});
    expect(world.starts()).toHaveLength(5);
    expect(prompts()[4]).toContain('independent auditor');
  });

  it('with the answer of an auditor that nobody had read', async () => {
    await begin([claudeSays('painted'), DONE]);
    const {finished} = await goOn(crashAfter('run_finished', 'auditor'));
    expect(finished.ending).toBe('verified');
    expect(world.starts()).toHaveLength(2);
  });

  it.each([
    ['DONE', DONE, 'verified'],
    ['IMPOSSIBLE', IMPOSSIBLE, 'impossible'],
  ])('with the verdict %s that nothing had followed from', async (_word, answer, ending) => {
    await begin([claudeSays('painted'), answer]);
    const {finished} = await goOn(crashAfter('verdict'));
    expect(finished.ending).toBe(ending);
    expect(world.starts()).toHaveLength(2);
  });

  it('with a RETRY, or with its end where no iteration is left', async () => {
    await begin([claudeSays('half'), RETRY, claudeSays('half'), RETRY, claudeSays('whole'), DONE], {
      maxIterations: 2,
    });
    const crashed = crashAfter('verdict');
    expect((await goOn(crashed, {maxIterations: 2})).finished.ending).toBe('exhausted');
    const {finished} = await goOn(stateOf(world.events()));
    expect(finished).toMatchObject({ending: 'verified', iterations: 3});
    expect(prompts()[4]).toContain('paint the north wall');
  });

  it('with another audit, when the verdict was unclear', async () => {
    const state = await begin([claudeSays('painted'), claudeSays('hm'), claudeSays('hm'), DONE]);
    expect(state.finished?.ending).toBe('unverified');
    expect((await goOn(state)).finished.ending).toBe('verified');
  });

  it('with another audit, when the log is damaged, whatever it says', async () => {
    const state = await begin([claudeSays('painted'), DONE, RETRY, claudeSays('whole'), DONE]);
    const {finished} = await goOn({...state, damaged: true});
    expect(finished).toMatchObject({ending: 'verified', iterations: 2});
    expect(world.starts()).toHaveLength(5);
  });

  it('with its end, when a single run had completed', async () => {
    await begin([claudeSays('painted')], {auditor: null});
    const {finished} = await goOn(crashAfter('run_finished'), {auditor: null});
    expect(finished.ending).toBe('unverified');
    expect(world.starts()).toHaveLength(1);
  });
});

describe('more instructions', () => {
  it('open a new iteration, and belong to the task from then on', async () => {
    const state = await begin([claudeSays('painted'), DONE, claudeSays('red'), DONE], {maxIterations: 1});
    const {finished} = await goOn(state, {instructions: 'use red', maxIterations: 1});
    expect(finished).toMatchObject({ending: 'verified', iterations: 2});
    expect(prompts()[2]).toMatch(
      /^paint the shed\n\n<worker_text>.*This task was already .*<instructions>\nuse red\n/s,
    );
    expect(prompts()[3]).toContain('The user has added:\n\nuse red');
    expect(resumed()).toMatchObject([{instructions: 'use red', maxIterations: 2}]);
    expect(stateOf(world.events()).instructions).toEqual(['use red']);
  });

  it('go to a single run too', async () => {
    const state = await begin([claudeSays('painted'), claudeSays('red')], {auditor: null});
    await goOn(state, {auditor: null, instructions: 'use red'});
    expect(world.starts()).toHaveLength(2);
  });
});

describe('there is nothing to resume', () => {
  const words = {exitCode: 0, signal: null, agentSession: null, permissionDenials: []};
  const usage = {inputTokens: null, outputTokens: null, costUsd: null, turns: null};
  const done: RunFinished = {
    type: 'run_finished',
    outcome: 'completed',
    reason: '',
    text: '',
    usage,
    ...words,
  };
  const ended = (ending: SessionFinished['ending']): SessionFinished => {
    return {type: 'session_finished', ending, reason: '', text: null, iterations: 1};
  };
  const said = (word: Verdict['verdict']): Verdict => {
    return {type: 'verdict', verdict: word, reason: 'why', feedback: null, how: 'json'};
  };

  it.each<[string, Partial<SessionState>, boolean, string]>([
    ['of a recorded command', {task: null}, true, 'a recorded command cannot be resumed'],
    ['of a verified session', {verdicts: [said('DONE')], finished: ended('verified')}, true, 'is verified'],
    [
      'of an impossible one',
      {verdicts: [said('IMPOSSIBLE')], finished: ended('impossible')},
      true,
      'impossible: why',
    ],
    [
      'of one that used up its iterations',
      {verdicts: [said('RETRY')], finished: ended('exhausted'), iteration: 3},
      true,
      'all 3 iterations are used up',
    ],
    ['of a single run that is done', {finished: ended('unverified')}, false, 'the session is done'],
  ])('%s', async (_what, more, audit, message) => {
    world = await createWorld({runs: [[]]});
    const worker = {finished: done} as SessionState['lastRun'];
    const state = {...emptyState(), task: 'x', runs: {worker, auditor: null}, ...more};
    const resuming = goOn(state, audit ? {} : {auditor: null});
    await expect(resuming).rejects.toMatchObject({
      code: 'NOTHING_TO_RESUME',
      message: expect.stringContaining(message),
    });
    expect(world.events()).toEqual([]);
  });
});

describe('prompt headers', () => {
  it('stand before the prompts of their role', async () => {
    const promptHeaders = {worker: 'Be kind.', auditor: 'Be strict.', reworker: 'Be quick.'};
    await begin([claudeSays('half'), RETRY, claudeSays('whole'), DONE], {promptHeaders});
    expect(prompts().map((prompt) => prompt.split('\n')[0])).toEqual([
      'Be kind.',
      'Be strict.',
      'Be quick.',
      'Be strict.',
    ]);
  });
});
