/** `config` and `trust` in this process; test/cli/config.test.ts has them as users run them. */
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {Folders, runMain} from './folders.ts';

let folders: Folders;

beforeEach(() => {
  folders = new Folders();
});

afterEach(() => folders.remove());

const run = (...argv: string[]) => runMain(folders, argv);

describe('config', () => {
  it('shows files, settings, what is refused and what has no effect', async () => {
    expect((await run('config')).stdout).toMatch(/^no configuration file\nexecutor /);
    const path = folders.write('home/project/.oneshot.json', {
      agentArgs: ['x'],
      monitor: ['files'],
      webPort: 1,
    });
    const {stdout} = await run('config', 'show');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`project file: ${path}`);
    expect(lines.map((line) => line.split(/ {2,}/))).toContainEqual(['monitor', '["files"]', path]);
    expect(lines).toContain(`agentArgs of ${path}: not trusted, see oneshot trust`);
    expect(lines.at(-2)).toContain('webPort has no effect');
    expect(JSON.parse((await run('config', '--json')).stdout)).toMatchObject({
      files: [{kind: 'project', path}],
      refused: {path, keys: ['agentArgs']},
      notes: [expect.stringContaining('webPort')],
    });
  });

  it('shows nothing that a terminal would take for a command', async () => {
    folders.write('home/project/.oneshot.json', {workerModel: 'a\u001b[2Jb\nc'});
    expect((await run('config')).stdout).toMatch(/^workerModel +ab c +/m);
  });

  it('init writes a first file', async () => {
    const path = join(folders.project, 'mine.json');
    expect(await run('config', 'init', 'mine.json')).toEqual({code: 0, stdout: `${path}\n`, stderr: ''});
    expect((await run('config', 'init', 'mine.json')).stderr).toContain('oneshot: FILE_EXISTS: ');
    expect((await run('config', 'init', 'no/mine.json')).stderr).toContain('oneshot: UNWRITABLE_FILE: ');
    expect((await run('config', 'init', '--home')).stdout).toBe(`${join(folders.home, '.oneshot.json')}\n`);
    const manifest = folders.write('home/project/package.json', {oneshot: {audit: true}});
    expect((await run('config', 'init')).stderr).toBe(
      `oneshot: FILE_EXISTS: ${manifest} has the settings already. Edit it.\n`,
    );
    rmSync(manifest);
    expect((await run('config', 'init')).code).toBe(0);
    expect((await run('config', 'init')).stderr).toContain('.oneshot.json is there already. ');
    expect((await run('config', '--config', 'mine.json')).stdout).toContain(`named file: ${path}\n`);
  });

  it.each([
    [['config', 'init', 'x', '--home'], 'Give one of the two'],
    [['config', 'list'], 'Did you mean oneshot config init?'],
    [['config', 'show', 'x'], '--config FILE'],
  ])('%j is wrong', async (argv, hint) => {
    const {code, stderr} = await run(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(hint);
  });
});

describe('trust', () => {
  it('adds, lists and removes', async () => {
    const path = folders.write('home/project/.oneshot.json', {agentArgs: ['x']});
    expect((await run('trust')).stdout).toBe(`trusted ${path} as it is now: it sets agentArgs\n`);
    expect((await run('trust', '--list')).stdout).toContain(path);
    expect((await run('trust', '--remove')).stdout).toBe(`${path} is no longer trusted\n`);
    expect((await run('trust', '--remove', '.oneshot.json')).stdout).toBe(`${path} was not trusted\n`);
    const gone = join(folders.project, 'gone/.oneshot.json');
    expect((await run('trust', '--remove', gone)).stdout).toBe(`${gone} was not trusted\n`);
    folders.write('home/project/.oneshot.json', {audit: true});
    const {stdout} = await run('trust', '.oneshot.json', '--json');
    expect(JSON.parse(stdout)).toMatchObject({path, keys: []});
    expect((await run('trust', '.oneshot.json')).stdout).toContain('it sets nothing that needs it');
    rmSync(path);
    expect((await run('trust')).stderr).toContain('there is no project configuration');
    expect((await run('trust', '--list', '--remove')).code).toBe(2);
  });
});
