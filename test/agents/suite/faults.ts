import {expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {until} from '../rig.ts';
import {refusal, type Turn} from '../script.ts';
import {eventsOf, saidText} from '../session.ts';
import {expectExit, onlyRun, record, recorded, rigOf} from './helpers.ts';

/** Agents retry for minutes when left alone. */
const FEW_RETRIES = {env: {CLAUDE_CODE_MAX_RETRIES: '2'}};

/** How a single run ends is looked at. */
const ONE_RUN = ['--no-audit', '--agent-retries', '0'];

const DROPPED: Turn = {text: ['The first ', 'half is '], cut: {afterPieces: 2, how: 'drop'}};

export function survivesFaults(name: AgentName, dialect: Dialect): void {
  it('a model that is overloaded for a while is asked again', async () => {
    const overload = name.startsWith('claude') ? [refusal(429), refusal(529)] : [refusal(429)];
    const rig = await rigOf(name, [...overload, dialect.final('At last.')], FEW_RETRIES);
    const finished = await record(rig, ['--no-audit', 'Ask until it answers']);
    const {session, stdout} = finished;
    expectExit(finished, 0);
    expect(stdout).toBe('At last.\n');
    expect(rig.server.requests).toHaveLength(overload.length + 1);
    expect(eventsOf(session, 'agent_retry').map(({status}) => status)).toEqual(
      dialect.showsRetries ? [429, 529] : [],
    );
  });

  it('a refused key fails the run and the reason says so', async () => {
    const rig = await rigOf(name, () => refusal(401, 'this key is not known'), FEW_RETRIES);
    const finished = await record(rig, ['--no-audit', 'Do it with a wrong key']);
    const {session, stderr} = finished;
    expectExit(finished, 1);
    expect(onlyRun(session)).toMatchObject({outcome: 'failed', exitCode: 1});
    expect(onlyRun(session).reason).toMatch(/401|this key is not known/);
    expect(stderr).toContain(onlyRun(session).reason);
    expect(eventsOf(session, 'session_finished')[0]).toMatchObject({
      ending: 'failed',
      reason: expect.stringContaining('Log in with the agent itself'),
    });
  });

  it('a model that the server refuses fails the run and the reason says so', async () => {
    const rig = await rigOf(name, () => refusal(404, 'model: no-such-model'), FEW_RETRIES);
    const args = ['--worker-model', 'no-such-model', 'Do it with a model that is not there'];
    const finished = await record(rig, [...ONE_RUN, ...args]);
    const {session, stderr} = finished;
    expectExit(finished, 1);
    expect(rig.server.requests[0]?.model).toBe('no-such-model');
    expect(eventsOf(session, 'run_started')[0]?.model).toBe('no-such-model');
    expect(onlyRun(session).outcome).toBe('failed');
    expect(onlyRun(session).reason).toContain('no-such-model');
    expect(stderr).toContain('no-such-model');
  });

  if (dialect.recoversFromDrop === 'never') announcesTheRetryAfterADrop(name);
  else asksAgainAfterADrop(name, dialect);
}

function asksAgainAfterADrop(name: AgentName, dialect: Dialect): void {
  it('an answer that is cut off is asked for again', async () => {
    const rig = await rigOf(name, [DROPPED, dialect.final('The whole answer.')], FEW_RETRIES);
    const finished = await record(rig, [...ONE_RUN, 'Say it again']);
    const {session, stdout} = finished;
    if (dialect.recoversFromDrop === 'at times' && rig.server.requests.length === 1) {
      expectExit(finished, 1);
      expect(onlyRun(session)).toMatchObject({outcome: 'failed'});
      expect(onlyRun(session).reason).toMatch(/connection was closed/);
      return;
    }
    expectExit(finished, 0);
    expect(stdout).toBe('The whole answer.\n');
    expect(onlyRun(session)).toMatchObject({outcome: 'completed', text: 'The whole answer.'});
    expect(saidText(session)).toMatch(/The whole answer\.$/);
    expect(saidText(session).match(/The whole answer\./g)).toHaveLength(1);
  });
}

function announcesTheRetryAfterADrop(name: AgentName): void {
  it('an answer that is cut off is no success', async () => {
    const rig = await rigOf(name, (_request, index) => (index === 0 ? DROPPED : {silence: true}));
    const oneshot = rig.start(['--json', '--no-audit', 'Say it again']);
    await until(() => oneshot.stdout().includes('"agent_retry"'), 'the retry is announced');
    process.kill(oneshot.pid, 'SIGINT');
    const finished = await recorded(oneshot);
    expectExit(finished, 130);
    expect(onlyRun(finished.session).outcome).toBe('canceled');
  });
}
