import {existsSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {direct, directProgram} from '../../src/executor/direct.ts';

const ARGS = ['--endpoint', 'http://127.0.0.1:11434/v1', '--api-key-env', 'MY_KEY'];
const ENV = {MY_KEY: 'secret-key-1'};

const request = {
  prompt: 'do it',
  model: 'm',
  permissionMode: 'read',
  resume: null,
  answerSchema: null,
  agentArgs: ARGS,
  without: new Set<string>(),
} as const;

describe('the direct executor', () => {
  it('starts our own program with the prompt on stdin, and the key nowhere', async () => {
    const installation = await direct.locate(ENV, ARGS);
    expect(installation).toMatchObject({executor: 'direct', adapter: 'direct', version: null});
    const [node, program] = installation.program;
    expect(node).toBe(process.execPath);
    expect(existsSync(program!)).toBe(true);
    expect(direct.command(installation, request)).toEqual({
      argv: [node, program, ...ARGS, '--model=m'],
      env: {},
      promptDelivery: 'stdin',
      promptIndex: null,
      structured: true,
    });
  });

  it('hands on the schema of the answer', async () => {
    const installation = await direct.locate(ENV, ARGS);
    const {argv} = direct.command(installation, {...request, answerSchema: {type: 'object'}});
    expect(argv).toContain('--answer-schema={"type":"object"}');
  });

  it('only reads, and has neither a session nor files nor a login of its own', async () => {
    const installation = await direct.locate(ENV, ARGS);
    const traces = {env: {}, agentArgs: ARGS, cwd: '/', pid: 1, agentSession: 'chat-1', startedAtMs: 0};
    expect(direct.permissionModes(installation)).toEqual(['agent', 'read']);
    expect(direct.canResume(installation)).toBe(false);
    expect(await direct.loginState(installation, {}, ARGS)).toEqual({loggedIn: null, loginCommand: null});
    expect(await direct.stateFiles(installation, traces)).toBeNull();
    expect(await direct.pendingAsk(installation, traces)).toBeNull();
    expect(await direct.recover(installation, traces)).toBeNull();
    expect(() => direct.command(installation, {...request, permissionMode: 'edit'})).toThrow(
      expect.objectContaining({code: 'PERMISSION_MODE_UNSUPPORTED', nextStep: 'Choose one of: agent, read.'}),
    );
  });

  it.each<[string, string[], Record<string, string>]>([
    ['no endpoint', [], ENV],
    ['an endpoint that is none', ['--endpoint', 'nowhere'], ENV],
    ['a key that is not set', ARGS, {}],
    ['a flag that it does not have', [...ARGS, '--nonsense'], ENV],
  ])('with %s is an error before anything is started', async (_name, args, env) => {
    await expect(direct.locate(env, args)).rejects.toMatchObject({code: 'INVALID_OPTION'});
  });

  it('without a model is an error', async () => {
    const installation = await direct.locate(ENV, ARGS);
    expect(() => direct.command(installation, {...request, model: null})).toThrow(
      expect.objectContaining({code: 'INVALID_OPTION', nextStep: expect.stringContaining('--worker-model')}),
    );
  });

  it('says so when its program is not there', () => {
    expect(() => directProgram('file:///nowhere/at/all.js')).toThrow(
      expect.objectContaining({code: 'AGENT_NOT_FOUND'}),
    );
  });
});
