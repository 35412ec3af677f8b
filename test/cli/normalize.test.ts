import {copyFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place, parseLines, until} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

function file(name: string, lines: readonly unknown[]): string {
  const path = join(place.work, name);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

const result = {type: 'result', subtype: 'success', is_error: false, result: 'Done.', session_id: 's'};
const task = {type: 'task_started', taskId: '1', ts: 1};
const completion = {type: 'say', say: 'completion_result', text: 'All done.', partial: false, ts: 2};

describe('oneshot normalize', () => {
  it('turns a recording into event lines that end in run_finished', async () => {
    file('out', [result]);
    const {code, stdout, stderr} = await place.run([
      'normalize',
      '--executor',
      'claude',
      '--exit-code',
      '0',
      'out',
    ]);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    const events = parseLines(stdout);
    expect(events.map(({seq}) => seq)).toEqual(events.map((_, index) => index + 1));
    for (const event of events)
      expect(event).toMatchObject({at: 0, session: '-', iteration: 1, role: 'worker'});
    expect(events.at(-1)).toMatchObject({
      type: 'run_finished',
      outcome: 'completed',
      text: 'Done.',
      exitCode: 0,
    });
  });

  it('reads stdin, and does not know the exit unless told', async () => {
    const input = `${JSON.stringify(result)}\n`;
    for (const args of [[], ['-']]) {
      const {stdout} = await place.run(['normalize', '--executor', 'claude', ...args], {input});
      expect(parseLines(stdout).at(-1)).toMatchObject({outcome: 'completed', exitCode: null, signal: null});
    }
  });

  it('takes signal, stop and stderr into account', async () => {
    file('out', []);
    writeFileSync(join(place.work, 'err'), 'it broke\n');
    const args = ['--exit-signal', 'SIGTERM', '--stopped', '--stderr', 'err', 'out'];
    const {stdout} = await place.run(['normalize', '--executor', 'command', ...args]);
    const events = parseLines(stdout);
    expect(events[0]).toMatchObject({
      type: 'unparsed',
      text: 'it broke',
      raw: {stream: 'stderr', offset: 0, length: 9},
    });
    expect(events.at(-1)).toMatchObject({outcome: 'canceled', signal: 'SIGTERM'});
  });

  it('tells the generations of Cline apart by what they wrote', async () => {
    file('c2', [task, completion]);
    const two = await place.run(['normalize', '--executor', 'cline', '--exit-code', '0', 'c2']);
    expect(parseLines(two.stdout).at(-1)).toMatchObject({outcome: 'completed', text: 'All done.'});
    file('c3', [{type: 'run_result', finishReason: 'completed', text: 'Three.', ts: '2026-11-01T00:00:00Z'}]);
    const three = await place.run(['normalize', '--executor', 'cline', '--exit-code', '0', 'c3']);
    expect(parseLines(three.stdout).at(-1)).toMatchObject({outcome: 'completed', text: 'Three.'});
  });

  it.each([
    [['missing'], /^oneshot: UNREADABLE_FILE: cannot read .*missing: ENOENT.*\n$/],
    [['.'], /^oneshot: UNREADABLE_FILE: cannot read .*: it is a folder\. .*\n$/],
    [['--stderr', 'missing', 'out'], /^oneshot: UNREADABLE_FILE: cannot read .*missing/],
  ])('refuses what it cannot read: %j', async (args, line) => {
    file('out', [result]);
    const {code, stdout, stderr} = await place.run(['normalize', '--executor', 'claude', ...args]);
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toMatch(line);
  });

  it('ends when its reader goes away', async () => {
    file(
      'out',
      Array.from({length: 50_000}, (_, index) => ({type: 'new', index})),
    );
    copyFileSync(join(place.work, 'out'), join(place.work, 'copy'));
    const {child, stdout, ended} = place.start(['normalize', '--executor', 'claude', 'copy']);
    await until(() => stdout() !== '');
    child.stdout!.destroy();
    expect(await ended).toMatchObject({code: 0, stderr: ''});
  });
});
