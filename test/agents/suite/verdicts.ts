import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {eventsOf, runsOf} from '../session.ts';
import {complaints, expectExit, promptOf, record, rigOf} from './helpers.ts';

const FEEDBACK = 'The file must be called second.txt, not first.txt.';

export function endsWithAVerdict(name: AgentName, dialect: Dialect): void {
  it('a rejected task is done in the second iteration, and an auditor that only reads cannot write', async () => {
    const rig = await rigOf(name, [
      dialect.command('touch first.txt'),
      dialect.final('Wrote it.'),
      ...(dialect.canBeReadOnly ? [dialect.write('forbidden.txt', 'by the auditor')] : []),
      dialect.verdict('RETRY', 'It is called first.txt.', FEEDBACK),
      dialect.command('touch second.txt'),
      dialect.final('Wrote it again.'),
      dialect.verdict('DONE', 'It is called second.txt.'),
    ]);
    const finished = await record(rig, ['--debug', '--permission-mode', 'full', 'Write second.txt']);
    const {session, stdout} = finished;

    expectExit(finished, 0);
    expect(stdout).toBe('Wrote it again.\n');
    expect(existsSync(join(rig.work, 'second.txt'))).toBe(true);
    expect(existsSync(join(rig.work, 'forbidden.txt')), 'the auditor has written').toBe(false);
    expect(eventsOf(session, 'verdict').map(({verdict}) => verdict)).toEqual(['RETRY', 'DONE']);
    expect(eventsOf(session, 'verdict')[0]?.feedback).toBe(FEEDBACK);
    const [, , auditorAsked] = rig.server.requests;
    const workerAsked = rig.server.requests[dialect.canBeReadOnly ? 4 : 3];
    expect(promptOf(session, 'auditor', 1, auditorAsked)).toContain('Wrote it.');
    expect(promptOf(session, 'worker', 2, workerAsked)).toContain(FEEDBACK);
    const auditorMode = dialect.canBeReadOnly ? 'read' : 'agent';
    expect(
      eventsOf(session, 'run_started').map(({role, iteration, permissionMode}) => [
        role,
        iteration,
        permissionMode,
      ]),
    ).toEqual([
      ['worker', 1, 'full'],
      ['auditor', 1, auditorMode],
      ['worker', 2, 'full'],
      ['auditor', 2, auditorMode],
    ]);
    expect(runsOf(session, 'worker').map(({outcome}) => outcome)).toEqual(['completed', 'completed']);
    expect(eventsOf(session, 'session_finished')[0]).toMatchObject({ending: 'verified', iterations: 2});
    expect(complaints(finished, dialect.noise)).toEqual(dialect.canBeReadOnly ? [] : ['AUDITOR_CAN_WRITE']);
  });

  it('a task that the auditor calls impossible ends with exit code 4', async () => {
    const reason = 'There is no such file.';
    const rig = await rigOf(name, [dialect.final('I could not.'), dialect.verdict('IMPOSSIBLE', reason)]);
    const finished = await record(rig, ['Fix the file that is not there']);
    const {session, stdout, stderr} = finished;
    expectExit(finished, 4);
    expect(stdout).toBe('I could not.\n');
    expect(stderr).toContain(reason);
    expect(eventsOf(session, 'session_finished')[0]).toMatchObject({ending: 'impossible', iterations: 1});
  });
}
