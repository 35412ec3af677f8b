import {expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {refusal} from '../script.ts';
import {eventsOf, saidText} from '../session.ts';
import {expectExit, onlyRun, record, rigOf} from './helpers.ts';

/** Agents retry for minutes when left alone. */
const FEW_RETRIES = {env: {CLAUDE_CODE_MAX_RETRIES: '2'}};

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
    expect(eventsOf(session, 'session_finished')[0]).toMatchObject({ending: 'failed'});
  });

  it('a model that the server refuses fails the run and the reason says so', async () => {
    const rig = await rigOf(name, () => refusal(404, 'model: no-such-model'), FEW_RETRIES);
    const args = ['--no-audit', '--worker-model', 'no-such-model', 'Do it with a model that is not there'];
    const finished = await record(rig, args);
    const {session, stderr} = finished;
    expectExit(finished, 1);
    expect(rig.server.requests[0]?.model).toBe('no-such-model');
    expect(eventsOf(session, 'run_started')[0]?.model).toBe('no-such-model');
    expect(onlyRun(session).outcome).toBe('failed');
    expect(onlyRun(session).reason).toContain('no-such-model');
    expect(stderr).toContain('no-such-model');
  });

  it('an answer that is cut off is asked for again', async () => {
    const dropped = {text: ['The first ', 'half is '], cut: {afterPieces: 2, how: 'drop' as const}};
    const rig = await rigOf(name, [dropped, dialect.final('The whole answer.')], FEW_RETRIES);
    const finished = await record(rig, ['--no-audit', 'Say it again']);
    const {session, stdout} = finished;
    expectExit(finished, 0);
    expect(stdout).toBe('The whole answer.\n');
    expect(onlyRun(session)).toMatchObject({outcome: 'completed', text: 'The whole answer.'});
    expect(saidText(session)).toMatch(/The whole answer\.$/);
    expect(saidText(session).match(/The whole answer\./g)).toHaveLength(1);
  });
}
