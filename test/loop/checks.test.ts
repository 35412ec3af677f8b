import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {
  claudeSays,
  createWorld,
  program,
  type Step,
  scripted,
  until,
  type World,
} from '../support/session.ts';
import {all, crashAfter, DONE, goOn, type PlayOptions, play, prompts, RETRY, stateOf} from './play.ts';

let world: World;
afterEach(() => world.remove());

async function begin(runs: Step[][], checks: string[], {rules, ...more}: PlayOptions = {}) {
  world = await createWorld({runs});
  return play(world, {...more, rules: {checks, ...rules}});
}

const results = () => all(world, 'check_finished').map(({check, result}) => `${check} ${result}`);
const file = (name: string) => join(world.context.cwd, name);

/** Red until the file is there. */
const IS_PAINTED = 'test -e painted || { echo no paint; exit 1; }';

describe('checks', () => {
  it('that are green are shown to the auditor', async () => {
    const {finished} = await begin([claudeSays('painted'), DONE], ['echo all walls are red']);
    expect(finished.ending).toBe('verified');
    expect(prompts(world)[1]).toContain('echo all walls are red: green (exit code 0)');
    expect(prompts(world)[1]).toContain('all walls are red\n</item>');
    expect(all(world, 'check_finished')).toMatchObject([
      {
        role: 'check',
        iteration: 1,
        result: 'green',
        reason: 'exit code 0',
        exitCode: 0,
        tail: 'all walls are red',
      },
    ]);
  });

  it('that are red send the worker back with what they printed, and no auditor is asked', async () => {
    const {finished} = await begin(
      [claudeSays('painted'), [{writeFile: ['painted', '']}, ...claudeSays('really')], DONE],
      [IS_PAINTED],
    );
    expect(finished).toMatchObject({ending: 'verified', iterations: 2});
    expect(world.starts()).toHaveLength(3);
    expect(prompts(world)[1]).toContain('no paint');
    expect(prompts(world)[1]).toContain('red (exit code 1)');
    expect(world.starts()[1]!.argv).toContain('claude-session');
  });

  it('are the whole judgement without an auditor', async () => {
    const {finished} = await begin(
      [claudeSays('painted'), [{writeFile: ['painted', '']}, ...claudeSays('really')]],
      [IS_PAINTED, 'true'],
      {auditor: null},
    );
    expect(finished).toMatchObject({
      ending: 'verified',
      iterations: 2,
      reason: expect.stringContaining('true'),
    });
    expect(results()).toEqual([`${IS_PAINTED} red`, 'true green', `${IS_PAINTED} green`, 'true green']);
  });

  it('that stay red use the iterations up', async () => {
    const {finished} = await begin([claudeSays('a'), claudeSays('b')], ['exit 1', 'exit 2'], {
      auditor: null,
      maxIterations: 2,
    });
    expect(finished).toMatchObject({
      ending: 'exhausted',
      iterations: 2,
      reason: 'Not accepted after 2 iterations. 2 checks are red: exit 1, exit 2',
    });
  });

  it.each<[string, string, PlayOptions['rules'], string]>([
    ['is not found', 'no-such-command-here', {}, 'there is no such command (exit code 127)'],
    ['may not be executed', './notes', {}, 'it may not be executed (exit code 126)'],
    ['takes too long', 'exec sleep 60', {checkTimeoutMs: 100}, 'max'],
  ])('one that %s says nothing of the work', async (_why, check, rules, reason) => {
    world = await createWorld({runs: [claudeSays('painted')]});
    writeFileSync(file('notes'), '');
    const {finished} = await play(world, {rules: {checks: [check, 'true'], ...rules}});
    expect(finished.ending).toBe('unverified');
    expect(finished.reason).toContain(`The check ${check} says nothing: `);
    expect(results()).toEqual([`${check} unable`, 'true green']);
    expect(finished.reason).toContain(reason);
    expect(world.starts()).toHaveLength(1);
  });

  it('one whose folder is gone says nothing', async () => {
    const {finished} = await begin([claudeSays('painted')], ['rm -r "$PWD"', 'true'], {auditor: null});
    expect(finished).toMatchObject({ending: 'unverified'});
    expect(results()).toEqual(['rm -r "$PWD" green', 'true unable']);
  });

  it('one that a signal ended is red', async () => {
    await begin([claudeSays('painted')], ['kill -KILL $$'], {auditor: null, maxIterations: 1});
    const killed = {result: 'red', exitCode: null, reason: expect.stringContaining('SIGKILL')};
    expect(all(world, 'check_finished')).toMatchObject([killed]);
  });

  it('keep the end of both streams, without control characters', async () => {
    const check = `printf 'on \\033[31mstdout\\033[0m\\007\\n'; sleep 0.1; echo on stderr >&2; echo '{"on":"json"}'`;
    await begin([claudeSays('painted')], [check], {auditor: null});
    const [{tail = ''} = {}] = all(world, 'check_finished');
    expect(tail.split('\n').toSorted()).toEqual(['on stderr', 'on stdout', '{"on":"json"}']);
  });

  it('keep no more than the end', async () => {
    const check = 'i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done; exit 1';
    await begin([claudeSays('a'), claudeSays('b')], [check], {auditor: null, maxIterations: 2});
    const [{tail = ''} = {}] = all(world, 'check_finished');
    expect(tail.length).toBeLessThanOrEqual(8 * 1024);
    expect(tail).toMatch(/line 2999$/);
    expect(prompts(world)[1]!.length).toBeLessThan(10 * 1024);
  });

  it('have no secret in what is kept', async () => {
    world = await createWorld({runs: [claudeSays('painted')]});
    const env = {...world.context.env, PAINT_API_KEY: 'very-secret-red-1234567890'};
    const secretWorld = {...world, context: {...world.context, env}};
    await play(secretWorld, {auditor: null, rules: {checks: ['echo key $PAINT_API_KEY']}});
    expect(all(world, 'check_finished')[0]!.tail).toMatch(/^key \S/);
    expect(readFileSync(world.context.log.eventsPath, 'utf8')).not.toContain('very-secret-red');
    expect(readFileSync(join(world.context.log.dir, '1/check.stdout'), 'utf8')).not.toContain('very-secret');
  });

  it('leave their bytes in raw files, one after the other', async () => {
    await begin([claudeSays('painted')], ['echo one', 'echo two >&2', 'echo three'], {auditor: null});
    const raw = (stream: string) => readFileSync(join(world.context.log.dir, `1/check.${stream}`), 'utf8');
    expect(raw('stdout').replaceAll('\r', '')).toBe('one\nthree\n');
    expect(raw('stderr')).toBe('two\n');
  });

  it('leave no process behind', async () => {
    const {finished} = await begin([claudeSays('painted')], ['sleep 600 & echo begun'], {auditor: null});
    expect(finished.ending).toBe('verified');
    expect(all(world, 'processes_swept')).toMatchObject([{role: 'check', ended: [{command: 'sleep 600'}]}]);
  });

  it('may write files: that voids no verdict', async () => {
    const {finished} = await begin([claudeSays('painted'), DONE], ['date > report']);
    expect(finished.ending).toBe('verified');
  });
});

describe('a session that ends in its checks', () => {
  async function stopInCheck(): Promise<void> {
    world = await createWorld({runs: [claudeSays('painted'), DONE]});
    const slow = 'touch begun; test -e quick || exec sleep 60';
    const playing = play(world, {rules: {checks: ['true', slow]}});
    await until(() => existsSync(file('begun')));
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    const {finished} = await playing;
    expect(finished).toMatchObject({ending: 'interrupted', reason: 'stopped while checks were run: SIGINT'});
    expect(results()).toEqual(['true green']);
    writeFileSync(file('quick'), '');
    await goOnUnstopped({rules: {checks: ['true', slow]}});
    expect(stateOf(world.events()).checks.map(({check}) => check)).toEqual(['true', slow]);
  }

  async function goOnUnstopped(options: PlayOptions) {
    const context = {...world.context, stop: new AbortController().signal};
    return goOn({...world, context}, options);
  }

  it('by a stop, goes on with them', async () => {
    await stopInCheck();
    expect(all(world, 'session_resumed')).toMatchObject([{from: 'the work of iteration 1 is to be checked'}]);
    expect(stateOf(world.events()).finished?.ending).toBe('verified');
    expect(world.starts()).toHaveLength(2);
    expect(all(world, 'run_started').map(({role}) => role)).toEqual([
      'worker',
      'check',
      'check',
      'check',
      'check',
      'auditor',
    ]);
  });

  it('because one said nothing, runs all again', async () => {
    await begin([claudeSays('painted'), DONE], ['true', './later']);
    expect(stateOf(world.events()).finished?.ending).toBe('unverified');
    writeFileSync(file('later'), '#!/bin/sh\n', {mode: 0o755});
    const {finished} = await goOn(world, {rules: {checks: ['true', './later']}});
    expect(finished.ending).toBe('verified');
    expect(prompts(world)[1]).toContain('./later: green');
    expect(prompts(world)[1]).not.toContain('could not be run');
  });

  it('before the first, runs them', async () => {
    await begin([claudeSays('painted'), DONE, DONE], ['true']);
    const state = crashAfter(world, 'run_finished', 'worker');
    expect((await goOn(world, {state, rules: {checks: ['true']}})).finished.ending).toBe('verified');
    expect(results()).toEqual(['true green', 'true green']);
  });

  it('after a green one asks the auditor', async () => {
    await begin([claudeSays('painted'), RETRY, DONE], ['true'], {maxIterations: 1});
    const state = crashAfter(world, 'worktree_snapshot', 'check');
    expect((await goOn(world, {state, rules: {checks: ['true']}})).finished.ending).toBe('verified');
    expect(results()).toEqual(['true green']);
  });

  it('after a green one runs it again when somebody has been at the files', async () => {
    await begin([claudeSays('painted'), RETRY, DONE], ['true'], {maxIterations: 1});
    const state = crashAfter(world, 'worktree_snapshot', 'check');
    writeFileSync(file('scratch'), '');
    expect((await goOn(world, {state, rules: {checks: ['true']}})).finished.ending).toBe('verified');
    expect(results()).toEqual(['true green', 'true green']);
  });

  it('after a green one without an auditor is verified', async () => {
    await begin([claudeSays('painted')], ['true'], {auditor: null});
    const options = {auditor: null, rules: {checks: ['true']}};
    const state = crashAfter(world, 'worktree_snapshot', 'check');
    expect((await goOn(world, {state, ...options})).finished.ending).toBe('verified');
    expect(world.starts()).toHaveLength(1);
    await expect(goOn(world, options)).rejects.toMatchObject({
      code: 'NOTHING_TO_RESUME',
      message: 'the session is verified',
    });
  });

  it('after a red one sends the worker back, or is exhausted', async () => {
    const options = {auditor: null, rules: {checks: ['exit 1']}, maxIterations: 1};
    await begin([claudeSays('a'), claudeSays('b')], ['exit 1'], options);
    const state = crashAfter(world, 'worktree_snapshot', 'check');
    expect((await goOn(world, {state, ...options})).finished.ending).toBe('exhausted');
    expect(world.starts()).toHaveLength(1);
    await expect(goOn(world, options)).rejects.toMatchObject({message: 'all 1 iterations are used up'});
    await goOn(world, {...options, maxIterations: 2});
    expect(prompts(world)[1]).toContain('exit 1: red');
  });

  it('in a damaged log trusts none of them', async () => {
    await begin([claudeSays('painted'), DONE, DONE], ['true']);
    const state = {...stateOf(world.events()), damaged: true};
    await goOn(world, {state, rules: {checks: ['true']}});
    expect(results()).toEqual(['true green', 'true green']);
  });

  it('because the disk is full is failed', async () => {
    world = await createWorld({runs: [[{stdout: 'painted'}]]});
    const {log} = world.context;
    log.addView((event) => {
      if (event.type === 'check_finished') log.abandon(new Error('no space left on device'));
    });
    const playing = play(world, {
      worker: program('/bin/cat'),
      auditor: null,
      rules: {checks: ['true', 'true']},
    });
    const {finished} = await playing;
    expect(finished).toMatchObject({ending: 'failed', reason: expect.stringContaining('no space left')});
  });
});

describe('a check', () => {
  it('that is red is told in a whole prompt to an agent that cannot go on with its session', async () => {
    await begin([[{stdout: 'half'}], [{stdout: 'whole'}]], ['exit 1'], {
      worker: scripted('command'),
      auditor: null,
      maxIterations: 2,
    });
    for (const part of ['paint the shed', 'half', 'exit 1: red']) expect(prompts(world)[1]).toContain(part);
  });
});
