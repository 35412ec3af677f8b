/** `oneshot config`, `oneshot trust` and what files change, through the built program. */
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Place} from './program.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});

afterEach(() => place.remove());

/** `path`: from the home folder. */
function write(path: string, content: unknown): string {
  const file = join(place.home, path);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const COMMAND = {executor: 'command', agentArgs: ['sh', '-c', 'echo "$WHO"'], audit: false};

describe('oneshot config', () => {
  it('tells every setting, its value and where it came from', async () => {
    const home = write('.oneshot.json', {
      worker_model: 'a model',
      idleTimeout: 90,
      env: {A: 'hidden'},
      web_port: 1,
    });
    const project = write('work/oneshot.config.json', {maxIterations: 2, agentArgs: ['--x']});
    const {code, stdout, stderr} = await place.run(['config'], {env: {ONESHOT_ON_ASK: 'wait'}});
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    const lines = stdout.split('\n');
    expect(lines.slice(0, 2)).toEqual([`home file: ${home}`, `project file: ${project}`]);
    const rows = lines.map((line) => line.split(/ {2,}/));
    expect(rows).toEqual(
      expect.arrayContaining([
        ['executor', 'auto', 'default'],
        ['auditorModel', '-', 'default'],
        ['workerModel', 'a model', home],
        ['maxIterations', '2', project],
        ['idleTimeout', '90s', home],
        ['agentArgs', '[]', 'default'],
        ['env', '{"A":null}', home],
        ['onAsk', 'wait', 'ONESHOT_ON_ASK'],
      ]),
    );
    expect(lines).toContain(`agentArgs of ${project}: not trusted, see oneshot trust`);
    expect(lines.at(-2)).toMatch(/^\S+:1: web_port has no effect: /);
  });

  it('tells the same as JSON, and beside the flags of a task', async () => {
    const home = write('.oneshot.json', {redactEnv: ['A']});
    const flags = ['--show-config', '--json', '--max-timeout', '2h', '--env', 'A=1', '--debug'];
    const {code, stdout} = await place.run(flags);
    expect(code).toBe(0);
    const shown = JSON.parse(stdout);
    expect(shown).toMatchObject({files: [{kind: 'home', path: home}], refused: null, notes: []});
    const of = (key: string) => shown.settings.find((setting: {key: string}) => setting.key === key);
    expect(of('maxTimeout')).toEqual({key: 'maxTimeout', value: '2h', from: ['--max-timeout']});
    expect(of('env')).toEqual({key: 'env', value: {A: null}, from: ['--env']});
    expect(of('redactEnv')).toEqual({key: 'redactEnv', value: ['A'], from: [home]});
    expect(of('verbosity')).toMatchObject({value: 'debug'});
    expect(place.sessions()).toEqual([]);
  });

  it('tells that there is no file', async () => {
    const {stdout} = await place.run(['config', 'show', '--no-config']);
    expect(stdout).toMatch(/^no configuration file\nexecutor +auto +default\n/);
  });

  it('init writes a file that holds, and never replaces one', async () => {
    const path = join(place.work, '.oneshot.json');
    expect(await place.run(['config', 'init'])).toMatchObject({code: 0, stdout: `${path}\n`, stderr: ''});
    expect(readFileSync(path, 'utf8')).toContain('// "maxIterations": 5,');
    expect(await place.run(['config', 'show'])).toMatchObject({code: 0});
    const again = await place.run(['config', 'init']);
    expect(again).toMatchObject({code: 2, stdout: ''});
    expect(again.stderr).toBe(
      `oneshot: FILE_EXISTS: ${path} is there already. Edit it, or name another file.\n`,
    );
    expect(await place.run(['config', 'init', '--home'])).toMatchObject({
      code: 0,
      stdout: `${join(place.home, '.oneshot.json')}\n`,
    });
    const nowhere = await place.run(['config', 'init', 'no/such/folder/x.json']);
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('oneshot: UNWRITABLE_FILE: cannot write ');
  });

  it('names file and line of what is wrong, before anything is started', async () => {
    const path = write('work/.oneshot.json', '{\n  "executor": "command",\n  "max_iteration": 3\n}');
    const {code, stderr} = await place.run(['do it']);
    expect({code, stderr}).toEqual({
      code: 2,
      stderr: `oneshot: CONFIG_INVALID: ${path}:3: there is no key "max_iteration". Did you mean maxIterations?\n`,
    });
    expect(place.sessions()).toEqual([]);
  });
});

describe('a project that is not trusted', () => {
  it('runs nothing until oneshot trust, and nothing again after a change', async () => {
    const path = write('work/.oneshot.json', {...COMMAND, env: {WHO: 'first'}});
    const refused = await place.run(['do it']);
    expect(refused).toMatchObject({code: 2, stdout: ''});
    expect(refused.stderr).toBe(
      `oneshot: CONFIG_UNTRUSTED: ${path} sets executor, audit, agentArgs, env, and is not trusted as it is now. Leave files out with --no-config; or read it and, if you want what it says: oneshot trust ${path}.\n`,
    );
    expect(place.sessions()).toEqual([]);

    const trusted = await place.run(['trust']);
    expect(trusted).toMatchObject({code: 0, stderr: ''});
    expect(trusted.stdout).toBe(`trusted ${path} as it is now: it sets executor, audit, agentArgs, env\n`);
    expect(await place.run(['do it'])).toMatchObject({code: 0, stdout: 'first\n'});

    write('work/.oneshot.json', {...COMMAND, env: {WHO: 'second'}});
    expect((await place.run(['do it'])).stderr).toContain('CONFIG_UNTRUSTED');
    expect(await place.run(['trust', '.oneshot.json', '--json'])).toMatchObject({code: 0});
    expect(await place.run(['do it'])).toMatchObject({code: 0, stdout: 'second\n'});

    const list = await place.run(['trust', '--list']);
    expect(list.stdout).toMatch(/^\d{4}-\d\d-\d\dT\S+ {2}[0-9a-f]{12} {2}\S+\/work\/\.oneshot\.json\n$/);
    expect(JSON.parse((await place.run(['trust', '--list', '--json'])).stdout)).toMatchObject([{path}]);

    rmSync(path);
    expect(await place.run(['trust', '--remove', '.oneshot.json'])).toMatchObject({
      code: 0,
      stdout: `${path} is no longer trusted\n`,
    });
    expect((await place.run(['trust', '--remove', path])).stdout).toBe(`${path} was not trusted\n`);
    expect((await place.run(['trust', '--list'])).stdout).toBe('');
  });

  it('can be trusted for a package.json too, which may go on changing elsewhere', async () => {
    const path = write('work/package.json', {version: '1', oneshot: {keepProcesses: true}});
    expect((await place.run(['trust', '--json'])).stdout).toContain('"keepProcesses"');
    write('work/package.json', {version: '2', oneshot: {keepProcesses: true}});
    const {stdout} = await place.run(['config', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({files: [{path}], refused: null});
    expect((await place.run(['trust', '--remove'])).stdout).toBe(`${path} is no longer trusted\n`);
  });

  it.each([
    [
      ['trust'],
      /^oneshot: UNREADABLE_FILE: there is no project configuration for .*\/work\. Name the file: /,
    ],
    [['trust', 'no/file.json'], /^oneshot: UNREADABLE_FILE: .*: there is no such file\. /],
    [['trust', '--list', '--remove'], /^oneshot: USAGE: --list stands alone\. /],
  ])('%j, with nothing to trust, is one line', async (argv, line) => {
    const {code, stderr} = await place.run(argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
  });

  it('sets nothing that needs trust where that is so', async () => {
    const path = write('work/.oneshot.json', {maxIterations: 2});
    const {stdout} = await place.run(['trust']);
    expect(stdout).toBe(`trusted ${path} as it is now: it sets nothing that needs it\n`);
  });
});

describe('a task with configuration', () => {
  it('takes secrets from where the file says they are, and redacts them', async () => {
    write('key.txt', 'the secret value\n');
    const config = {...COMMAND, env: {WHO: {fromFile: 'key.txt'}}};
    write('.oneshot.json', config);
    const {code, stdout} = await place.run(['do it']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[redacted:WHO\]\**\n$/);
    write('.oneshot.json', {...config, redact: false});
    expect(await place.run(['do it'])).toMatchObject({code: 0, stdout: 'the secret value\n'});
    expect(await place.run(['--redact', 'do it'])).toMatchObject({code: 0, stdout});
  });

  it('has a note for what has no effect', async () => {
    write('.oneshot.json', {...COMMAND, tui_refresh: 3});
    const {stderr} = await place.run(['do it']);
    expect(stderr).toContain('tui_refresh has no effect: the terminal shows events as they come.');
    expect(place.events()).toEqual(
      expect.arrayContaining([expect.objectContaining({type: 'note', code: 'CONFIG_KEY_IGNORED'})]),
    );
  });

  it('keeps sessions where --logs-dir says', async () => {
    mkdirSync(join(place.work, 'logs'));
    expect(await place.run(['exec', '--logs-dir', 'logs', '--', 'true'])).toMatchObject({code: 0});
    expect(existsSync(join(place.work, 'logs/sessions'))).toBe(true);
    expect(place.sessions()).toEqual([]);
    const explained = await place.run(['explain', '--logs-dir', 'logs']);
    expect(explained).toMatchObject({code: 0, stdout: expect.stringMatching(/^session /)});
  });

  it('does not repeat a key from the command line', async () => {
    const {code, stderr} = await place.run(['--worker-api-key=sk-1234567890', 'do it']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^oneshot: INVALID_OPTION: there is no option --worker-api-key\. A key on a command line /,
    );
    expect(stderr).not.toContain('1234567890');
  });
});
