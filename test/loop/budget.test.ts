import {afterEach, describe, expect, it} from 'vitest';
import {NO_USAGE} from '../../src/event.ts';
import {exceeded, uncounted, usedUp} from '../../src/loop/budget.ts';
import {claudeSays, createWorld, type Step, scripted, type World} from '../support/session.ts';
import {all, BROKEN, crashAfter, DONE, goOn, type PlayOptions, play, RETRY, type Rules} from './play.ts';

let world: World;
afterEach(() => world.remove());

/** Each run of `claudeSays` costs $0.50 and 7 tokens. */
async function begin(runs: Step[][], options: PlayOptions) {
  world = await createWorld({runs});
  return play(world, options);
}

/** An agent that asks its model this often and goes on for ever. */
const asks = (turns: number): Step[] => [
  claudeSays('')[0]!,
  ...Array.from({length: turns}, (_, index) => [
    streamed({
      type: 'message_start',
      message: {id: `m${index}`, usage: {input_tokens: 10, output_tokens: 1}},
    }),
    streamed({type: 'message_delta', delta: {stop_reason: 'tool_use'}, usage: {output_tokens: 5}}),
  ]).flat(),
  {untilSignal: true},
];

const streamed = (event: object): Step => ({
  json: {type: 'stream_event', event, parent_tool_use_id: null, session_id: 'claude-session'},
});

describe('the budget', () => {
  it.each<[Rules, string]>([
    [{budget: {maxCostUsd: 0.5}}, 'the session has cost $0.5000 of $0.5 (--max-cost): no auditor is started'],
    [{budget: {maxTokens: 7}}, 'the session has used 7 of 7 tokens (--max-tokens): no auditor is started'],
  ])('that is used up lets no further run begin: %j', async (rules, reason) => {
    const {finished} = await begin([claudeSays('painted'), DONE], {rules});
    expect(finished).toMatchObject({ending: 'over-budget', reason, text: 'painted'});
    expect(world.starts()).toHaveLength(1);
  });

  it('counts worker and auditor over all iterations', async () => {
    const {finished} = await begin([claudeSays('half'), RETRY, claudeSays('whole'), DONE], {
      rules: {budget: {maxCostUsd: 1}},
    });
    expect(finished).toMatchObject({ending: 'over-budget', reason: expect.stringContaining('no worker')});
    expect(world.starts()).toHaveLength(2);
  });

  it('counts requests to models', async () => {
    const {finished} = await begin([claudeSays('half'), RETRY, claudeSays('whole')], {
      rules: {budget: {maxTurns: 2}},
    });
    expect(finished.reason).toContain('2 of 2 requests to models (--max-turns)');
  });

  it('does not take back a DONE by the run that went over it', async () => {
    const {finished} = await begin([claudeSays('painted'), DONE], {rules: {budget: {maxCostUsd: 0.6}}});
    expect(finished.ending).toBe('verified');
  });

  it('stops a run that goes over it', async () => {
    const {finished, lastRun} = await begin([asks(3)], {rules: {budget: {maxTurns: 2}}});
    expect(finished).toMatchObject({
      ending: 'over-budget',
      reason: 'the session has made 3 of 2 requests to models (--max-turns)',
    });
    expect(lastRun).toMatchObject({outcome: 'canceled'});
    expect(all(world, 'stop_requested')).toMatchObject([{role: 'worker', cause: 'budget'}]);
  });

  it('stops an auditor that goes over it, and asks no other', async () => {
    const {finished} = await begin([claudeSays('painted'), asks(3), DONE], {
      rules: {budget: {maxTurns: 3}, agentRetries: 2},
    });
    expect(finished.ending).toBe('over-budget');
    expect(all(world, 'stop_requested')).toMatchObject([{role: 'auditor', cause: 'budget'}]);
    expect(world.starts()).toHaveLength(2);
  });

  it('counts failed tries, and ends them', async () => {
    const failing = claudeSays('no', {is_error: true});
    const {finished} = await begin([failing, failing, DONE], {
      rules: {budget: {maxCostUsd: 1}, agentRetries: 5},
    });
    expect(finished).toMatchObject({ending: 'over-budget', reason: expect.stringContaining('$1.0000 of $1')});
    expect(world.starts()).toHaveLength(2);
  });

  it('is not blamed for a failure that no other try could mend', async () => {
    const failing = claudeSays('Invalid API key · Please run /login', {is_error: true});
    const {finished} = await begin([failing], {rules: {budget: {maxCostUsd: 0.5}, agentRetries: 5}});
    expect(finished).toMatchObject({
      ending: 'failed',
      reason:
        'The worker failed: Invalid API key · Please run /login. Log in with the agent itself, or correct its key.',
    });
  });

  it('says of an agent, once, that it does not tell what it uses', async () => {
    const {finished} = await begin([[{stdout: 'half'}], RETRY, [{stdout: 'whole'}], DONE], {
      worker: scripted('command'),
      rules: {budget: {maxCostUsd: 9, maxTokens: 1_000, maxTurns: 9}},
    });
    expect(finished.ending).toBe('verified');
    const notes = all(world, 'note').filter(({code}) => code === 'BUDGET_UNCOUNTED');
    expect(notes.map(({text}) => text)).toEqual([
      'command did not tell its cost and its tokens and its turns: the budget counts what is told.',
    ]);
  });

  it('says nothing of what is told, or not limited', () => {
    const none = {maxCostUsd: null, maxTokens: null, maxTurns: null};
    expect(uncounted(none, NO_USAGE)).toEqual([]);
    expect(
      uncounted({...none, maxCostUsd: 1, maxTokens: 1}, {...NO_USAGE, costUsd: 0, outputTokens: 1}),
    ).toEqual([]);
  });

  it('is never over by what is not known', () => {
    const limits = {maxCostUsd: 0.01, maxTokens: 1, maxTurns: 1};
    expect(usedUp(limits, NO_USAGE)).toBeNull();
    expect(exceeded(limits, NO_USAGE, {...NO_USAGE, inputTokens: 1})).toBeNull();
    expect(exceeded(limits, {...NO_USAGE, outputTokens: 1}, {...NO_USAGE, inputTokens: 1})).toMatchObject({
      reason: expect.stringContaining('2 of 1 tokens'),
    });
  });
});

describe('a session over its budget', () => {
  const LOW: PlayOptions = {rules: {budget: {maxCostUsd: 0.5}}};
  const HIGH: PlayOptions = {rules: {budget: {maxCostUsd: 5}}};

  it('goes on with a higher one, and counts what was used before', async () => {
    await begin([claudeSays('painted'), RETRY, claudeSays('whole'), DONE], LOW);
    const {finished} = await goOn(world, {rules: {budget: {maxCostUsd: 1.5}}});
    expect(finished).toMatchObject({
      ending: 'over-budget',
      reason: expect.stringContaining('$1.5000 of $1.5'),
    });
    expect((await goOn(world, HIGH)).finished.ending).toBe('verified');
  });

  it('goes on with the worker that was stopped', async () => {
    await begin([asks(3), claudeSays('painted'), DONE], {rules: {budget: {maxTurns: 2}}});
    expect((await goOn(world)).finished).toMatchObject({ending: 'verified', iterations: 1});
  });

  it.each([null, 'use red'])(
    'has nothing to go on with under the same one (instructions: %s)',
    async (instructions) => {
      await begin([claudeSays('painted')], LOW);
      await expect(goOn(world, {...LOW, instructions})).rejects.toMatchObject({
        code: 'NOTHING_TO_RESUME',
        message: 'the session has cost $0.5000 of $0.5 (--max-cost)',
        nextStep: expect.stringContaining('--max-cost'),
      });
    },
  );

  it('still takes the verdict that is there', async () => {
    await begin([claudeSays('painted'), DONE], {rules: {budget: {maxCostUsd: 1}}});
    const state = crashAfter(world, 'verdict');
    expect((await goOn(world, {state, ...LOW})).finished.ending).toBe('verified');
  });

  it('still counts what failed before', async () => {
    await begin([BROKEN, claudeSays('painted'), DONE], HIGH);
    expect((await goOn(world, LOW)).finished.ending).toBe('over-budget');
  });
});
