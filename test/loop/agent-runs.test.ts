import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {ManualClock} from '../support/manual-clock.ts';
import {
  claudeSays,
  createWorld,
  program,
  type Step,
  scripted,
  until,
  type World,
} from '../support/session.ts';
import {all, BROKEN, DONE, goOn, type PlayOptions, play, prompts, RETRY, verdict} from './play.ts';

let world: World;
afterEach(() => world.remove());

async function begin(runs: Step[][], {rules, ...more}: PlayOptions = {}) {
  world = await createWorld({runs});
  return play(world, {...more, rules: {agentRetries: 2, ...rules}});
}

const fails = (reason: string, more: Record<string, unknown> = {}) =>
  claudeSays(reason, {is_error: true, ...more});
const OVERLOADED = fails('API Error: 529 Overloaded');
const LOGGED_OUT = fails('Invalid API key · Please run /login');

const painting = (id: string): Step => ({
  json: {
    type: 'assistant',
    message: {id, content: [{type: 'tool_use', id, name: 'Bash', input: {command: 'paint'}}]},
    parent_tool_use_id: null,
    session_id: 'claude-session',
  },
});

const retries = () => all(world, 'run_retry').map(({how, attempt, delayMs}) => ({how, attempt, delayMs}));
const executors = () => all(world, 'run_started').map(({role, executor}) => `${role} ${executor}`);

/** Another agent for each role, whose answers are read as plain text. */
const OTHER = {worker: scripted('command'), auditor: scripted('command')};

describe('a run that failed', () => {
  it('is made again as the same iteration', async () => {
    const {finished} = await begin([BROKEN, BROKEN, claudeSays('painted'), DONE]);
    expect(finished).toMatchObject({ending: 'verified', iterations: 1});
    expect(all(world, 'run_retry')).toMatchObject([
      {
        role: 'worker',
        iteration: 1,
        attempt: 1,
        maxAttempts: 2,
        delayMs: 1,
        how: 'again',
        executor: 'claude',
      },
      {attempt: 2, delayMs: 3},
    ]);
    expect(prompts(world)).toMatchObject(['paint the shed', 'paint the shed', 'paint the shed', {}]);
  });

  it('stays failed after the last try', async () => {
    const {finished} = await begin([BROKEN], {rules: {agentRetries: 1}});
    expect(finished).toMatchObject({
      ending: 'failed',
      reason: 'The worker failed: exit code 3: out of paint',
    });
    expect(world.starts()).toHaveLength(2);
  });

  it('goes on in its own session, where the agent has written it down', async () => {
    world = await createWorld({runs: [fails('no'), claudeSays('painted'), DONE]});
    writeClaudeSession();
    await play(world, {rules: {agentRetries: 2}});
    expect(retries()).toMatchObject([{how: 'resume'}]);
    expect(world.starts()[1]!.argv).toContain('--resume');
    expect(prompts(world)[1]).toMatch(/^You were interrupted while you worked/);
  });

  it('is told of what may be done already, with the changes, once tools have acted', async () => {
    const acted: Step[] = [painting('t1'), {writeFile: ['wall', 'half red\n']}, ...BROKEN];
    await begin([acted, BROKEN, claudeSays('painted'), DONE]);
    for (const prompt of prompts(world).slice(1, 3)) {
      expect(prompt).toMatch(/^paint the shed\n\nAn earlier attempt at this task was cut off/);
      expect(prompt).toContain('added: wall');
    }
  });

  it('keeps the feedback of its iteration', async () => {
    await begin([claudeSays('half'), RETRY, BROKEN, claudeSays('whole'), DONE]);
    expect(prompts(world)[3]).toContain('paint the north wall');
    expect(world.starts()[2]!.argv).toContain('--resume');
    expect(world.starts()[3]!.argv).not.toContain('--resume');
  });

  it('that nothing but other options can mend is not made again', async () => {
    const {finished} = await begin([fails('API Error: 404 {"message":"model: nope"}')], {fallback: OTHER});
    expect(finished).toMatchObject({
      ending: 'failed',
      reason: expect.stringContaining('Correct the options'),
    });
    expect(world.starts()).toHaveLength(1);
  });

  it('is not made again when the log cannot be written', async () => {
    world = await createWorld({runs: [BROKEN]});
    const {log} = world.context;
    log.addView(({type}) => {
      if (type === 'run_started') log.abandon(new Error('no space left on device'));
    });
    const {finished} = await play(world, {fallback: OTHER, rules: {agentRetries: 2}});
    expect(finished).toMatchObject({ending: 'failed', reason: expect.stringContaining('no space left')});
    const starts = existsSync(`${world.script}.starts`) ? world.starts() : [];
    expect(starts.length).toBeLessThan(2);
  });
});

describe('the pause before another try', () => {
  /** No run is under way, which has timers of its own. */
  const isPausing = (clock: ManualClock, ms: number) => clock.pendingMs().join() === String(ms);

  async function pausing(runs: Step[][], ms: number[]) {
    const clock = new ManualClock();
    world = await createWorld({runs, clock});
    const playing = play(world, {retryPauseMs: 5_000, rules: {agentRetries: 2}});
    for (const pauseMs of ms) {
      await until(() => isPausing(clock, pauseMs));
      clock.advance(pauseMs);
    }
    return playing;
  }

  it('is 5 s, then 15 s', async () => {
    const {finished} = await pausing([BROKEN, BROKEN, claudeSays('painted'), DONE], [5_000, 15_000]);
    expect(finished.ending).toBe('verified');
    expect(retries().map(({delayMs}) => delayMs)).toEqual([5_000, 15_000]);
  });

  it('is 30 s, then 90 s when the model has too much to do', async () => {
    const {finished} = await pausing([OVERLOADED, OVERLOADED, OVERLOADED], [30_000, 90_000]);
    expect(finished).toMatchObject({ending: 'failed', reason: expect.stringContaining('Wait for a while')});
  });

  it('ends at once when a stop is asked for, and the session goes on there', async () => {
    const clock = new ManualClock();
    world = await createWorld({runs: [BROKEN, claudeSays('painted'), DONE], clock});
    const playing = play(world, {retryPauseMs: 5_000, rules: {agentRetries: 2}});
    await until(() => isPausing(clock, 5_000));
    world.stop.abort({outcome: 'canceled', reason: 'SIGINT'});
    expect((await playing).finished).toMatchObject({
      ending: 'interrupted',
      reason: 'The worker canceled: SIGINT',
    });
    expect(clock.pendingMs()).toEqual([]);
    const context = {...world.context, stop: new AbortController().signal};
    expect((await goOn({...world, context})).finished).toMatchObject({ending: 'verified', iterations: 1});
  });
});

describe('a fallback', () => {
  it('takes over after the retries, and keeps the role', async () => {
    const {finished} = await begin(
      [BROKEN, BROKEN, BROKEN, [{stdout: 'half'}], RETRY, [{stdout: 'whole'}], DONE],
      {fallback: {...OTHER, auditor: null}},
    );
    expect(finished).toMatchObject({ending: 'verified', iterations: 2, text: 'whole'});
    expect(retries().map(({how}) => how)).toEqual(['again', 'again', 'fallback']);
    expect(executors()).toEqual([
      ...Array(3).fill('worker claude'),
      'worker command',
      'auditor claude',
      'worker command',
      'auditor claude',
    ]);
    expect(all(world, 'session_started')[0]).toMatchObject({fallback: {executor: 'command'}});
  });

  it('takes over at once from an agent that is not logged in', async () => {
    const {finished} = await begin([LOGGED_OUT, [{stdout: 'painted'}], DONE], {fallback: OTHER});
    expect(finished.ending).toBe('verified');
    expect(all(world, 'run_retry')).toMatchObject([
      {how: 'fallback', executor: 'command', delayMs: 0, reason: 'Invalid API key · Please run /login'},
    ]);
  });

  it('takes over from a program that is not there', async () => {
    const {finished} = await begin([[{stdout: 'painted'}], DONE], {
      worker: program('/no/such/program'),
      fallback: OTHER,
    });
    expect(finished.ending).toBe('verified');
    expect(prompts(world)[0]).toBe('paint the shed');
  });

  it('is told that work may be partly done by none but its own role', async () => {
    const audited = verdict({verdict: 'RETRY', reason: 'bare', feedback: 'paint the north wall'});
    await begin([[painting('t1'), ...claudeSays('half')], audited, LOGGED_OUT, [{stdout: 'whole'}], DONE], {
      fallback: OTHER,
    });
    expect(prompts(world)[3]).toContain('paint the north wall');
    expect(prompts(world)[3]).not.toContain('was cut off');
  });

  it('judges when the auditor cannot', async () => {
    const answer = [{stdout: '{"verdict":"DONE","reason":"seen"}'}];
    const {finished} = await begin([claudeSays('painted'), LOGGED_OUT, answer], {fallback: OTHER});
    expect(finished).toMatchObject({ending: 'verified', reason: 'seen'});
  });

  it('that fails too ends the session', async () => {
    const {finished} = await begin([LOGGED_OUT, BROKEN], {fallback: OTHER, rules: {agentRetries: 1}});
    expect(finished.ending).toBe('failed');
    expect(retries().map(({how}) => how)).toEqual(['fallback', 'again']);
  });

  it("never goes on in another agent's session, nor does the first agent in its", async () => {
    world = await createWorld({runs: [LOGGED_OUT, fails('no'), claudeSays('painted'), DONE]});
    writeClaudeSession();
    const cline = {...OTHER, worker: scripted('cline-2')};
    await play(world, {fallback: cline, rules: {agentRetries: 0}});
    expect(world.starts()[1]!.argv).not.toContain('claude-session');
    await goOn(world, {rules: {agentRetries: 0}});
    expect(world.starts()[2]!.argv).not.toContain('--resume');
    expect(all(world, 'note').at(-1)).toMatchObject({code: 'AGENT_SESSION_NEW'});
  });
});

function writeClaudeSession(): void {
  const projects = join(world.home, '.claude/projects/somewhere');
  mkdirSync(projects, {recursive: true});
  writeFileSync(join(projects, 'claude-session.jsonl'), '');
}
