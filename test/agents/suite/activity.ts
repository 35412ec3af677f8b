import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import type {Dialect} from '../dialect.ts';
import type {AgentName} from '../install.ts';
import {until} from '../rig.ts';
import {eventsOf, type Session, saidText, toolsOf} from '../session.ts';
import {complaints, conversation, expectExit, onlyRun, recorded, rigOf} from './helpers.ts';

export function showsWhatTheAgentDoes(name: AgentName, dialect: Dialect): void {
  it('thinking, text and tools become events, the first words before the last are said', async () => {
    let firstWordsAreOut = () => Promise.resolve();
    const rig = await rigOf(name, [
      {...dialect.write('hello.txt', 'hello'), thinking: ['Let me ', 'think.']},
      dialect.command('cat hello.txt'),
      dialect.final('All is ', {text: 'well.', after: () => firstWordsAreOut()}),
    ]);
    const args = [
      '--json',
      '--debug',
      '--no-audit',
      '--permission-mode',
      'full',
      'Write hello.txt, then show it.',
    ];
    const oneshot = rig.start(args);
    if (dialect.streamsText)
      firstWordsAreOut = () => until(() => oneshot.stdout().includes('All is '), 'the first words are out');
    const finished = await recorded(oneshot);
    const {session} = finished;

    expectExit(finished, 0);
    expect(readFileSync(join(rig.work, 'hello.txt'), 'utf8').trim()).toBe('hello');
    expect(conversation(rig.server.requests[0])).toContain('Write hello.txt, then show it.');
    expect(eventsOf(session, 'run_started')[0]).toMatchObject({
      executor: rig.agent.program,
      agentVersion: rig.agent.version,
      transport: 'pty',
      permissionMode: 'full',
      cwd: rig.work,
    });
    if (dialect.namesItsSession) expect(onlyRun(session).agentSession).toMatch(/\S/);
    expect(saidText(session, 'agent_thought_chunk')).toBe('Let me think.');
    expect(saidText(session)).toContain('All is well.');
    expectTools(session, dialect);
    expectEnd(session, dialect);
    expect(complaints(finished, dialect.noise)).toEqual([]);
  });
}

function expectTools(session: Session, dialect: Dialect): void {
  const [write, command, ...more] = toolsOf(session);
  expect(more).toEqual([]);
  expect(write).toMatchObject({toolName: dialect.writeTool, kind: 'edit', status: 'completed'});
  expect(write?.title).toContain('hello.txt');
  expect(write?.locations.map(({path}) => path).join()).toContain('hello.txt');
  expect(command).toMatchObject({toolName: dialect.commandTool, kind: 'execute', status: 'completed'});
  expect(command?.title).toContain('cat hello.txt');
}

function expectEnd(session: Session, dialect: Dialect): void {
  const run = onlyRun(session);
  expect(run).toMatchObject({outcome: 'completed', text: 'All is well.', exitCode: 0, permissionDenials: []});
  if (dialect.countsUsage) expect(run.usage).toMatchObject({inputTokens: 300, outputTokens: 60});
  expect(eventsOf(session, 'session_finished')[0]).toMatchObject({
    ending: 'unverified',
    text: 'All is well.',
  });
}
