import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {type Rig, type RunningOneshot, until} from '../rig.ts';
import {eventsOf} from '../session.ts';
import {expectExit, onlyRun, recorded, rigOf} from './helpers.ts';

/** The rig itself sees to it that no process of the test is left. */
export function stopsTheAgent(name: AgentName, dialect: Dialect): void {
  it('Ctrl-C in the middle of a tool ends oneshot and the agent', async () => {
    const rig = await rigOf(name, [dialect.command('touch begun; sleep 100')]);
    const oneshot = rig.start(['--json', '--permission-mode', 'full', 'Sleep for a while']);
    await until(() => existsSync(join(rig.work, 'begun')), 'the tool runs');
    await expectCanceled(oneshot);
  });

  it('Ctrl-C while the model says nothing ends oneshot and the agent', async () => {
    const rig = await rigOf(name, [{silence: true}]);
    const oneshot = rig.start(['--json', 'Wait for an answer that never comes']);
    await until(() => asked(rig), 'the model is asked');
    await expectCanceled(oneshot);
  });
}

const asked = ({server}: Rig) => server.requests.length > 0;

async function expectCanceled(oneshot: RunningOneshot): Promise<void> {
  process.kill(oneshot.pid, 'SIGINT');
  const finished = await recorded(oneshot);
  const {session} = finished;
  expectExit(finished, 130);
  expect(onlyRun(session).outcome).toBe('canceled');
  expect(eventsOf(session, 'signal_sent')[0]?.signal).toBe('SIGINT');
  expect(eventsOf(session, 'session_finished')[0]).toMatchObject({ending: 'interrupted'});
}
