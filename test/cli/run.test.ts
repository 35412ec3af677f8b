import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {claudeSays, type Step} from '../support/session.ts';
import {Place, parseLines, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
  place.installClaude();
});

afterEach(() => place.remove());

/** Writes what the agent does in each of its runs; returns the environment that makes it so. */
function script(...runs: Step[][]): {SCRIPT: string} {
  const path = join(place.home, 'script.json');
  writeFileSync(path, JSON.stringify(runs));
  return {SCRIPT: path};
}

/** How the agent was started, run by run. */
function starts(): {argv: string[]; stdin: string; pid: number}[] {
  const lines = readFileSync(join(place.home, 'script.json.starts'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

const verdict = (word: string, feedback: string | null = null) =>
  claudeSays(JSON.stringify({verdict: word, reason: 'I looked.', feedback}));

const failed = (text: string) => claudeSays(text, {is_error: true, api_error_status: 404}).concat({exit: 1});

describe('oneshot "task"', () => {
  it('ends with exit code 0 and the final words on stdout once the auditor says DONE', async () => {
    const env = script(
      claudeSays('First.'),
      verdict('RETRY', 'More.'),
      claudeSays('Second.'),
      verdict('DONE'),
    );
    const {code, stdout, stderr} = await place.run(['do it'], {env});
    expect({code, stdout}).toEqual({code: 0, stdout: 'Second.\n'});
    const shown = [
      'iteration 1 of 5',
      'First.',
      'verdict RETRY: I looked.',
      'feedback: More.',
      'iteration 2 of 5',
    ];
    const wanted = [
      ...shown,
      'Second.',
      'verified after 2 iterations: I looked.',
      `recorded in ${place.recorded('')}`,
    ];
    const positions = wanted.map((text) => stderr.indexOf(text.replace(/\/$/, '')));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions[0]).toBeGreaterThanOrEqual(0);
    expect(stderr).not.toContain('\x1b');
  });

  it('prints the event log, complete and nothing else, under --json', async () => {
    const env = script(claudeSays('Done.'), verdict('DONE'));
    const {code, stdout} = await place.run(['--json', 'do it'], {env});
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(place.recorded('events.jsonl'), 'utf8'));
    const events = parseLines(stdout);
    expect(events.map(({seq}) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({type: 'session_started', task: 'do it', audit: true});
    expect(events.at(-1)).toMatchObject({type: 'session_finished', ending: 'verified'});
  });

  it('says in a note which agent auto has chosen', async () => {
    const {code} = await place.run(['do it'], {env: script(claudeSays('Done.'), verdict('DONE'))});
    expect(code).toBe(0);
    const notes = place.events().filter((event) => event.type === 'note');
    expect(notes).toMatchObject([
      {level: 'info', code: 'EXECUTOR_CHOSEN', text: 'The worker is claude 2.1.197.'},
    ]);
  });

  it('says nothing on stderr when it is quiet and all is well', async () => {
    const env = script(claudeSays('Done.'), verdict('DONE'));
    expect(await place.run(['--quiet', 'do it'], {env})).toMatchObject({
      code: 0,
      stdout: 'Done.\n',
      stderr: '',
    });
  });

  it('asks no auditor under --no-audit, and then completed is enough', async () => {
    const env = script(claudeSays('Done.'));
    const {code, stdout, stderr} = await place.run(['--no-audit', 'do it'], {env});
    expect({code, stdout}).toEqual({code: 0, stdout: 'Done.\n'});
    expect(stderr).toContain('done, without an audit');
    expect(starts()).toHaveLength(1);
  });

  it.each([
    ['exhausted', ['--max-iterations', '1'], () => [claudeSays('No.'), verdict('RETRY')], 3, 'NOT_VERIFIED'],
    ['impossible', [], () => [claudeSays('No.'), verdict('IMPOSSIBLE')], 4, 'IMPOSSIBLE'],
    ['without a verdict', [], () => [claudeSays('No.'), claudeSays('Looks good!')], 3, 'NOT_VERIFIED'],
    ['failed', [], () => [failed('Internal error')], 1, 'AGENT_FAILED'],
    ['cut off', [], () => [claudeSays('No.').slice(0, 2)], 1, 'OUTPUT_TRUNCATED'],
    [
      'refused for its model',
      ['--worker-model', 'gpt-0'],
      () => [failed("There's an issue with the selected model (gpt-0).")],
      1,
      'MODEL_REFUSED',
    ],
  ])('that is %s ends with one line and its own exit code', async (_name, flags, runs, code, problem) => {
    const ended = await place.run(['--quiet', ...flags, 'do it'], {env: script(...runs())});
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(new RegExp(`^oneshot: ${problem}: .*\\.\\n$`));
  });

  it('gives the prompt to the agent exactly, from a file and from stdin', async () => {
    const task = '\ufefffirst line\r\n\n  é 日本 "quoted" $HOME \\ end';
    writeFileSync(join(place.work, 'task.md'), task);
    await place.run(['--no-audit', '--file', 'task.md'], {env: script(claudeSays('Done.'))});
    await place.run(['--no-audit', '-'], {env: script(claudeSays('Done.')), input: task});
    expect(starts().map(({stdin}) => stdin)).toEqual([task, task]);
  });

  it('passes model, mode and extra arguments on, and lets the auditor only read', async () => {
    const flags = [
      '--worker-model',
      'big',
      '--auditor-model',
      'small',
      '--permission-mode',
      'edit',
      '--agent-arg',
      '--foo',
    ];
    await place.run([...flags, 'do it'], {env: script(claudeSays('Done.'), verdict('DONE'))});
    const started = place.events().filter((event) => event.type === 'run_started');
    expect(started).toMatchObject([
      {role: 'worker', model: 'big', permissionMode: 'edit'},
      {role: 'auditor', model: 'small', permissionMode: 'read'},
    ]);
    for (const {argv} of starts()) expect(argv).toContain('--foo');
  });

  it('runs any command as worker and as auditor', async () => {
    const args = ['--executor', 'command', '--agent-arg', 'sh', '--agent-arg', '-c', '--agent-arg'];
    const both = 'grep -q auditor && echo \'{"verdict":"DONE","reason":"seen"}\' || echo worked';
    const {code, stdout, stderr} = await place.run([...args, both, 'do it']);
    expect({code, stdout}).toEqual({code: 0, stdout: 'worked\n'});
    expect(stderr).toContain('oneshot: warning: AUDITOR_CAN_WRITE: ');
  });

  it('shows text while the agent still works', async () => {
    const steps = [...claudeSays('Working on it').slice(0, 2), {untilSignal: true}];
    const {child, stderr, ended} = place.start(['do it'], {env: script(steps)});
    await until(() => stderr().includes('Working on it'));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  it('goes on when the reader of stdout goes away', async () => {
    const lines = Array.from({length: 3000}, () => claudeSays('Working').at(1)!);
    const {child, stdout, ended} = place.start(['--json', 'do it'], {
      env: script([...lines, ...claudeSays('Done.')], verdict('DONE')),
    });
    await until(() => stdout().includes('\n'));
    child.stdout!.destroy();
    expect((await ended).code).toBe(0);
    expect(place.events().at(-1)).toMatchObject({type: 'session_finished', ending: 'verified'});
  });

  it('goes on when stderr is closed', async () => {
    const lines = Array.from({length: 1000}, () => claudeSays('Working').at(1)!);
    const {child, stderr, ended} = place.start(['do it'], {
      env: script([...lines, ...claudeSays('Done.')], verdict('DONE')),
    });
    await until(() => stderr() !== '');
    child.stderr!.destroy();
    expect(await ended).toMatchObject({code: 0, stdout: 'Done.\n'});
  });
});

describe('signals', () => {
  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('the first %s stops the agent cleanly', async (signal, code) => {
    const {child, ended} = place.start(['--json', 'do it'], {env: script([{untilSignal: true}])});
    await until(() => place.hasEvent('run_started'));
    child.kill(signal);
    const {code: exitCode, stdout} = await ended;
    expect(exitCode).toBe(code);
    const events = parseLines(stdout);
    expect(events.filter((event) => event.type === 'signal_sent')).toMatchObject([{signal: 'SIGINT'}]);
    expect(events.at(-1)).toMatchObject({type: 'session_finished', ending: 'interrupted'});
  });

  it('the second one kills it at once', async () => {
    const stubborn = [
      {ignore: ['SIGINT', 'SIGTERM']},
      ...claudeSays('Never!').slice(0, 2),
      {untilSignal: true},
    ];
    const {child, stdout, ended} = place.start(['--json', 'do it'], {env: script(stubborn)});
    await until(() => stdout().includes('Never!'));
    child.kill('SIGINT');
    await until(() => stdout().includes('signal_sent'));
    await new Promise((done) => setTimeout(done, 60));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const signals = place.events().flatMap((event) => (event.type === 'signal_sent' ? [event.signal] : []));
    expect(signals).toEqual(['SIGINT', 'SIGKILL']);
  });
});
