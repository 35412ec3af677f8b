/** How a task comes to its end: what checks and auditors say of it, and what becomes of that. */
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {cline3, type Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {eventsOf, type Session, storyOf} from '../session.ts';
import {complaints, expectExit, promptOf, type Recorded, record, rigOf} from './helpers.ts';

const FULL = ['--permission-mode', 'full'];

export function loops(name: AgentName, dialect: Dialect): void {
  it('a task that is done at once, with a green check, is judged by what was said, done and changed', async () => {
    const rig = await rigOf(name, [
      dialect.command('echo painted > shed.txt'),
      dialect.final('The shed is painted.'),
      dialect.verdict('DONE', 'It is painted.'),
    ]);
    execFileSync('git', ['init', '--quiet', rig.work]);
    const criteria = rig.writeFile('criteria.md', '- The shed has one colour.\n');
    const judged = ['--check', 'cat shed.txt', '--criteria', criteria];
    const finished = await record(rig, [...FULL, ...judged, 'Paint the shed']);
    expectEnd(finished, 0, [
      '1: worker completed',
      '1: check green',
      '1: auditor completed',
      '1: verdict DONE',
      'verified',
    ]);
    const asked = promptOf(finished.session, 'auditor', 1, rig.server.requests[2]);
    for (const part of [
      'Paint the shed',
      'The shed has one colour.',
      'The shed is painted.',
      '+painted',
      'cat shed.txt: green',
    ])
      expect(asked).toContain(part);
    expect(asked).toMatch(/^completed execute: .*echo painted > shed.txt/m);
    expectNoComplaint(finished, dialect);
  });

  it('a red check sends the worker back with its output, and no auditor is asked in between', async () => {
    const rig = await rigOf(name, [
      dialect.command('true'),
      dialect.final('Done.'),
      dialect.command('touch door.txt'),
      dialect.final('Done now.'),
      dialect.verdict('DONE', 'The door is there.'),
    ]);
    const check = 'test -e door.txt || { echo The door is missing.; exit 3; }';
    const finished = await record(rig, [...FULL, '--check', check, 'Build the door']);
    expectEnd(finished, 0, [
      '1: worker completed',
      '1: check red',
      '2: worker completed',
      '2: check green',
      '2: auditor completed',
      '2: verdict DONE',
      'verified',
    ]);
    expect(promptOf(finished.session, 'worker', 2, rig.server.requests[2])).toContain(
      'The door is missing.\n',
    );
    expectNoComplaint(finished, dialect);
  });

  it('two iterations that change nothing and say the same are the last ones', async () => {
    const rig = await rigOf(name, [
      dialect.final('All is well.'),
      dialect.verdict('RETRY', 'Nothing was done.', 'Do it.'),
      dialect.final('All is well.'),
      dialect.verdict('RETRY', 'Nothing was done.', 'Do it.'),
    ]);
    const finished = await record(rig, [...FULL, 'Paint the fence']);
    expectEnd(finished, 3, [
      '1: worker completed',
      '1: auditor completed',
      '1: verdict RETRY',
      '2: worker completed',
      '2: auditor completed',
      '2: verdict RETRY',
      'no-progress',
    ]);
    expectNoComplaint(finished, dialect);
  });

  it('an answer that contradicts itself is asked for once more', async () => {
    const bare = {criterion: 'Every wall is painted.', met: false, evidence: 'The north wall is bare.'};
    const rig = await rigOf(name, [
      dialect.final('Painted.'),
      dialect.verdict('DONE', 'It is painted.', null, [bare]),
      dialect.verdict('DONE', 'It is painted.', null, [{...bare, met: true, evidence: 'I have looked.'}]),
    ]);
    const finished = await record(rig, [...FULL, 'Paint the walls']);
    expectEnd(finished, 0, [
      '1: worker completed',
      '1: auditor completed',
      '1: verdict unclear',
      '1: auditor completed',
      '1: verdict DONE',
      'verified',
    ]);
    expectAskedAgain(finished.session, name.startsWith('claude'));
    expect(promptOf(finished.session, 'auditor', 1, rig.server.requests[2])).toContain(
      'could not be read as a verdict',
    );
    expectNoComplaint(finished, dialect);
  });

  if (dialect.canBeReadOnly) keepsTheAuditorFromWriting(name, dialect);
  else voidsTheVerdictOfAWriter(name, dialect);

  it('a model without a CLI can be the auditor', async () => {
    const rig = await rigOf(name, [
      dialect.command('echo painted > gate.txt'),
      dialect.final('Done.'),
      // It has no tools, and answers in words.
      cline3.verdict('DONE', 'The gate is painted.'),
    ]);
    execFileSync('git', ['init', '--quiet', rig.work]);
    const direct = ['--auditor-provider', 'direct', '--auditor-model', 'small-model'];
    const endpoint = ['--auditor-endpoint', `${rig.server.url}/v1`];
    const finished = await record(rig, [...FULL, ...direct, ...endpoint, 'Paint the gate']);
    expectEnd(finished, 0, ['1: worker completed', '1: auditor completed', '1: verdict DONE', 'verified']);
    const request = rig.server.requests[2];
    expect(request).toMatchObject({api: 'openai', model: 'small-model', toolNames: []});
    expect(request?.userTexts.join()).toContain('+painted');
    expect(eventsOf(finished.session, 'run_started').map(({executor}) => executor)).toEqual([
      rig.agent.program,
      'direct',
    ]);
    expect(complaints(finished, dialect.noise)).toEqual([]);
  });
}

function keepsTheAuditorFromWriting(name: AgentName, dialect: Dialect): void {
  it('a command of the auditor that would write is refused, and its verdict counts', async () => {
    const rig = await rigOf(name, [
      dialect.final('Done.'),
      dialect.command('touch by-auditor.txt'),
      dialect.verdict('DONE', 'It is done.'),
    ]);
    const finished = await record(rig, [...FULL, 'Do it']);
    expectEnd(finished, 0, ['1: worker completed', '1: auditor completed', '1: verdict DONE', 'verified']);
    expect(existsSync(join(rig.work, 'by-auditor.txt'))).toBe(false);
  });
}

function voidsTheVerdictOfAWriter(name: AgentName, dialect: Dialect): void {
  it('an auditor that writes has no say, and is asked once more', async () => {
    const rig = await rigOf(name, [
      dialect.final('Done.'),
      dialect.command('touch by-auditor.txt'),
      dialect.verdict('DONE', 'It is done.'),
      dialect.verdict('DONE', 'It is done.'),
    ]);
    const finished = await record(rig, [...FULL, 'Do it']);
    expectEnd(finished, 0, [
      '1: worker completed',
      '1: auditor completed',
      '1: verdict voided',
      '1: auditor completed',
      '1: verdict DONE',
      'verified',
    ]);
    expect(eventsOf(finished.session, 'verdict')[0]?.reason).toContain('by-auditor.txt');
  });
}

/** In its own session, where it has one that can be resumed. */
function expectAskedAgain(session: Session, canResume: boolean): void {
  const [, first] = eventsOf(session, 'run_finished');
  const [, , again] = eventsOf(session, 'run_started');
  expect(again?.resumedAgentSession).toBe(canResume ? first?.agentSession : null);
}

function expectEnd(finished: Recorded, exitCode: number, story: readonly string[]): void {
  expect(storyOf(finished.session)).toEqual(story);
  expectExit(finished, exitCode);
}

function expectNoComplaint(finished: Recorded, {noise, canBeReadOnly}: Dialect): void {
  expect(complaints(finished, noise)).toEqual(canBeReadOnly ? [] : ['AUDITOR_CAN_WRITE']);
}
