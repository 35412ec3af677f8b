import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {parseArguments} from '../../src/cli/arguments.ts';
import {chooseAgents} from '../../src/loop/agents.ts';
import {agentFixture, Place} from '../cli/program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

function choose(...argv: string[]) {
  const invocation = parseArguments(['do it', ...argv], {env: place.env, cwd: place.work, version: '0'});
  if (invocation.command !== 'run') throw new Error(`parsed as ${invocation.command}`);
  return chooseAgents(invocation.options, place.env);
}

function installCline(): void {
  place.install('cline', agentFixture('fake-cline.mjs'), {name: 'cline', version: '3.0.65'});
}

function logInToCline(): void {
  const folder = join(place.home, '.cline', 'data', 'settings');
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, 'providers.json'), JSON.stringify({providers: {openai: {}}}));
}

describe('the agents of a session', () => {
  it('are claude where auto finds it, the auditor in mode read', async () => {
    place.installClaude();
    installCline();
    const {worker, auditor, notes} = await choose('--permission-mode', 'edit', '--agent-arg', '-x');
    expect(worker).toMatchObject({executor: {name: 'claude'}, permissionMode: 'edit', agentArgs: ['-x']});
    expect(auditor).toMatchObject({executor: {name: 'claude'}, permissionMode: 'read', agentArgs: ['-x']});
    expect(notes.map(({text}) => text)).toEqual(['The worker is claude 2.1.197.']);
  });

  it('are cline where auto finds no claude, and the note says so', async () => {
    installCline();
    logInToCline();
    const {worker, auditor, notes} = await choose();
    expect(worker.installation).toMatchObject({executor: 'cline', adapter: 'cline-3'});
    expect(auditor?.executor.name).toBe('cline');
    expect(notes).toEqual([
      {
        type: 'note',
        level: 'info',
        code: 'EXECUTOR_CHOSEN',
        text: 'The worker is cline 3.0.65; claude is not on PATH.',
      },
    ]);
  });

  it('are two where the auditor is another one, each with its own model', async () => {
    place.installClaude();
    installCline();
    logInToCline();
    const models = ['--worker-model', 'a', '--auditor-model', 'b'];
    const {worker, auditor} = await choose(
      '--executor',
      'claude',
      '--auditor-executor',
      'cline',
      ...models,
      '--agent-arg=-x',
    );
    expect(worker).toMatchObject({executor: {name: 'claude'}, model: 'a', agentArgs: ['-x']});
    expect(auditor).toMatchObject({executor: {name: 'cline'}, model: 'b', agentArgs: []});
  });

  it('give the extra arguments to the one that is nothing without them', async () => {
    place.installClaude();
    const args = [
      '--executor',
      'claude',
      '--auditor-executor',
      'command',
      '--agent-arg',
      'cat',
      '--agent-arg',
      '-u',
    ];
    const {worker, auditor, notes} = await choose(...args);
    expect(worker.agentArgs).toEqual([]);
    expect(auditor?.installation.program).toEqual(['cat', '-u']);
    expect(notes).toMatchObject([{level: 'warning', code: 'AUDITOR_CAN_WRITE'}]);
  });

  it.each([
    ['claude', 'cline'],
    ['cline', 'claude'],
  ])('have, beside %s, %s to take over where that is left open', async (executor, name) => {
    place.installClaude();
    installCline();
    logInToCline();
    const {fallback} = await choose('--executor', executor, '--fallback-executor', 'auto');
    expect(fallback).toMatchObject({worker: {executor: {name}}, auditor: {executor: {name}}});
  });

  it('have no auditor under --no-audit', async () => {
    place.installClaude();
    const {worker, auditor} = await choose(
      '--no-audit',
      '--auditor-executor',
      'command',
      '--agent-arg',
      '-x',
    );
    expect(auditor).toBeNull();
    expect(worker.agentArgs).toEqual(['-x']);
  });

  it('must be logged in where that can be known, and have the permission mode', async () => {
    installCline();
    await expect(choose('--executor', 'cline')).rejects.toMatchObject({code: 'AGENT_NOT_LOGGED_IN'});
    logInToCline();
    await expect(choose('--executor', 'cline', '--permission-mode', 'edit')).rejects.toMatchObject({
      code: 'PERMISSION_MODE_UNSUPPORTED',
      nextStep: expect.stringContaining('agent, read, full'),
    });
  });

  it('of an unsupported generation are refused by auto too', async () => {
    place.install('cline', agentFixture('fake-cline.mjs'), {name: 'cline', version: '1.0.10'});
    await expect(choose()).rejects.toMatchObject({code: 'AGENT_UNSUPPORTED'});
  });
});
