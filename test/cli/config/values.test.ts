import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {readDocument} from '../../../src/cli/config/document.ts';
import {
  camelCase,
  SETTING_KEYS,
  SETTINGS,
  type Settings,
  variableOf,
} from '../../../src/cli/config/settings.ts';
import {REFUSED_KEYS, RETIRED_KEYS, settingsOf} from '../../../src/cli/config/values.ts';
import {findVariables} from '../../../src/cli/config/variables.ts';
import {complaint, Folders} from './folders.ts';

const read = (text: string) => settingsOf(readDocument('/p/f.json', text));
const settings = (text: string): Settings => read(text).settings;

describe('the keys of a file', () => {
  it('are settings, in camel case or in the snake case of the Python tool', () => {
    expect(settings('{"maxIterations": 2, "workerModel": "a", "initialTimeout": 60}')).toEqual(
      settings('{"max_iterations": 2, "worker_model": "a", "initial_timeout": "60s"}'),
    );
  });

  it.each([
    'executor',
    'max_iterations',
    'worker_model',
    'auditor_model',
    'worker_prompt_header',
    'auditor_prompt_header',
    'initial_timeout',
    'max_timeout',
    'activity_interval',
  ])('%s of the Python tool means the same', (key) => expect(SETTING_KEYS).toContain(camelCase(key)));

  it.each(['max_concurrent', 'idle_threshold', 'heartbeat_interval', 'web_port', 'tui_refresh'])(
    '%s of the Python tool has no effect, and a note says what to do instead',
    (key) => {
      const found = read(`{\n"${key}": 3}`);
      expect(found.settings).toEqual({});
      expect(found.notes).toEqual([
        {
          type: 'note',
          level: 'warning',
          code: 'CONFIG_KEY_IGNORED',
          text: `/p/f.json:2: ${key} has no effect: ${RETIRED_KEYS[camelCase(key)]}.`,
        },
      ]);
    },
  );

  it('that are null count as not given', () => {
    expect(settings('{"workerModel": null, "env": null}')).toEqual({});
  });

  it('that are for editors and people are left alone', () => {
    expect(settings('{"$schema": "x", "//": "why", "//": "and how"}')).toEqual({});
  });

  it.each([
    ['{"executr": 1}', 'there is no key "executr". Did you mean executor?'],
    ['{"max-iterations": 1}', 'there is no key "max-iterations". Did you mean maxIterations?'],
    ['{"__proto__": {}}', 'there is no key "__proto__". Did you mean '],
    ['{"toString": 1}', 'there is no key "toString". Did you mean '],
    ['{"maxIterations": 0}', 'maxIterations "0" is not valid. It takes a whole number from 1 on.'],
    ['{"max_iterations": "x"}', 'max_iterations "x" is not valid. It takes a whole number from 1 on.'],
    ['{"executor": "clade"}', 'executor "clade" is no executor. Did you mean claude?'],
    ['{"workerModel": "a\\u0000b"}', 'workerModel holds a null character. Remove it.'],
    [
      '{"maxTimeout": 1, "max_timeout": 2}',
      'max_timeout stands there already, in line 1, as maxTimeout. Keep one of the two.',
    ],
    ['{"worker_api_key": "sk"}', 'worker_api_key would keep a secret in a file. Say where it is: "env"'],
    ['{"githubToken": "x"}', 'githubToken would keep a secret in a file.'],
    [
      '{"env": {"MY_API_KEY": "sk-abc-123"}}',
      'env.MY_API_KEY would keep a secret in a file. Say where it is: "env": {"MY_API_KEY"',
    ],
    ['{"workerApiKeyFile": "X"}', 'workerApiKeyFile is no key of oneshot. Write "env"'],
    ['{"auditor_endpoint": "X"}', 'auditor_endpoint "X" is no address of http or https. Give one such as'],
    ['{"workerProvider": "X"}', 'workerProvider "X" is not valid. It takes executor'],
    [
      '{"worker_api_key_env": "A,B"}',
      'worker_api_key_env "A,B" is not valid. It takes the name of one variable',
    ],
  ])('%s: an error names file, line and key', (text, message) => {
    const {code, line} = complaint(() => read(text));
    expect(code).toBe(2);
    expect(line).toContain(`oneshot: CONFIG_INVALID: /p/f.json:1: ${message}`);
  });

  it('are all told apart', () => {
    const others = [...Object.keys(RETIRED_KEYS), ...Object.keys(REFUSED_KEYS)];
    expect(others.filter((key) => (SETTING_KEYS as readonly string[]).includes(key))).toEqual([]);
    expect(variableOf('maxIterations')).toBe('ONESHOT_MAX_ITERATIONS');
  });

  it('have a flag each', () => {
    for (const key of SETTING_KEYS) expect(SETTINGS[key].flag).toMatch(/^--[a-z-]+/);
  });

  it('are not blamed for a mistake of our own', () => {
    const broken = vi.spyOn(SETTINGS.executor.form, 'fromJson').mockImplementation(() => {
      throw new TypeError('ours');
    });
    expect(() => settings('{"executor": "claude"}')).toThrow(TypeError);
    broken.mockRestore();
  });
});

describe('variables for the agent', () => {
  let folders: Folders;
  beforeEach(() => {
    folders = new Folders();
  });
  afterEach(() => folders.remove());

  it('name files relative to the file that names them', () => {
    const env =
      '{"env": {"A": "x", "B": {"fromFile": "key.txt"}, "C": {"fromFile": "/k"}, "D": {"fromEnv": "E"}}}';
    expect(settings(env).env).toEqual({
      A: 'x',
      B: {fromFile: '/p/key.txt'},
      C: {fromFile: '/k'},
      D: {fromEnv: 'E'},
    });
  });

  it('may be short or plain numbers even where their name is that of a secret', () => {
    expect(settings('{"env": {"SORT_KEY": "name", "MAX_THINKING_TOKENS": "16000000"}}').env).toEqual({
      SORT_KEY: 'name',
      MAX_THINKING_TOKENS: '16000000',
    });
  });

  it('come from where they are said to be, and then are secrets', () => {
    const key = folders.write('key.txt', 'the key\n');
    expect(findVariables({A: 'x', B: {fromEnv: 'E'}, C: {fromFile: key}}, {E: 'value'})).toEqual({
      variables: {A: 'x', B: 'value', C: 'the key'},
      secrets: ['B', 'C'],
    });
  });

  it('that cannot be found are an error', () => {
    expect(complaint(() => findVariables({A: {fromEnv: 'E'}}, {E: ''}))).toEqual({
      code: 2,
      line: 'oneshot: CONFIG_INVALID: env.A comes from the variable E, which is not set. Set E, or take env.A out of the configuration.',
    });
    const empty = folders.write('empty', '\n');
    for (const fromFile of [empty, folders.write('binary', 'a\0b'), folders.top]) {
      const {line} = complaint(() => findVariables({A: {fromFile}}, {}));
      expect(line).toContain(`oneshot: CONFIG_INVALID: env.A comes from ${fromFile}, which cannot be read: `);
    }
  });
});
