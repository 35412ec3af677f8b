import {existsSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {OneshotEvent} from '../../src/event.ts';
import {loop} from '../../src/loop/loop.ts';
import {DEFAULT_RULES, type LoopRequest, type LoopResult} from '../../src/loop/options.ts';
import {
  claudeSays,
  createWorld,
  program,
  type Step,
  scripted,
  until,
  type World,
} from '../support/session.ts';

let world: World;
let before: World;
beforeEach(() => {
  before = world;
});
afterEach(() => world.remove());

async function play(runs: Step[][], more: Partial<LoopRequest> = {}): Promise<LoopResult> {
  world = await createWorld({runs});
  const agent = scripted('claude');
  return loop(world.context, {
    task: 'paint the shed',
    worker: agent,
    auditor: {...agent, permissionMode: 'read'},
    maxIterations: 5,
    rules: {...DEFAULT_RULES, agentRetries: 0},
    oneshotVersion: '0.0.0',
    ...more,
  });
}

const verdict = (value: Record<string, unknown>) => claudeSays(`I looked.\n${JSON.stringify(value)}`);
const done = verdict({verdict: 'DONE', reason: 'it is painted'});
const retry = (feedback: string | null) => verdict({verdict: 'RETRY', reason: 'a wall is bare', feedback});
const typesOf = (events: OneshotEvent[], ...types: string[]) =>
  events
    .filter(({type}) => types.includes(type))
    .map(({iteration, role, type}) => `${iteration} ${role} ${type}`);
const prompts = () => world.starts().map(({stdin}) => stdin);

describe('the loop', () => {
  it('ends verified on an explicit DONE', async () => {
    const {finished, lastRun} = await play([claudeSays('painted'), done]);
    expect(finished).toMatchObject({
      ending: 'verified',
      reason: 'it is painted',
      text: 'painted',
      iterations: 1,
    });
    expect(lastRun).toMatchObject({outcome: 'completed'});
    expect(prompts()[0]).toBe('paint the shed');
    expect(prompts()[1]).toContain('painted');
    expect(
      typesOf(
        world.events(),
        'session_started',
        'iteration_started',
        'run_finished',
        'verdict',
        'session_finished',
      ),
    ).toEqual([
      '0 null session_started',
      '1 null iteration_started',
      '1 worker run_finished',
      '1 auditor run_finished',
      '1 auditor verdict',
      '0 null session_finished',
    ]);
  });

  it('feeds a RETRY back to the worker, in its own session where the agent can', async () => {
    const {finished} = await play([
      claudeSays('half'),
      retry('paint the north wall'),
      claudeSays('whole'),
      done,
    ]);
    expect(finished).toMatchObject({ending: 'verified', iterations: 2, text: 'whole'});
    expect(prompts()[2]).toContain('paint the north wall');
    expect(prompts()[2]).not.toContain('paint the shed');
    expect(world.starts()[2]!.argv).toContain('claude-session');
    expect(world.events()).toContainEqual(
      expect.objectContaining({type: 'note', code: 'AGENT_SESSION_RESUMED'}),
    );
    expect(
      world.events().find((event) => event.type === 'run_started' && event.iteration === 2),
    ).toMatchObject({
      resumedAgentSession: 'claude-session',
    });
  });

  it('carries the context in the prompt where the agent cannot go on with its session', async () => {
    const {finished} = await play([[{stdout: 'half'}], retry(null), [{stdout: 'whole'}], done], {
      worker: scripted('command'),
    });
    expect(finished).toMatchObject({ending: 'verified', iterations: 2});
    for (const part of ['paint the shed', 'half', 'a wall is bare']) expect(prompts()[2]).toContain(part);
    expect(world.events()).toContainEqual(expect.objectContaining({type: 'note', code: 'AGENT_SESSION_NEW'}));
  });

  it('ends when the auditor says IMPOSSIBLE', async () => {
    const {finished} = await play([claudeSays('?'), verdict({verdict: 'IMPOSSIBLE', reason: 'no shed'})]);
    expect(finished).toMatchObject({ending: 'impossible', reason: 'no shed'});
  });

  it('gives up after the last iteration', async () => {
    const {finished} = await play([claudeSays('a'), retry('x'), claudeSays('b'), retry('y')], {
      maxIterations: 2,
    });
    expect(finished).toMatchObject({
      ending: 'exhausted',
      iterations: 2,
      reason: expect.stringContaining('a wall is bare'),
    });
  });

  it('asks once more when there is no clear verdict, then ends unverified', async () => {
    const {finished} = await play([
      claudeSays('painted'),
      claudeSays('Looks great, all DONE!'),
      claudeSays('As I said: DONE.'),
    ]);
    expect(finished).toMatchObject({ending: 'unverified', iterations: 1});
    expect(world.starts()).toHaveLength(3);
    expect(prompts()[2]).toContain('could not be read as a verdict');
    expect(world.starts()[2]!.argv).toContain('claude-session');
  });

  it('takes the second answer when it is clear', async () => {
    expect((await play([claudeSays('painted'), claudeSays('fine'), done])).finished.ending).toBe('verified');
  });

  it('does not believe an auditor whose run failed, whatever it said', async () => {
    const failing = [
      ...done.slice(0, -1),
      {json: {type: 'result', subtype: 'success', is_error: true, result: 'API Error: 500'}},
      {exit: 1},
    ];
    const {finished} = await play([claudeSays('painted'), failing, failing]);
    expect(finished).toMatchObject({ending: 'unverified', reason: expect.stringContaining('500')});
  });

  it('a plain auditor that cannot continue its session is asked anew', async () => {
    const {finished} = await play(
      [claudeSays('painted'), [{stdout: 'hm'}], [{stdout: '{"verdict":"DONE","reason":"ok"}'}]],
      {
        auditor: scripted('command'),
      },
    );
    expect(finished.ending).toBe('verified');
  });

  it('without an auditor is a single run', async () => {
    const {finished} = await play([claudeSays('painted')], {auditor: null});
    expect(finished).toMatchObject({ending: 'unverified', iterations: 1});
    expect(world.starts()).toHaveLength(1);
    expect(world.events()[0]).toMatchObject({audit: false, maxIterations: 1});
  });

  it('ends with a worker that failed; no auditor is asked', async () => {
    const {finished, lastRun} = await play([[{stderr: 'boom\n'}, {exit: 3}]]);
    expect(finished).toMatchObject({ending: 'failed', reason: expect.stringContaining('boom')});
    expect(lastRun).toMatchObject({exitCode: 3});
    expect(world.starts()).toHaveLength(1);
  });

  it.each(['worker', 'auditor'] as const)('is interrupted when stopped in the %s', async (role) => {
    const hanging: Step[] = [{untilSignal: true}];
    const playing = play(role === 'worker' ? [hanging] : [claudeSays('painted'), hanging]);
    await until(() => world !== before && existsSync(world.context.log.eventsPath));
    await until(() => world.events().some((event) => event.type === 'run_started' && event.role === role));
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    expect((await playing).finished.ending).toBe('interrupted');
  });

  it('writes its end even when the agent cannot be started', async () => {
    await expect(play([[]], {worker: program('/no/such/program')})).rejects.toMatchObject({
      code: 'AGENT_NOT_FOUND',
    });
    expect(world.events().at(-1)).toMatchObject({type: 'session_finished', ending: 'failed'});
  });
});
