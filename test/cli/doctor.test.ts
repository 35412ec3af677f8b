import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {isAtLeast} from '../../src/cli/diagnosis.ts';
import {agentFixture, Place} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

const installCline = (version: string) =>
  place.install('cline', agentFixture('fake-cline.mjs'), {name: 'cline', version});

async function diagnosis(env: Record<string, string> = {}) {
  const {code, stdout, stderr} = await place.run(['doctor', '--json'], {env});
  expect(stderr).toBe('');
  return {code, ...JSON.parse(stdout)};
}

describe('oneshot doctor', () => {
  it('exits with 1 and says what to install where there is no agent', async () => {
    const {code, stdout} = await place.run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✓ Node +\d/);
    expect(stdout).toMatch(/✓ PTY +can be opened/);
    expect(stdout).toMatch(/! claude +claude is not on PATH\.\n +→ Install it: npm install/);
    expect(stdout).toMatch(/No agent can be used yet/);
  });

  it('exits with 0 where one agent can be used', async () => {
    place.installClaude();
    const {code, stdout} = await place.run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ claude +2\.1\.197 \(adapter claude\), login not known/);
    expect(stdout).toMatch(/Ready/);
  });

  it('prints all of it as JSON', async () => {
    place.installClaude();
    expect(await diagnosis()).toMatchObject({
      code: 0,
      usable: true,
      findings: [
        {name: 'Node'},
        {name: 'PTY', status: 'ok'},
        {name: 'state folder'},
        {name: 'claude'},
        {name: 'cline'},
      ],
      agents: [
        {
          executor: 'claude',
          found: true,
          version: '2.1.197',
          adapter: 'claude',
          loggedIn: null,
          usable: true,
        },
        {executor: 'cline', found: false, version: null, usable: false},
      ],
    });
  });

  it('finds that nobody is logged in to Cline', async () => {
    installCline('3.0.65');
    const {code, agents, findings} = await diagnosis();
    expect(code).toBe(1);
    expect(agents[1]).toMatchObject({found: true, adapter: 'cline-3', loggedIn: false, usable: false});
    expect(findings.at(-1)).toMatchObject({status: 'problem', nextStep: 'Log in with: cline auth'});
  });

  it('finds a generation of Cline that is not supported', async () => {
    installCline('1.0.10');
    const {code, agents, findings} = await diagnosis();
    expect(code).toBe(1);
    expect(agents[1]).toMatchObject({found: true, usable: false});
    expect(findings.at(-1)).toMatchObject({status: 'problem', detail: expect.stringContaining('1.0.10')});
  });

  it('finds a state folder that cannot be written, and makes none that can', async () => {
    writeFileSync(join(place.home, 'plain'), '');
    const {findings} = await diagnosis({ONESHOT_HOME: join(place.home, 'plain', 'state')});
    expect(findings[2]).toMatchObject({status: 'problem', nextStep: expect.stringContaining('ONESHOT_HOME')});
    mkdirSync(join(place.home, 'deep'));
    const state = join(place.home, 'deep', 'a', 'b');
    expect((await diagnosis({ONESHOT_HOME: state})).findings[2]).toMatchObject({status: 'ok', detail: state});
    expect(existsSync(join(place.home, 'deep', 'a'))).toBe(false);
  });
});

describe('versions', () => {
  it.each([
    ['20.19.0', '20.19', true],
    ['20.20.2', '20.19', true],
    ['22.0.0', '20.19', true],
    ['20.18.9', '20.19', false],
    ['18.99.0', '20.19', false],
  ])('%s is at least %s: %s', (version, floor, expected) => expect(isAtLeast(version, floor)).toBe(expected));
});
