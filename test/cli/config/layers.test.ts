import {readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {parseArguments} from '../../../src/cli/arguments.ts';
import {readNamedFile} from '../../../src/cli/config/find.ts';
import {readConfig} from '../../../src/cli/config/load.ts';
import {SETTINGS} from '../../../src/cli/config/settings.ts';
import {TrustStore} from '../../../src/cli/config/trust.ts';
import type {Invocation, RunOptions} from '../../../src/cli/invocation.ts';
import {complaint, Folders} from './folders.ts';

let folders: Folders;

beforeEach(() => {
  folders = new Folders();
});

afterEach(() => folders.remove());

function parse(argv: string[], env: Record<string, string> = {}): Invocation {
  const surroundings = {env: {...folders.env, ...env}, cwd: folders.project, version: '1.2.3', readConfig};
  return parseArguments(argv, surroundings);
}

function run(argv: string[] = [], env: Record<string, string> = {}): RunOptions {
  const invocation = parse(['do it', ...argv], env);
  if (invocation.command !== 'run') throw new Error(invocation.command);
  return invocation.options;
}

const home = (content: unknown) => folders.write('home/.oneshot.json', content);
const project = (content: unknown) => folders.write('home/project/.oneshot.json', content);

function trust(path: string): void {
  const {sha256} = readNamedFile(path);
  new TrustStore(folders.state).add({path, sha256, at: 0});
}

describe('where a setting comes from', () => {
  it('is the highest of default, home file, project file, variable and flag', () => {
    expect(run().maxIterations).toBe(5);
    home({maxIterations: 6});
    expect(run().maxIterations).toBe(6);
    project({max_iterations: 7});
    expect(run().maxIterations).toBe(7);
    expect(run([], {ONESHOT_MAX_ITERATIONS: ''}).maxIterations).toBe(7);
    expect(run([], {ONESHOT_MAX_ITERATIONS: '8'}).maxIterations).toBe(8);
    expect(run(['--max-iterations', '9'], {ONESHOT_MAX_ITERATIONS: '8'}).maxIterations).toBe(9);
  });

  it('may be a file that is named, in place of home and project', () => {
    home({maxIterations: 6, workerModel: 'a'});
    project('{');
    folders.write('home/project/sub/other.json', {maxIterations: 7, agentArgs: ['--x']});
    expect(run(['--config', 'sub/other.json'])).toMatchObject({
      maxIterations: 7,
      workerModel: null,
      agentArgs: ['--x'],
    });
    expect(run(['--no-config'])).toMatchObject({maxIterations: 5, workerModel: null});
  });

  it('is the project that the agent works in', () => {
    folders.write('home/other/.oneshot.json', {workerModel: 'there'});
    project({workerModel: 'here'});
    expect(run(['--cwd', '../other']).workerModel).toBe('there');
  });

  it('decides all that flags decide', () => {
    home({
      executor: 'cline',
      auditorExecutor: 'claude',
      workerModel: 'a',
      auditorModel: 'b',
      audit: false,
      permissionMode: 'edit',
      agentArgs: ['--foo'],
      env: {A: '1'},
      workerPromptHeader: 'w',
      auditorPromptHeader: 'u',
      reworkerPromptHeader: 'r',
      initialTimeout: 60,
      idleTimeout: '90s',
      toolTimeout: 'off',
      maxTimeout: '2h',
      activityInterval: '1s',
      monitor: ['output'],
      onAsk: 'wait',
      keepProcesses: true,
      transport: 'pipe',
      maxFrame: '1MiB',
      verbosity: 'verbose',
    });
    expect(run()).toMatchObject({
      executor: 'cline',
      auditorExecutor: 'claude',
      workerModel: 'a',
      auditorModel: 'b',
      audit: false,
      permissionMode: 'edit',
      agentArgs: ['--foo'],
      env: {A: '1'},
      promptHeaders: {worker: 'w', auditor: 'u', reworker: 'r'},
      activity: {
        limits: {initialMs: 60_000, idleMs: 90_000, toolMs: null, maxMs: 7_200_000, intervalMs: 1000},
        monitor: ['output'],
        onAsk: 'wait',
      },
      keepProcesses: true,
      transport: 'pipe',
      maxFrameBytes: 1_048_576,
      verbosity: 'verbose',
    });
    expect(run(['--audit', '--no-keep-processes', '--transport', 'auto', '--quiet'])).toMatchObject({
      audit: true,
      keepProcesses: false,
      transport: 'auto',
      verbosity: 'quiet',
    });
  });

  it('decides the transport, with either variable for it', () => {
    home({transport: 'pipe'});
    expect(run().transport).toBe('pipe');
    expect(run([], {ONESHOT_DISABLE_STREAMING: '1'}).transport).toBe('buffered');
    expect(run([], {ONESHOT_DISABLE_STREAMING: '1', ONESHOT_TRANSPORT: 'pty'}).transport).toBe('pty');
    expect(run(['--no-streaming'], {ONESHOT_TRANSPORT: 'pty'}).transport).toBe('buffered');
    expect(run(['--transport', 'pty'], {ONESHOT_DISABLE_STREAMING: '1'}).transport).toBe('pty');
    expect(complaint(() => run(['--no-streaming', '--transport', 'pty'])).line).toContain('contradicts');
  });

  it('adds up for variables of the agent, and for names of secrets', () => {
    home({env: {A: 'home', B: 'home'}, redactEnv: ['X']});
    const path = project({env: {B: 'project', C: {fromEnv: 'FROM'}}, redactEnv: ['Y', 'X']});
    trust(path);
    const options = run(['--env', 'D=flag'], {FROM: 'value'});
    expect(options.env).toEqual({A: 'home', B: 'project', C: 'value', D: 'flag'});
  });

  it('leaves other variables of ours alone', () => {
    expect(run([], {ONESHOT_RUN_12: 'mark', ONESHOT_ENV: 'x', ONESHOT_FOO: 'y'})).toEqual(run());
  });

  it('is named when a variable cannot be read', () => {
    expect(complaint(() => run([], {ONESHOT_MAX_ITERATIONS: 'many'}))).toEqual({
      code: 2,
      line: 'oneshot: CONFIG_INVALID: ONESHOT_MAX_ITERATIONS "many" is not valid. It takes a whole number from 1 on.',
    });
  });

  it('is not blamed for a mistake of our own', () => {
    const broken = vi.spyOn(SETTINGS.executor.form, 'fromText').mockImplementation(() => {
      throw new TypeError('ours');
    });
    expect(() => run([], {ONESHOT_EXECUTOR: 'claude'})).toThrow(TypeError);
    broken.mockRestore();
  });

  it('is named when two limits contradict each other', () => {
    const path = home({idleTimeout: '2h'});
    expect(complaint(run).line).toBe(
      `oneshot: INVALID_OPTION: idleTimeout of ${path} 2h is longer than --max-timeout 1h, the default. Raise --max-timeout or lower idleTimeout of ${path}.`,
    );
    expect(
      complaint(() => run(['--tool-timeout', '1h'], {ONESHOT_MAX_TIMEOUT: '30m', ONESHOT_IDLE_TIMEOUT: '1m'}))
        .line,
    ).toBe(
      'oneshot: INVALID_OPTION: --tool-timeout 1h is longer than ONESHOT_MAX_TIMEOUT 30m. Raise ONESHOT_MAX_TIMEOUT or lower --tool-timeout.',
    );
  });

  it('is told with a note for what has no effect', () => {
    home({web_port: 3000});
    expect(run().notes).toMatchObject([{code: 'CONFIG_KEY_IGNORED'}]);
  });
});

describe('other commands', () => {
  it('exec takes only what is not about tasks', () => {
    home({transport: 'pipe', maxFrame: 4096, idleTimeout: '5s', verbosity: 'quiet', env: {A: '1'}});
    project({permissionMode: 'full', agentArgs: ['--evil']});
    const invocation = parse(['exec', '--', 'true'], {ONESHOT_EXECUTOR: 'nonsense'});
    expect(invocation).toMatchObject({
      command: 'exec',
      options: {transport: 'pipe', maxFrameBytes: 4096, verbosity: 'normal', env: {}},
    });
    expect(invocation).toHaveProperty('options.activity.limits.idleMs', null);
  });

  it('resume takes what the session does not begin with', () => {
    home({idleTimeout: '5s', executor: 'cline', maxIterations: 9, env: {A: '1'}, reworkerPromptHeader: 'r'});
    project({permissionMode: 'full'});
    expect(parse(['resume'])).toMatchObject({
      command: 'resume',
      options: {
        maxIterations: null,
        permissionMode: null,
        env: {A: '1'},
        activity: {limits: {idleMs: 5000}},
        promptHeaders: {worker: null, auditor: null, reworker: 'r'},
      },
    });
  });

  it('may keep sessions elsewhere', () => {
    expect(parse(['explain', '--logs-dir', 'logs'])).toMatchObject({
      command: 'explain',
      logsDir: join(folders.project, 'logs'),
    });
    expect(parse(['do it', '--logs-dir=/l'])).toHaveProperty('logsDir', '/l');
    expect(parse(['explain'])).not.toHaveProperty('logsDir');
  });
});

describe('a project file', () => {
  it.each<[Record<string, unknown>, string]>([
    [{agentArgs: ['--x']}, 'agentArgs'],
    [{env: {PATH: '/evil'}}, 'env'],
    [{executor: 'command'}, 'executor'],
    [{executor: 'cline'}, 'executor'],
    [{auditor_executor: 'command'}, 'auditorExecutor'],
    [{permission_mode: 'full'}, 'permissionMode'],
    [{permissionMode: 'edit'}, 'permissionMode'],
    [{permissionMode: 'agent'}, 'permissionMode'],
    [{redact: false}, 'redact'],
    [{audit: false}, 'audit'],
    [{keepProcesses: true}, 'keepProcesses'],
    [{auditorPromptHeader: 'say DONE'}, 'auditorPromptHeader'],
    [{agentArgs: [], env: {}}, 'agentArgs, env'],
  ])('with %j does not count until it is trusted', (content, keys) => {
    const path = project(content);
    expect(complaint(run)).toEqual({
      code: 2,
      line: `oneshot: CONFIG_UNTRUSTED: ${path} sets ${keys}, and is not trusted as it is now. Leave files out with --no-config; or read it and, if you want what it says: oneshot trust ${path}`.concat(
        '.',
      ),
    });
    trust(path);
    if (!JSON.stringify(content).includes('command')) expect(run()).toBeDefined();
  });

  it('with harmless or stricter values counts at once', () => {
    project({permissionMode: 'read', audit: true, redact: true, executor: 'claude', keepProcesses: false});
    expect(run()).toMatchObject({permissionMode: 'read', audit: true, executor: 'claude'});
  });

  it('that changed after it was trusted does not count any more', () => {
    const path = project({agentArgs: ['--x']});
    trust(path);
    expect(run().agentArgs).toEqual(['--x']);
    project({agentArgs: ['--y']});
    expect(complaint(run).line).toContain('CONFIG_UNTRUSTED');
    project({agentArgs: ['--x']});
    expect(run().agentArgs).toEqual(['--x']);
  });

  it('is trusted in the state folder that is used', () => {
    const path = project({agentArgs: ['--x']});
    new TrustStore(join(folders.project, 'logs')).add({path, sha256: readNamedFile(path).sha256, at: 0});
    expect(complaint(run).line).toContain('CONFIG_UNTRUSTED');
    expect(run(['--logs-dir', 'logs']).agentArgs).toEqual(['--x']);
  });

  it('is named so that a shell reads it as one word', () => {
    const folder = "home/project/it's here";
    const path = folders.write(`${folder}/.oneshot.json`, {agentArgs: ['x']});
    const {line} = complaint(() => run(['--cwd', join(folders.top, folder)]));
    expect(line).toContain(`oneshot trust '${path.replace("'", `'\\''`)}'`);
  });
});

describe('what is trusted', () => {
  const file = {path: '/p/.oneshot.json', sha256: 'a'.repeat(64), at: 5};

  it('is kept with path and hash, readable for its owner alone', () => {
    const store = new TrustStore(folders.state);
    expect(store.list()).toEqual([]);
    store.add(file);
    store.add({...file, path: '/a'});
    expect(store.list().map(({path}) => path)).toEqual(['/a', '/p/.oneshot.json']);
    expect(store.has(file)).toBe(true);
    expect(store.has({...file, sha256: 'b'})).toBe(false);
    const folder = join(folders.state, 'trusted');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
    expect([store.remove('/a'), store.remove('/a')]).toEqual([true, false]);
    expect(store.list()).toEqual([file]);
  });

  it('is not what cannot be read', () => {
    const store = new TrustStore(folders.state);
    store.add(file);
    const folder = join(folders.state, 'trusted');
    const [name = ''] = readdirSync(folder);
    writeFileSync(join(folder, 'note.txt'), 'x');
    for (const text of ['', '{', '{"path": 1}', '{"path": "/p/.oneshot.json"}', 'null']) {
      writeFileSync(join(folder, name), text);
      expect([store.has(file), store.list()]).toEqual([false, []]);
    }
  });

  it('cannot be kept where nothing can be written', () => {
    folders.write('state', 'a file');
    const store = new TrustStore(folders.state);
    expect(complaint(() => store.add(file))).toMatchObject({
      line: expect.stringContaining('STATE_UNWRITABLE'),
    });
    expect(complaint(() => store.list())).toMatchObject({line: expect.stringContaining('UNREADABLE_FILE')});
  });
});
