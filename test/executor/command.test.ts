import {describe, expect, it} from 'vitest';
import {command} from '../../src/executor/command.ts';
import {executorNames} from '../../src/executor/executor.ts';
import {promptFileArgument} from '../../src/executor/prompt.ts';
import {executorByName} from '../../src/executor/registry.ts';
import {readVersion} from '../../src/executor/version.ts';

const request = {
  prompt: 'do it',
  model: null,
  permissionMode: 'agent',
  resume: null,
  answerSchema: null,
  agentArgs: ['tool', '-x'],
  without: new Set<string>(),
} as const;

describe('a command', () => {
  it('is the agent arguments, and takes the prompt on stdin', async () => {
    const installation = await command.locate({}, ['tool', '-x']);
    expect(installation).toEqual({
      executor: 'command',
      adapter: 'command',
      program: ['tool', '-x'],
      version: null,
    });
    expect(command.command(installation, request)).toEqual({
      argv: ['tool', '-x'],
      env: {},
      promptDelivery: 'stdin',
      promptIndex: null,
      structured: false,
    });
    expect(command.canResume(installation)).toBe(false);
    expect(await command.loginState(installation, {}, [])).toEqual({loggedIn: null, loginCommand: null});
    expect(await readVersion(installation, {})).toBeNull();
  });

  it('without a program is an error that says how to name it', async () => {
    await expect(command.locate({}, [])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      nextStep: expect.stringContaining('--agent-arg'),
    });
  });

  it('has no permission mode but its own way', async () => {
    const installation = await command.locate({}, ['tool']);
    expect(command.permissionModes(installation)).toEqual(['agent']);
    expect(() => command.command(installation, {...request, permissionMode: 'read'})).toThrow(
      expect.objectContaining({code: 'PERMISSION_MODE_UNSUPPORTED', nextStep: 'Choose one of: agent.'}),
    );
  });
});

describe('the registry', () => {
  it('knows each executor by its name', () => {
    expect(executorNames).toEqual(['claude', 'cline', 'command', 'direct']);
    for (const name of executorNames) expect(executorByName(name).name).toBe(name);
  });

  it('says what there is when it is asked for another one', () => {
    expect(() => executorByName('clown')).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_EXECUTOR',
        nextStep: 'Choose one of: claude, cline, command, direct.',
      }),
    );
  });
});

describe('a prompt in a file', () => {
  it('is named by its path', () => {
    expect(promptFileArgument('/tmp/p.txt')).toContain('/tmp/p.txt');
  });
});
