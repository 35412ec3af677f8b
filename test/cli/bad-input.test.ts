import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {agentFixture, Place} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

/** One line on stderr, nothing on stdout, nothing recorded. */
async function expectRefusal(
  args: string[],
  code: number,
  line: RegExp,
  env = {},
  input = '',
): Promise<void> {
  const ended = await place.run(args, {env, input});
  expect(ended).toMatchObject({code, stdout: ''});
  expect(ended.stderr).toMatch(line);
  expect(ended.stderr.match(/\n/g)).toHaveLength(1);
  expect(place.sessions()).toEqual([]);
}

describe('bad input is refused in one line, with a code and the next step, and nothing is recorded', () => {
  it('no agent installed', () =>
    expectRefusal(
      ['do it'],
      127,
      /^oneshot: AGENT_NOT_FOUND: no agent is installed: neither claude nor cline .*npm install/,
    ));

  it.each(['claude', 'cline'])('%s not installed', (name) =>
    expectRefusal(
      ['--executor', name, 'do it'],
      127,
      new RegExp(`^oneshot: AGENT_NOT_FOUND: .*${name}.*install`),
    ),
  );

  it('a command that is not there', () =>
    expectRefusal(
      ['--executor', 'command', '--agent-arg', 'nope', 'do it'],
      127,
      /^oneshot: AGENT_NOT_FOUND: nope is not on PATH/,
    ));

  it('an unknown executor', () =>
    expectRefusal(['--executor', 'nope', 'do it'], 2, /^oneshot: UNKNOWN_EXECUTOR: .*claude/));

  it('an invalid option value', () =>
    expectRefusal(['--max-iterations', 'x', 'do it'], 2, /^oneshot: INVALID_OPTION: --max-iterations "x"/));

  it('a limit that contradicts another', () =>
    expectRefusal(
      ['--idle-timeout', '2h', 'do it'],
      2,
      /^oneshot: INVALID_OPTION: --idle-timeout 2h is longer than --max-timeout 1h.*Raise --max-timeout/,
    ));

  it('a session that is not there', () =>
    expectRefusal(['explain', 'x'], 2, /^oneshot: SESSION_NOT_FOUND: /));

  it('a mistyped command', () => expectRefusal(['dcotor'], 2, /^oneshot: UNKNOWN_COMMAND: .*oneshot doctor/));

  it('several arguments', () => expectRefusal(['do', 'it'], 2, /^oneshot: USAGE: .*Quote the task/));

  it.each([
    ['given', [' ']],
    ['on stdin', ['-']],
  ])('an empty prompt %s', (_where, args) =>
    expectRefusal(args, 2, /^oneshot: EMPTY_PROMPT: the task is empty/),
  );

  it('an unreadable file', async () => {
    await expectRefusal(
      ['--file', 'missing.md'],
      2,
      /^oneshot: UNREADABLE_FILE: cannot read .*missing\.md: ENOENT/,
    );
    await expectRefusal(['--file', '.'], 2, /^oneshot: UNREADABLE_FILE: .*EISDIR/);
  });

  it('a working directory that is not there, or is a file', async () => {
    await expectRefusal(['--cwd', 'nowhere', 'do it'], 2, /^oneshot: CWD_UNUSABLE: .*nowhere.*--cwd/);
    writeFileSync(join(place.work, 'file'), '');
    await expectRefusal(['--cwd', 'file', 'do it'], 2, /^oneshot: CWD_UNUSABLE: .*not a folder/);
    await expectRefusal(['exec', '--cwd', 'file', '--', 'true'], 2, /^oneshot: CWD_UNUSABLE/);
  });

  it('a state folder that cannot be written, before the agent is started', async () => {
    place.installClaude();
    writeFileSync(join(place.home, 'plain'), '');
    const env = {ONESHOT_HOME: join(place.home, 'plain', 'state'), SCRIPT: join(place.home, 'script.json')};
    writeFileSync(env.SCRIPT, '[[]]');
    await expectRefusal(['do it'], 2, /^oneshot: STATE_UNWRITABLE: .*ONESHOT_HOME/, env);
    await expectRefusal(['exec', '--', 'touch', 'started'], 2, /^oneshot: STATE_UNWRITABLE/, env);
    expect(() => chmodSync(`${env.SCRIPT}.starts`, 0o600)).toThrow('ENOENT');
    expect(() => chmodSync(join(place.work, 'started'), 0o600)).toThrow('ENOENT');
  });

  it('a permission mode that the agent does not have', async () => {
    const args = ['--executor', 'command', '--agent-arg', 'true', '--permission-mode', 'full', 'do it'];
    await expectRefusal(args, 2, /^oneshot: PERMISSION_MODE_UNSUPPORTED: .*agent/);
  });

  it('an agent where nobody is logged in', async () => {
    place.install('cline', agentFixture('fake-cline.mjs'), {name: 'cline', version: '3.0.65'});
    await expectRefusal(['--executor', 'cline', 'do it'], 1, /^oneshot: AGENT_NOT_LOGGED_IN: .*cline auth/);
  });
});

describe('--debug', () => {
  it('adds the stack to an error', async () => {
    const {stderr} = await place.run(['--debug', '--file', 'missing.md']);
    expect(stderr).toMatch(
      /^oneshot: UNREADABLE_FILE: .*\nOneshotError: cannot read .*\n {4}at [\s\S]*caused by: .*ENOENT/,
    );
  });

  it('behind -- belongs to the program', async () => {
    const {stderr} = await place.run(['exec', '--', 'nope', '--debug']);
    expect(stderr.match(/\n/g)).toHaveLength(1);
  });
});
