import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {cline} from '../../src/executor/cline.ts';
import type {AgentRequest, Installation} from '../../src/executor/executor.ts';
import {type Programs, programs} from './programs.ts';
import {say} from './say.ts';

const installed = (adapter: 'cline-2' | 'cline-3'): Installation => ({
  executor: 'cline',
  adapter,
  program: ['/bin/cline'],
  version: null,
});

const command = (adapter: 'cline-2' | 'cline-3', request: Partial<AgentRequest> = {}) =>
  cline.command(installed(adapter), {
    prompt: 'do it',
    model: null,
    permissionMode: 'agent',
    resume: null,
    answerSchema: null,
    agentArgs: [],
    without: new Set(),
    ...request,
  });

describe('the command line of 2.x', () => {
  it('approves itself and takes the prompt as the last argument, kept apart from flags', () => {
    expect(command('cline-2')).toEqual({
      argv: ['/bin/cline', '--json', '--yolo', '--', 'do it'],
      env: {CLINE_NO_AUTO_UPDATE: '1'},
      promptDelivery: 'argv',
      promptIndex: 4,
      structured: true,
    });
  });

  it('is not trusted to resume a task, but can be asked to', () => {
    expect(cline.canResume(installed('cline-2'))).toBe(false);
    const {argv} = command('cline-2', {
      resume: '17',
      model: 'm',
      agentArgs: ['--verbose'],
      permissionMode: 'full',
    });
    expect(argv).toEqual([
      '/bin/cline',
      '--json',
      '--yolo',
      '-m',
      'm',
      '-T',
      '17',
      '--verbose',
      '--',
      'do it',
    ]);
  });

  it('has no mode that only reads', () => {
    expect(cline.permissionModes(installed('cline-2'))).toEqual(['agent', 'full']);
    expect(() => command('cline-2', {permissionMode: 'read'})).toThrow(
      expect.objectContaining({code: 'PERMISSION_MODE_UNSUPPORTED', nextStep: 'Choose one of: agent, full.'}),
    );
  });
});

describe('the command line of 3.x', () => {
  it('leaves no daemon behind', () => {
    const {argv, env} = command('cline-3');
    expect(argv).toEqual(['/bin/cline', '--json', '--', 'do it']);
    expect(env).toEqual({CLINE_NO_AUTO_UPDATE: '1', CLINE_SESSION_BACKEND_MODE: 'local'});
    expect(cline.canResume(installed('cline-3'))).toBe(false);
  });

  it('reads in plan mode', () => {
    expect(cline.permissionModes(installed('cline-3'))).toEqual(['agent', 'read', 'full']);
    expect(command('cline-3', {permissionMode: 'read'}).argv).toEqual([
      '/bin/cline',
      '--json',
      '-p',
      '--',
      'do it',
    ]);
    expect(command('cline-3', {permissionMode: 'full'}).argv).toContain('--auto-approve');
    expect(() => command('cline-3', {permissionMode: 'edit'})).toThrow(
      expect.objectContaining({code: 'PERMISSION_MODE_UNSUPPORTED'}),
    );
  });
});

describe('both', () => {
  it('take a single word for a prompt and not for a subcommand', () => {
    expect(command('cline-3', {prompt: 'auth'}).argv.at(-1)).toBe('auth ');
    expect(command('cline-2', {prompt: '--help me'}).argv.slice(-2)).toEqual(['--', '--help me']);
  });

  it('tell whether they would change a prompt: 2.x does where there is more than single blanks', () => {
    expect(command('cline-2', {prompt: 'one\n  two'})).toMatchObject({changesPrompt: true});
    expect(command('cline-2', {prompt: 'one two'})).not.toHaveProperty('changesPrompt');
    expect(command('cline-3', {prompt: 'one\n  two'})).not.toHaveProperty('changesPrompt');
  });

  it('fall back to plain text', () => {
    const {argv, structured} = command('cline-3', {without: new Set(cline.optionalFlags)});
    expect(argv).toEqual(['/bin/cline', '--', 'do it']);
    expect(structured).toBe(false);
    const normalizer = cline.normalizer(installed('cline-3'), {startedAtMs: null, structured});
    expect(say(normalizer, ['hello']).facts.text).toBe('hello\n');
  });
});

describe('finding it', () => {
  let world: Programs;
  beforeEach(() => {
    world = programs();
  });
  afterEach(() => world.remove());
  const locate = () => cline.locate({PATH: `${world.bin}:${process.env.PATH}`}, []);

  it.each([
    ['cline', '2.18.0', 'cline-2'],
    ['cline', '3.0.65', 'cline-3'],
    ['@cline/cli-linux-x64', '3.1.0', 'cline-3'],
  ])('%s %s is driven by %s', async (name, version, adapter) => {
    world.install(name, version, 'cline');
    expect(await locate()).toEqual({executor: 'cline', adapter, program: [`${world.bin}/cline`], version});
  });

  it('finds the package beside a script, as npm installs it on Windows', async () => {
    world.write('bin/cline', '');
    world.write('bin/node_modules/cline/package.json', '{"name": "cline", "version": "3.0.65"}');
    expect((await locate()).version).toBe('3.0.65');
  });

  it('asks the program where no package of its own tells, and keeps it from replacing itself', async () => {
    world.write('bin/cline', '#!/bin/sh\n[ "$CLINE_NO_AUTO_UPDATE" = 1 ] && echo 2.19.1\n');
    world.write('bin/package.json', '{"name": "other", "version": "9.9.9"}');
    world.write('package.json', 'no JSON');
    expect(await locate()).toMatchObject({adapter: 'cline-2', version: '2.19.1'});
  });

  it.each([
    ['1.0.10', 'Cline 1.0.10 is not supported'],
    ['4.0.0', 'Cline 4.0.0 is not supported'],
    ['', 'cannot be told'],
  ])('refuses version "%s" and says what to install', async (version, what) => {
    world.write('bin/cline', `#!/bin/sh\necho "${version}"\n`);
    await expect(locate()).rejects.toMatchObject({
      code: 'AGENT_UNSUPPORTED',
      message: expect.stringContaining(what),
      nextStep: expect.stringMatching(/npm install -g cline@3\.0\.65.*cline@2\.18\.0/),
    });
  });

  it('a package.json that is no object or has no version tells nothing', async () => {
    world.write('bin/cline', '#!/bin/sh\necho 3.0.65\n');
    world.write('bin/package.json', '[]');
    world.write('package.json', '{}');
    world.write('bin/node_modules/cline/package.json', '{"name": "cline"}');
    expect((await locate()).version).toBe('3.0.65');
  });

  it('is an error with the install command when it is not there', async () => {
    await expect(cline.locate({PATH: world.dir}, [])).rejects.toMatchObject({
      code: 'AGENT_NOT_FOUND',
      nextStep: expect.stringContaining('npm install -g cline@3.0.65'),
    });
  });
});
