import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {claude} from '../../src/executor/claude.ts';
import type {AgentRequest, Installation} from '../../src/executor/executor.ts';
import {readVersion} from '../../src/executor/version.ts';
import {type Programs, programs} from './programs.ts';

const installation: Installation = {
  executor: 'claude',
  adapter: 'claude',
  program: ['/bin/claude'],
  version: '2.1.197',
};

const argvOf = (request: Partial<AgentRequest> = {}) =>
  claude.command(installation, {
    prompt: 'do it',
    model: null,
    permissionMode: 'agent',
    resume: null,
    answerSchema: null,
    agentArgs: [],
    without: new Set(),
    ...request,
  });

const STREAM = ['--output-format', 'stream-json', '--verbose', '--include-partial-messages'];

describe('the command line', () => {
  it('asks for a stream of partial messages and takes the prompt on stdin', () => {
    expect(argvOf()).toEqual({
      argv: ['/bin/claude', '-p', ...STREAM],
      env: {CLAUDECODE: undefined},
      promptDelivery: 'stdin',
      promptIndex: null,
      structured: true,
    });
  });

  it('names model, session and the user’s own arguments', () => {
    const {argv} = argvOf({model: 'opus', resume: 'id-1', agentArgs: ['--max-turns', '2']});
    expect(argv).toEqual([
      '/bin/claude',
      '-p',
      ...STREAM,
      '--model',
      'opus',
      '--resume',
      'id-1',
      '--max-turns',
      '2',
    ]);
  });

  it.each([
    ['agent', []],
    ['read', ['--permission-mode', 'default', '--disallowedTools=Edit,Write,NotebookEdit']],
    ['edit', ['--permission-mode', 'acceptEdits']],
    ['full', ['--dangerously-skip-permissions']],
  ] as const)('has the permission mode %s', (permissionMode, flags) => {
    expect(claude.permissionModes(installation)).toContain(permissionMode);
    expect(argvOf({permissionMode}).argv).toEqual(['/bin/claude', '-p', ...STREAM, ...flags]);
  });

  it('gives up partial messages first, then the structure', () => {
    const [, partial, format] = claude.optionalFlags as [string, string, string];
    const first = argvOf({without: new Set([partial])});
    expect(first.argv).toEqual(['/bin/claude', '-p', '--output-format', 'stream-json', '--verbose']);
    expect(first.structured).toBe(true);
    const second = argvOf({without: new Set([partial, format])});
    expect(second.argv).toEqual(['/bin/claude', '-p']);
    expect(second.structured).toBe(false);
    const normalizer = claude.normalizer(installation, {startedAtMs: null, structured: false});
    const line = {kind: 'text', text: 'hi', lineEnd: true, offset: 0, length: 3} as const;
    expect(normalizer.stdout(line)).toMatchObject([{type: 'agent_message_chunk', content: {text: 'hi\n'}}]);
  });
});

describe('what is known of it', () => {
  it('it can resume, and nobody can tell from files whether somebody is logged in', async () => {
    expect(claude.canResume(installation)).toBe(true);
    expect(await claude.loginState(installation, {}, [])).toEqual({loggedIn: null, loginCommand: null});
  });
});

describe('finding it', () => {
  let world: Programs;
  beforeEach(() => {
    world = programs();
  });
  afterEach(() => world.remove());

  it('tells its version by its package, without a start', async () => {
    world.install('@anthropic-ai/claude-code', '2.1.197', 'claude');
    expect(await claude.locate({PATH: world.bin}, [])).toEqual({
      executor: 'claude',
      adapter: 'claude',
      program: [`${world.bin}/claude`],
      version: '2.1.197',
    });
  });

  it('leaves the version open where no package tells it; then the program is asked', async () => {
    world.write('bin/claude', '#!/bin/sh\necho "$1: 2.2.0 (Claude Code)"\n');
    const found = await claude.locate({PATH: world.bin}, []);
    expect(found.version).toBeNull();
    expect(await readVersion(found, {PATH: process.env.PATH})).toBe('2.2.0');
  });

  it.each([
    ['says nothing of a version', '#!/bin/sh\necho hello\n'],
    ['cannot be started', '#!/no/such/interpreter\n'],
  ])('a program that %s has none', async (_what, script) => {
    world.write('bin/claude', script);
    expect(
      await readVersion(await claude.locate({PATH: world.bin}, []), {PATH: process.env.PATH}),
    ).toBeNull();
  });

  it.each([{PATH: '/nowhere'}, {PATH: ''}, {}])(
    'fails with the install command when it is not on PATH %o',
    async (env) => {
      await expect(claude.locate(env, [])).rejects.toMatchObject({
        code: 'AGENT_NOT_FOUND',
        message: 'claude is not on PATH.',
        nextStep: 'Install it: npm install -g @anthropic-ai/claude-code',
      });
    },
  );

  it('takes Path and PATHEXT as Windows has them', async () => {
    world.write('bin/claude', '');
    const found = await claude.locate({Path: world.bin, PATHEXT: '.EXE'}, []);
    expect(found.program).toEqual([`${world.bin}/claude`]);
  });
});
