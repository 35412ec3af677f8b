import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {claudeSays, type Step} from '../support/session.ts';
import {Place, parseLines} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
  place.installClaude();
});

afterEach(() => place.remove());

const SCRIPT = () => join(place.home, 'script.json');

function script(...runs: Step[][]): {SCRIPT: string} {
  writeFileSync(SCRIPT(), JSON.stringify(runs));
  return {SCRIPT: SCRIPT()};
}

const prompts = () =>
  readFileSync(`${SCRIPT()}.starts`, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).stdin as string);

/** Cline 3, logged in, that says one thing. */
function installCline(said: object): void {
  const path = join(place.home, 'cline.mjs');
  const version = "process.argv.includes('--version') ? '3.0.65'";
  writeFileSync(path, `console.log(${version} : ${JSON.stringify(JSON.stringify(said))});`);
  place.install('cline', path, {name: 'cline', version: '3.0.65'});
  logInToCline();
}

function logInToCline(): void {
  const settings = join(place.home, '.cline', 'data', 'settings');
  mkdirSync(settings, {recursive: true});
  writeFileSync(join(settings, 'providers.json'), JSON.stringify({providers: {openai: {}}}));
}

const DONE = claudeSays('{"verdict":"DONE","reason":"I looked."}');

describe('checks of the command line', () => {
  it('send the worker back, and are shown', async () => {
    const painted: Step[] = [{writeFile: ['painted', '']}, ...claudeSays('Second.')];
    const env = script(claudeSays('First.'), painted, DONE);
    const {code, stdout, stderr} = await place.run(
      ['do it', '--check', 'test -e painted', '--check', 'true'],
      {env},
    );
    expect({code, stdout}).toEqual({code: 0, stdout: 'Second.\n'});
    expect(stderr).toMatch(/check red: test -e painted \(.*\): exit code 1/);
    expect(stderr).toMatch(/check green: test -e painted/);
    const shown = JSON.parse((await place.run(['show', 'last', '--json'])).stdout);
    expect(
      shown.iterations.map(({checks}: {checks: {result: string}[]}) => checks.map(({result}) => result)),
    ).toEqual([
      ['red', 'green'],
      ['green', 'green'],
    ]);
  });

  it('alone verify the work: exit code 0, or 3', async () => {
    const env = script(claudeSays('First.'));
    const green = await place.run(['do it', '--no-audit', '--check', 'true'], {env});
    expect(green).toMatchObject({code: 0, stderr: expect.stringContaining('verified after 1 iteration')});
    const red = await place.run(['do it', '--no-audit', '--check', 'false', '--max-iterations', '1'], {env});
    expect(red).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('NOT_VERIFIED: Not accepted after 1 iteration. A check is red: false.'),
    });
  });

  it('that say nothing end with exit code 3 and the reason', async () => {
    const env = script(claudeSays('First.'));
    const ended = await place.run(['do it', '--check', 'no-such-command'], {env});
    expect(ended).toMatchObject({code: 3, stderr: expect.stringContaining('there is no such command')});
    const slow = await place.run(['do it', '--check', 'exec sleep 60', '--check-timeout', '100ms'], {env});
    expect(slow).toMatchObject({code: 3, stderr: expect.stringContaining('says nothing')});
  });
});

describe('the other rules', () => {
  it('are in the log, and hold when the session is resumed', async () => {
    writeFileSync(join(place.work, 'criteria.md'), 'Every wall is red.\n');
    const env = script(claudeSays('First.'), DONE);
    const rules = [
      '--criteria',
      'criteria.md',
      '--max-cost',
      '0.5',
      '--max-turns',
      '9',
      '--agent-retries',
      '0',
    ];
    const {code, stdout} = await place.run(['do it', '--json', ...rules], {env});
    expect(code).toBe(3);
    expect(parseLines(stdout)[0]).toMatchObject({
      rules: {
        criteria: 'Every wall is red.\n',
        budget: {maxCostUsd: 0.5, maxTokens: null, maxTurns: 9},
        agentRetries: 0,
      },
    });
    expect(parseLines(stdout).at(-1)).toMatchObject({ending: 'over-budget'});
    expect(await place.run(['resume', 'last'], {env})).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--max-cost'),
    });
    expect(await place.run(['resume', 'last', '--max-cost', 'off'], {env})).toMatchObject({code: 0});
    expect(prompts()[1]).toContain('Every wall is red.');
  });

  it('name a fallback that takes over', async () => {
    const loggedOut = claudeSays('Invalid API key · Please run /login', {is_error: true}).concat({exit: 1});
    installCline({type: 'run_result', finishReason: 'completed', text: 'Second.'});
    const env = script(loggedOut);
    const ended = await place.run(['do it', '--no-audit', '--fallback-executor', 'cline'], {env});
    expect(ended).toMatchObject({code: 0, stdout: 'Second.\n'});
  });

  it('hold for an agent in both roles, which is looked for once when the session is resumed', async () => {
    const asked = join(place.home, 'asked');
    const cline = `#!/bin/sh\ncase "$*" in *--version*) echo x >> '${asked}'; echo 3.0.65 ;; *) exit 3 ;; esac\n`;
    writeFileSync(join(place.bin, 'cline'), cline, {mode: 0o755});
    logInToCline();
    await place.run(['do it', '--executor', 'cline', '--agent-retries', '0']);
    writeFileSync(asked, '');
    const {stderr} = await place.run(['resume', 'last']);
    expect(stderr).toContain('the worker failed: it works on');
    expect(readFileSync(asked, 'utf8')).toBe('x\n');
  });

  it.each([
    [['--check', '']],
    [['--check-timeout', '0']],
    [['--max-cost', '-1']],
    [['--max-cost', 'cheap']],
    [['--max-tokens', '0.5k tokens']],
    [['--max-turns', '0']],
    [['--agent-retries', '-1']],
    [['--fallback-executor', 'nobody']],
  ])('refuse %j', async (args) => {
    const {code, stderr} = await place.run(['do it', ...args]);
    expect({code, stderr}).toMatchObject({code: 2, stderr: expect.stringContaining(args[0]!)});
  });

  it('refuse criteria that are empty or not there', async () => {
    writeFileSync(join(place.work, 'empty.md'), ' \n');
    const empty = await place.run(['do it', '--criteria', 'empty.md']);
    expect(empty).toMatchObject({code: 2, stderr: expect.stringContaining('EMPTY_CRITERIA')});
    expect(await place.run(['do it', '--criteria', 'none.md'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('UNREADABLE_FILE'),
    });
  });

  it('of a project file run nothing before it is trusted', async () => {
    mkdirSync(join(place.work, '.git'));
    writeFileSync(join(place.work, '.oneshot.json'), JSON.stringify({check: ['touch ran']}));
    const env = script(claudeSays('First.'));
    const refused = await place.run(['do it', '--no-audit'], {env});
    expect(refused).toMatchObject({code: 2, stderr: expect.stringContaining('oneshot trust')});
    expect(existsSync(join(place.work, 'ran'))).toBe(false);
    await place.run(['trust']);
    expect(await place.run(['do it', '--no-audit'], {env})).toMatchObject({code: 0});
    expect(existsSync(join(place.work, 'ran'))).toBe(true);
  });
});
