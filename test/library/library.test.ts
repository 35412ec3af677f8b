import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  type Agent,
  type LoopOptions,
  listSessions,
  loop,
  type OneshotEvent,
  openSession,
  resume,
  run,
} from '../../src/index.ts';
import {claudeSays, type Step, scripted} from '../support/session.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oneshot-library-'));
});
afterEach(() => rmSync(home, {recursive: true, force: true}));

const CLAUDE: Agent = scripted('claude');
const DONE = claudeSays('{"verdict": "DONE", "reason": "it is painted"}');

/** The scripted agent says this, run after run. */
function world(...runs: Step[][]) {
  const script = join(home, 'script.json');
  writeFileSync(script, JSON.stringify(runs));
  const cwd = join(home, 'work');
  mkdirSync(cwd, {recursive: true});
  return {
    cwd,
    stateDir: join(home, 'state'),
    env: {PATH: process.env.PATH, HOME: home, SCRIPT: script},
  };
}

const task = (options: Partial<LoopOptions>): LoopOptions => ({
  task: 'paint the shed',
  worker: CLAUDE,
  ...options,
});

async function all(events: AsyncIterable<OneshotEvent>): Promise<OneshotEvent[]> {
  const found: OneshotEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

const typesOf = (events: readonly OneshotEvent[]) => events.map(({type}) => type);
const [INIT] = claudeSays('') as [Step];
const FOREVER = [INIT, {untilSignal: true}];

describe('run', () => {
  it('gives the events as they come and then the result', async () => {
    const running = run({agent: CLAUDE, prompt: 'paint the shed', ...world(claudeSays('painted'))});
    const events = await all(running);
    const {outcome, text, usage, session} = await running.result;
    expect({outcome, text, usage}).toMatchObject({
      outcome: 'completed',
      text: 'painted',
      usage: {inputTokens: 3, outputTokens: 4, costUsd: 0.5},
    });
    expect(typesOf(events)).toEqual(typesOf(await all(session.events())));
    expect(events[0]).toMatchObject({type: 'session_started', task: 'paint the shed', audit: false});
    expect(events.map(({seq}) => seq)).toEqual(events.map((_, index) => index + 1));
  });

  it('can be iterated several times, also when it is over', async () => {
    const running = run({agent: CLAUDE, prompt: 'x', ...world(claudeSays('y'))});
    const [one, other] = await Promise.all([all(running), all(running)]);
    expect(one).toEqual(other);
    expect(await all(running)).toEqual(one);
  });

  it('loses nothing to a slow consumer, and is not slowed by it', async () => {
    const lines = Array.from({length: 300}, (_, index) => ({stdout: `line ${index}\n`}));
    const running = run({agent: scripted('command'), prompt: 'x', ...world(lines)});
    let seen = 0;
    let isOver = false;
    void running.result.then(() => {
      isOver = true;
    });
    for await (const {seq} of running) {
      expect(seq).toBe(++seen);
      // Whoever waits here for the end of the run waits for ever if the run waits for its reader.
      if (seen === 1) await running.result;
    }
    expect(isOver).toBe(true);
    const {session} = await running.result;
    expect((await session.report()).events).toBe(seen);
  });

  it('goes on when an iteration is left', async () => {
    const running = run({agent: CLAUDE, prompt: 'x', ...world(claudeSays('still done'))});
    for await (const {type} of running) if (type === 'session_started') break;
    expect(await running.result).toMatchObject({outcome: 'completed', text: 'still done'});
  });

  it('is canceled by its signal, whatever the reason', async () => {
    const caller = new AbortController();
    const running = run({agent: CLAUDE, prompt: 'x', signal: caller.signal, ...world(FOREVER)});
    for await (const {type} of running) if (type === 'agent_session') caller.abort('the user went home');
    expect(await running.result).toMatchObject({
      outcome: 'canceled',
      reason: expect.stringContaining('the user went home'),
    });
  });

  it('that was canceled before it began is a value too', async () => {
    const running = run({agent: CLAUDE, prompt: 'x', signal: AbortSignal.abort(), ...world(FOREVER)});
    expect(await running.result).toMatchObject({outcome: 'canceled', exitCode: null});
  });

  it('is stopped at the end of its scope', async () => {
    const running = run({agent: CLAUDE, prompt: 'x', ...world(FOREVER)});
    for await (const {type} of running) if (type === 'agent_session') break;
    await running[Symbol.asyncDispose]();
    expect(await running.result).toMatchObject({outcome: 'canceled'});
  });

  it('is killed at once when that is wanted', async () => {
    const deaf = [INIT, {ignore: ['SIGINT', 'SIGTERM']}, {untilSignal: true}];
    const running = run({agent: CLAUDE, prompt: 'x', ...world(deaf)});
    for await (const {type} of running) if (type === 'agent_session') running.kill('enough');
    expect(await running.result).toMatchObject({
      outcome: 'canceled',
      reason: expect.stringContaining('enough'),
    });
    const {session} = await running.result;
    const signals = (await all(session.events())).filter(({type}) => type === 'signal_sent');
    expect(signals.at(-1)).toMatchObject({signal: 'SIGKILL'});
  });

  it('says what it could not do, in the result and at the end of an iteration', async () => {
    const {cwd, stateDir} = world();
    const missing = {agent: 'claude', prompt: 'x', cwd, stateDir, env: {PATH: '', HOME: home}} as const;
    await expect(run(missing).result).rejects.toMatchObject({code: 'AGENT_NOT_FOUND'});
    await expect(all(run(missing))).rejects.toMatchObject({code: 'AGENT_NOT_FOUND'});
    expect((await listSessions({stateDir})).sessions).toEqual([]);
  });

  it.each([
    ['an empty prompt', {prompt: ' \n'}, 'EMPTY_PROMPT'],
    ['a folder that is not there', {cwd: '/no/such/folder'}, 'CWD_UNUSABLE'],
    ['a command without a program', {agent: 'command'}, 'INVALID_OPTION'],
    [
      'a mode that the agent does not have',
      {agent: {executor: 'command', agentArgs: ['cat'], permissionMode: 'read'}},
      'PERMISSION_MODE_UNSUPPORTED',
    ],
  ] as const)('refuses %s', async (_what, more, code) => {
    const running = run({agent: CLAUDE, prompt: 'x', ...world(claudeSays('y')), ...more});
    await expect(running.result).rejects.toMatchObject({code});
  });

  it('takes any program as an agent', async () => {
    const cat: Agent = {executor: 'command', agentArgs: ['cat']};
    const {result} = run({agent: cat, prompt: 'say it\n', ...world()});
    expect(await result).toMatchObject({outcome: 'completed', text: 'say it\n'});
  });

  it('keeps secrets of the environment out of the recording, unless told otherwise', async () => {
    const cat: Agent = {executor: 'command', agentArgs: ['sh', '-c', 'echo $A_TOKEN']};
    const {env, ...place} = world();
    const secret = {agent: cat, prompt: 'x', ...place, env: {...env, A_TOKEN: 'correct-horse'}};
    expect(await run(secret).result).toMatchObject({text: expect.not.stringContaining('horse')});
    const open = run({...secret, redact: false});
    expect(await open.result).toMatchObject({text: 'correct-horse\n'});
    expect(await all(open)).toContainEqual(expect.objectContaining({code: 'NOT_REDACTED'}));
  });
});

describe('loop', () => {
  it('ends with the verdict of the worker’s own agent where no auditor is named', async () => {
    const running = loop(task(world(claudeSays('painted'), DONE)));
    const events = await all(running);
    const {ending, reason, text, iterations, lastRun} = await running.result;
    expect({ending, reason, text, iterations}).toEqual({
      ending: 'verified',
      reason: 'it is painted',
      text: 'painted',
      iterations: 1,
    });
    expect(lastRun).toMatchObject({outcome: 'completed'});
    const started = events.filter((event) => event.type === 'run_started');
    expect(started).toMatchObject([{permissionMode: 'agent'}, {permissionMode: 'read'}]);
  });

  it('hands on what it was given', async () => {
    const retry = claudeSays('{"verdict": "RETRY", "reason": "a wall is bare"}');
    const promptHeaders = {worker: 'Be brief.', auditor: null, reworker: null};
    const {result, session} = loop(
      task({...world(claudeSays('half'), retry), maxIterations: 1, promptHeaders}),
    );
    expect(await result).toMatchObject({ending: 'exhausted', iterations: 1});
    expect((await (await session).report()).maxIterations).toBe(1);
    expect(readFileSync(join(home, 'script.json.starts'), 'utf8')).toContain('Be brief.');
  });

  it('runs the demo agent', async () => {
    const {cwd, stateDir} = world();
    const {result} = loop({task: 'a haiku', worker: 'demo', cwd, stateDir});
    expect(await result).toMatchObject({ending: 'verified', iterations: 2});
    expect(readFileSync(join(cwd, 'haiku.txt'), 'utf8').split('\n')).toHaveLength(4);
  });
});

describe('a worktree', () => {
  it('of its own is told of in the result', async () => {
    const place = world(claudeSays('painted'));
    for (const args of [
      ['init', '-q'],
      ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'x'],
    ])
      execFileSync('git', args, {cwd: place.cwd});
    const {result} = run({agent: CLAUDE, prompt: 'x', worktree: true, ...place});
    expect(await result).toMatchObject({outcome: 'completed', worktree: {removed: true, commits: 0}});
  });

  it('has one session that writes to it', async () => {
    const place = world(FOREVER, claudeSays('painted'));
    const first = run({agent: CLAUDE, prompt: 'x', ...place});
    await first.session;
    const second = {agent: CLAUDE, prompt: 'x', ...place};
    await expect(run(second).result).rejects.toMatchObject({code: 'WORKTREE_BUSY'});
    for await (const {type} of first) if (type === 'agent_session') first.stop();
    expect(await run(second).result).toMatchObject({outcome: 'completed', worktree: null});
  });
});

describe('a recorded session', () => {
  it('is opened by any of its names and listed', async () => {
    const place = world(claudeSays('painted'), DONE);
    const {session} = await loop(task(place)).result;
    const opened = await openSession('last', place);
    expect(opened.id).toBe(session.id);
    expect(await opened.report()).toMatchObject({
      status: 'verified',
      task: 'paint the shed',
      text: 'painted',
    });
    const {sessions} = await listSessions({...place, status: 'verified'});
    expect(sessions.map(({id}) => id)).toEqual([session.id]);
    await expect(openSession('nope', place)).rejects.toMatchObject({code: 'SESSION_NOT_FOUND'});
  });

  it('gives the bytes of an event', async () => {
    const {session} = await run({agent: CLAUDE, prompt: 'x', ...world(claudeSays('painted'))}).result;
    const events = await all(session.events());
    const said = events.find(({type}) => type === 'agent_message_chunk')!;
    expect(Buffer.from((await session.bytesOf(said))!).toString()).toContain('"text":"painted"');
    expect(await session.bytesOf(events[0]!)).toBeNull();
    const elsewhere = {...said, iteration: 7};
    await expect(session.bytesOf(elsewhere)).rejects.toMatchObject({code: 'UNREADABLE_FILE'});
  });

  it('is followed while it runs, from any event on', async () => {
    const running = run({agent: CLAUDE, prompt: 'x', ...world(FOREVER)});
    const session = await running.session;
    const seen: OneshotEvent[] = [];
    for await (const event of session.follow({fromSeq: 2})) {
      seen.push(event);
      if (event.type === 'agent_session') running.stop();
    }
    expect(seen[0]?.seq).toBe(2);
    expect(seen.at(-1)?.type).toBe('session_finished');
    expect(await all(session.events({fromSeq: 2}))).toEqual(seen);
  });

  it('goes on with more instructions, and the iteration begins with what is new', async () => {
    const {cwd, stateDir} = world();
    const cat: Agent = {executor: 'command', agentArgs: ['cat']};
    const place = {cwd, stateDir, env: {PATH: process.env.PATH, HOME: home}};
    const first = await loop({task: 'say it', worker: cat, auditor: null, ...place}).result;
    expect(first).toMatchObject({ending: 'unverified', text: 'say it'});
    const again = resume('last', {instructions: 'louder', ...place});
    const [begun] = await all(again);
    expect(begun).toMatchObject({type: 'session_resumed', instructions: 'louder'});
    expect(await again.result).toMatchObject({text: expect.stringContaining('louder')});
    await expect(resume('last', place).result).rejects.toMatchObject({code: 'NOTHING_TO_RESUME'});
  });

  it('lets go of a session that cannot be resumed', async () => {
    const place = world(claudeSays('painted'), DONE);
    const {session} = await loop(task(place)).result;
    rmSync(join(home, 'script.json'));
    const elsewhere = {...place, env: {PATH: '', HOME: home}};
    await expect(resume(session.id, elsewhere).result).rejects.toMatchObject({code: 'AGENT_NOT_FOUND'});
    expect(await (await openSession(session.id, place)).report()).toMatchObject({owner: null});
  });
});
