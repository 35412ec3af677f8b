import {execFileSync} from 'node:child_process';
import {symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {readDocument, readManifest} from '../../../src/cli/config/document.ts';
import {findHomeFile, findProjectFile, readNamedFile} from '../../../src/cli/config/find.ts';
import {complaint, Folders} from './folders.ts';

let folders: Folders;

beforeEach(() => {
  folders = new Folders();
});

afterEach(() => folders.remove());

describe('the text of a file', () => {
  it('may have comments, and a comma after the last item', () => {
    const text = '{\n  // why\n  "a": [1, 2,], /* or not */\n  "b": {"c": null},\n}\n';
    expect(readDocument('/f', text).entries).toEqual([
      {key: 'a', value: [1, 2], line: 3},
      {key: 'b', value: {c: null}, line: 4},
    ]);
  });

  it('keeps every key that stands twice', () => {
    expect(readDocument('/f', '{"a": 1,\n"a": 2}').entries.map(({line}) => line)).toEqual([1, 2]);
  });

  it.each([
    ['', '/f:1: it is not JSON: value expected. Correct that line.'],
    ['{\n"a": 1\n"b": 2}', '/f:3: it is not JSON: comma expected. Correct that line.'],
    ['{\n\n"a": }', '/f:3: it is not JSON: value expected.'],
    ['{"a": 1', '/f:1: it is not JSON: close brace expected.'],
    ['{"a"}', '/f:1: it is not JSON: colon expected.'],
    ["{'a': 1}", '/f:1: it is not JSON: invalid symbol.'],
    ['{"a": 1} x', '/f:1: it is not JSON: '],
    ['\n[1]', '/f:2: it is no JSON object. Write { "executor": "claude" }, for example.'],
    ['"x"', '/f:1: it is no JSON object.'],
    ['// nothing', '/f:1: it is not JSON'],
    ['['.repeat(100_000), '/f:1: it is no configuration: '],
  ])('%# that is wrong is told with its line', (text, message) => {
    const {code, line} = complaint(() => readDocument('/f', text));
    expect({code, line}).toEqual({
      code: 2,
      line: expect.stringContaining(`oneshot: CONFIG_INVALID: ${message}`),
    });
  });

  it('of a package.json is its key oneshot, and only that decides its hash', () => {
    const section = '{"executor": "cline"}';
    const one = readManifest('/package.json', `{"name": "a",\n "oneshot": ${section}}`);
    const other = readManifest('/package.json', `{"name": "b", "oneshot": ${section}, "version": "2"}`);
    expect(one?.entries).toEqual([{key: 'executor', value: 'cline', line: 2}]);
    expect(one?.sha256).toBe(other?.sha256);
    expect(readManifest('/package.json', '{"oneshot": {"executor": "auto"}}')?.sha256).not.toBe(one?.sha256);
  });

  it.each([
    '{"name": "oneshot"}',
    '{"name": "a", ',
    '{"dependencies": {"oneshot": "1"}',
    '"oneshot"',
    '["oneshot"]',
    '',
  ])('of a package.json without that key is nothing: %s', (text) =>
    expect(readManifest('/package.json', text)).toBeNull(),
  );

  it('of a broken package.json with that key is an error', () => {
    const {line} = complaint(() => readManifest('/package.json', '{"oneshot": {},\n"a" 1}'));
    expect(line).toContain('/package.json:2: it is not JSON: colon expected');
    expect(complaint(() => readManifest('/package.json', '{"oneshot": 1}')).line).toContain('no JSON object');
  });
});

describe('the home file', () => {
  it('is ~/.oneshot.json, with or without a byte order mark', () => {
    expect(findHomeFile(folders.home)).toBeNull();
    const path = folders.write('home/.oneshot.json', '\ufeff{"audit": true}');
    expect(findHomeFile(folders.home)).toMatchObject({path, entries: [{key: 'audit', value: true}]});
  });
});

describe('the project file', () => {
  const find = (cwd = folders.project) => findProjectFile(cwd, folders.home)?.path ?? null;

  it.each(['.oneshot.json', 'oneshot.config.json'])('may be %s', (name) => {
    const path = folders.write(`home/project/${name}`, {});
    expect(find()).toBe(path);
  });

  it('may be the key oneshot of package.json', () => {
    const path = folders.write('home/project/package.json', {name: 'x'});
    expect(find()).toBeNull();
    folders.write('home/project/package.json', {name: 'x', oneshot: {}});
    expect(find()).toBe(path);
  });

  it('is one in a folder', () => {
    folders.write('home/project/.oneshot.json', {});
    folders.write('home/project/package.json', {oneshot: {}});
    const {code, line} = complaint(find);
    expect({code, line}).toEqual({
      code: 2,
      line: `oneshot: CONFIG_INVALID: ${folders.project} has several configurations: .oneshot.json and package.json. Keep one.`,
    });
  });

  it('is the nearest one above, below the home folder', () => {
    const above = folders.write('home/project/.oneshot.json', {});
    folders.write('home/oneshot.config.json', {});
    const sub = folders.folder('home/project/a/b');
    expect(find(sub)).toBe(above);
    const nearer = folders.write('home/project/a/oneshot.config.json', {});
    expect(find(sub)).toBe(nearer);
  });

  it('is never the home file, nor anything in the home folder or above it', () => {
    folders.write('home/.oneshot.json', {});
    folders.write('home/oneshot.config.json', {});
    folders.write('oneshot.config.json', {});
    expect([find(), find(folders.home)]).toEqual([null, null]);
  });

  it('is looked for up to the root of the repository and no further', () => {
    folders.write('elsewhere/oneshot.config.json', {});
    folders.folder('elsewhere/repo/.git');
    const sub = folders.folder('elsewhere/repo/sub');
    expect(find(sub)).toBeNull();
    const path = folders.write('elsewhere/repo/oneshot.config.json', {});
    expect(find(sub)).toBe(path);
  });

  it('is looked for in one folder only where there is neither a repository nor a home', () => {
    folders.write('elsewhere/oneshot.config.json', {});
    const sub = folders.folder('elsewhere/sub');
    expect(find(sub)).toBeNull();
    const path = folders.write('elsewhere/sub/.oneshot.json', {});
    expect(find(sub)).toBe(path);
  });

  it('is the same by whichever link one came', () => {
    const path = folders.write('home/project/.oneshot.json', {});
    symlinkSync(folders.project, join(folders.top, 'link'));
    expect(find(join(folders.top, 'link'))).toBe(path);
    symlinkSync(folders.home, join(folders.top, 'home-link'));
    expect(findProjectFile(folders.home, join(folders.top, 'home-link'))).toBeNull();
  });

  it('is not there in a folder that is not there', () => {
    expect(findProjectFile(join(folders.top, 'gone'), join(folders.top, 'gone-too'))).toBeNull();
  });

  it.each<[string, (path: string) => void, string]>([
    ['a folder', () => folders.folder('home/project/.oneshot.json'), 'it is no file'],
    ['a named pipe', (path) => execFileSync('mkfifo', [path]), 'it is no file'],
    [
      'too large',
      () => folders.write('home/project/.oneshot.json', ' '.repeat(300_000)),
      'it is larger than 256 KiB',
    ],
    ['a link in a circle', (path) => symlinkSync(path, path), 'ELOOP'],
  ])('that is %s is an error', (_what, make, why) => {
    make(join(folders.project, '.oneshot.json'));
    const {code, line} = complaint(find);
    expect(code).toBe(2);
    expect(line).toContain('oneshot: UNREADABLE_FILE: cannot read the configuration ');
    expect(line).toContain(why);
  });

  it('is no package.json that cannot be read', () => {
    folders.folder('home/project/package.json');
    expect(find()).toBeNull();
  });
});

describe('a file that is named', () => {
  it('must be there', () => {
    const {line} = complaint(() => readNamedFile(join(folders.top, 'none.json')));
    expect(line).toMatch(/^oneshot: UNREADABLE_FILE: .*none\.json: there is no such file\./);
    expect(complaint(() => readNamedFile(join(folders.top, 'none.json', 'x'))).line).toContain(
      'no such file',
    );
  });

  it('may be a package.json', () => {
    const path = folders.write('package.json', {oneshot: {audit: true}});
    expect(readNamedFile(path).entries).toMatchObject([{key: 'audit'}]);
    folders.write('package.json', {});
    expect(complaint(() => readNamedFile(path)).line).toContain(
      'has no key "oneshot". Put the settings there',
    );
  });
});
