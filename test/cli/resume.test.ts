import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place, until} from './program.ts';

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** The demo, killed as soon as an event of this type is recorded. */
async function killedDemo(type: string): Promise<void> {
  const {child, ended} = place.start(['demo'], {env: {TMPDIR: place.work}});
  await until(() => place.hasEvent(type));
  child.kill('SIGKILL');
  await ended;
}

const types = (type: string) => place.events().filter((event) => event.type === type);

describe('oneshot resume', () => {
  it.each(['tool_call', 'verdict'])('goes on after kill -9 at the first %s', async (type) => {
    await killedDemo(type);
    const {code, stdout, stderr} = await place.run(['resume', '--takeover']);
    expect({code, stdout}, stderr).toEqual({
      code: 0,
      stdout: 'I added the missing last line to haiku.txt.\n',
    });
    const events = place.events();
    expect(events.map(({seq}) => seq)).toEqual(events.map((_, index) => index + 1));
    const iterations = types('iteration_started').map(({iteration}) => iteration);
    expect(iterations).toEqual([...new Set(iterations)]);
    expect(types('session_resumed')).toHaveLength(1);
    expect(types('run_finished')).toHaveLength(types('run_started').length);
    expect(types('session_finished')).toMatchObject([{ending: 'verified'}]);
  });

  it('has nothing to do for a session that is done, but takes more instructions', async () => {
    await place.run(['--no-audit', '--executor', 'command', '--agent-arg', 'cat', 'say it']);
    const done = await place.run(['resume']);
    expect(done.code, done.stderr).toBe(2);
    const next = `oneshot resume ${place.sessions()[0]} "more instructions"`;
    expect(done.stderr).toMatch(new RegExp(`NOTHING_TO_RESUME: .*${next}`));
    const {code, stdout, stderr} = await place.run(['resume', 'say it louder']);
    expect(code).toBe(0);
    expect(stderr).toContain('done, without an audit');
    expect(stderr).not.toMatch(/NOT_VERIFIED|iteration/);
    expect(stdout).toMatch(/## The user adds\n\n`+text\nsay it louder\n/);
  });

  it('tells of keys in a configuration file that mean nothing here, as a task does', async () => {
    await place.run(['--no-audit', '--executor', 'command', '--agent-arg', 'cat', 'say it']);
    writeFileSync(join(place.home, '.oneshot.json'), '{"max_concurrent": 3}');
    const {code, stderr} = await place.run(['resume', 'say it louder']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('max_concurrent');
    expect(types('note')).toContainEqual(
      expect.objectContaining({code: 'CONFIG_KEY_IGNORED', text: expect.stringContaining('max_concurrent')}),
    );
  });

  it('needs the folder that the session works in', async () => {
    await place.run(['demo'], {env: {TMPDIR: place.work}});
    const gone = await place.run(['resume', 'last']);
    expect(gone).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/CWD_UNUSABLE: .*put that folder back/),
    });
  });

  it('has one winner when two try at once', async () => {
    await killedDemo('tool_call');
    const ends = await Promise.all([0, 1].map(() => place.run(['resume', '--takeover'])));
    expect(ends.map(({code}) => code).toSorted(), ends.map(({stderr}) => stderr).join('\n')).toEqual([0, 1]);
    expect(ends.find(({code}) => code === 1)?.stderr).toContain('SESSION_LOCKED');
    expect(types('session_finished')).toHaveLength(1);
  });

  it('refuses an unknown session, a recorded command and too many words', async () => {
    expect(await place.run(['resume', 'nosuch'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SESSION_NOT_FOUND'),
    });
    expect(await place.run(['resume', '../x'])).toMatchObject({code: 2});
    expect(await place.run(['resume', 'a', 'b', 'c'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('quote what you add'),
    });
    await place.run(['exec', '--', 'true']);
    const log = readFileSync(place.recorded('events.jsonl'), 'utf8');
    const {code, stderr} = await place.run(['resume']);
    expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining('NOTHING_TO_RESUME')});
    expect(readFileSync(place.recorded('events.jsonl'), 'utf8')).toBe(log);
  });
});
