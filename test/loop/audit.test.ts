import {spawnSync} from 'node:child_process';
import {closeSync, mkdirSync, openSync, realpathSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {claudeSays, createWorld, type Step, type World} from '../support/session.ts';
import {all, BROKEN, DONE, goOn, type PlayOptions, play, prompts} from './play.ts';

let world: World;
afterEach(() => world.remove());

async function begin(runs: Step[][], options: PlayOptions = {}) {
  world = await createWorld({runs});
  return play(world, options);
}

const tool: Step = {
  json: {
    type: 'assistant',
    message: {id: 't', content: [{type: 'tool_use', id: 't', name: 'Bash', input: {command: 'paint --red'}}]},
    parent_tool_use_id: null,
    session_id: 'claude-session',
  },
};

const writes = (name: string): Step => ({writeFile: [name, 'red\n']});
const verdicts = () => all(world, 'verdict').map(({verdict, how}) => [verdict, how]);

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  const {status, stderr} = spawnSync('git', [...identity, ...args], {
    cwd: world.context.cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

describe('the auditor', () => {
  it('is shown the task, the criteria, the words, the changes and the tool calls', async () => {
    await begin([[tool, writes('wall'), ...claudeSays('painted')], DONE], {
      rules: {criteria: 'Every wall is red.'},
    });
    const [, prompt = ''] = prompts(world);
    expect(prompt).toContain('<task>\npaint the shed\n</task>');
    expect(prompt).toContain('<criteria>\nEvery wall is red.\n</criteria>');
    expect(prompt).toContain('<worker_text>\npainted\n</worker_text>');
    expect(prompt).toMatch(/<diff>\nadded: wall\n/);
    expect(prompt).toMatch(/<tool_calls>\n.*execute: .*paint --red/);
    expect(prompt).not.toContain('<checks>');
  });

  it('is asked for an answer by schema, where its agent can be held to one', async () => {
    await begin([claudeSays('painted'), DONE]);
    const [worker, auditor] = world.starts().map(({argv}) => argv);
    const schema = JSON.parse(auditor![auditor!.indexOf('--json-schema') + 1]!);
    expect(schema.required).toEqual(['verdict', 'reason', 'criteria', 'feedback']);
    expect(worker).not.toContain('--json-schema');
  });

  it('that fails in spite of all tries leaves the work unverified', async () => {
    const {finished} = await begin([claudeSays('painted'), BROKEN], {rules: {agentRetries: 1}});
    expect(finished).toMatchObject({ending: 'unverified', reason: expect.stringContaining('out of paint')});
    expect(world.starts()).toHaveLength(3);
    expect(verdicts()).toEqual([[null, 'none']]);
  });

  it('that may not use its model leaves it so at once, and says what to do', async () => {
    const refused = claudeSays('Invalid API key · Please run /login', {is_error: true});
    const {finished} = await begin([claudeSays('painted'), refused], {rules: {agentRetries: 2}});
    expect(finished).toMatchObject({
      ending: 'unverified',
      reason:
        'The auditor failed: Invalid API key · Please run /login. Log in with the agent itself, or correct its key.',
    });
    expect(world.starts()).toHaveLength(2);
  });

  it('that is not there cannot look at criteria, which a warning says', async () => {
    const rules = {criteria: 'Every wall is red.', checks: ['true']};
    await begin([claudeSays('painted')], {auditor: null, rules});
    const warnings = all(world, 'note').filter(({level}) => level === 'warning');
    expect(warnings.map(({code}) => code)).toEqual(['CRITERIA_UNUSED']);
    await world.remove();
    await begin([claudeSays('painted'), DONE], {rules});
    expect(all(world, 'note').filter(({level}) => level === 'warning')).toEqual([]);
  });

  it('that is unclear twice leaves the work unverified', async () => {
    const {finished} = await begin([claudeSays('painted'), claudeSays('fine'), claudeSays('very fine')]);
    expect(finished.ending).toBe('unverified');
    expect(verdicts()).toEqual([
      [null, 'none'],
      [null, 'none'],
    ]);
  });
});

describe('an auditor that writes', () => {
  it('has no say, and is asked once more', async () => {
    const {finished} = await begin([claudeSays('painted'), [writes('wall'), ...DONE], DONE]);
    expect(finished.ending).toBe('verified');
    expect(verdicts()).toEqual([
      [null, 'voided'],
      ['DONE', 'json'],
    ]);
    expect(prompts(world)[2]).toMatch(
      /^Your verdict does not count\. .* at work.*: wall\. Change nothing this time/,
    );
  });

  it('again leaves the work unverified, and another audit can follow', async () => {
    const {finished} = await begin([
      claudeSays('painted'),
      [writes('a'), ...DONE],
      [writes('b'), ...DONE],
      DONE,
    ]);
    expect(finished).toMatchObject({
      ending: 'unverified',
      reason: 'Files changed while the auditor was at work, so that its verdict does not count: b',
    });
    expect((await goOn(world)).finished.ending).toBe('verified');
  });

  it('names no more than five files', async () => {
    const files = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(writes);
    await begin([claudeSays('painted'), [...files, ...DONE], DONE]);
    expect(all(world, 'verdict')[0]!.reason).toMatch(/: a, b, c, d, e, 2 more$/);
  });

  it('is noticed in a repository, in a folder of it too', async () => {
    world = await createWorld({runs: [claudeSays('painted'), [writes('../top'), ...DONE], DONE]});
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'a');
    const cwd = join(world.context.cwd, 'sub');
    mkdirSync(cwd);
    await play({...world, context: {...world.context, cwd}});
    expect(all(world, 'verdict')[0]).toMatchObject({how: 'voided', reason: expect.stringMatching(/: top$/)});
  });

  it('is noticed when it commits', async () => {
    world = await createWorld({runs: [claudeSays('painted'), [{untilFile: '.git/go'}, ...DONE], DONE]});
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'a');
    world.context.log.addView(({type, role}) => {
      if (type !== 'run_started' || role !== 'auditor' || all(world, 'verdict').length > 0) return;
      git('commit', '-q', '--allow-empty', '-m', 'b');
      closeSync(openSync(join(world.context.cwd, '.git/go'), 'w'));
    });
    await play(world);
    expect(all(world, 'verdict')[0]).toMatchObject({
      how: 'voided',
      reason: expect.stringContaining('another commit or branch is checked out'),
    });
  });
});

it('is told that there is no diff where the files cannot be looked at, and so is the user, once', async () => {
  world = await createWorld({runs: [claudeSays('painted'), DONE]});
  git('init', '-q');
  const bin = join(world.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), '#!/bin/sh\necho "fatal: out of paint" >&2\nexit 1\n', {mode: 0o755});
  const env = {...world.context.env, PATH: `${bin}:${world.context.env.PATH}`};
  const {finished} = await play({...world, context: {...world.context, env}});
  expect(finished.ending).toBe('verified');
  expect(all(world, 'note').filter(({code}) => code === 'FILES_UNKNOWN')).toMatchObject([
    {
      level: 'warning',
      text: expect.stringContaining('cannot be told: git rev-parse failed: fatal: out of paint. No'),
    },
  ]);
  expect(prompts(world)[1]).toContain('(there is no diff: git rev-parse failed: fatal: out of paint)');
});

describe('a file that another process has open for writing', () => {
  async function audited(openAs: string, written: string): Promise<void> {
    world = await createWorld({
      runs: [claudeSays('painted'), [{stdout: '\n'}, writes(written), ...DONE], DONE],
    });
    const path = join(realpathSync(world.home), openAs);
    mkdirSync(join(path, '..'), {recursive: true});
    const descriptor = openSync(path, 'a');
    world.context.log.addView(({type}) => {
      if (type === 'run_started') writeSync(descriptor, 'a line\n');
    });
    await play(world);
    closeSync(descriptor);
  }

  it.runIf(process.platform === 'linux')('such as our own output, voids no verdict', async () => {
    await audited('work/session.log', '../elsewhere');
    expect(verdicts()).toEqual([['DONE', 'json']]);
  });

  it('somewhere else hides no file of the same name', async () => {
    await audited('other/wall', 'wall');
    expect(verdicts()[0]).toEqual([null, 'voided']);
  });
});
