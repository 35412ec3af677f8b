import {describe, expect, it} from 'vitest';
import {variables} from '../../../src/cli/config/form.ts';
import {SETTING_KEYS, SETTINGS, type SettingKey} from '../../../src/cli/config/settings.ts';
import {complaint} from './folders.ts';

const fromJson = (key: SettingKey, value: unknown) => SETTINGS[key].form.fromJson(key, value);
const fromText = (key: SettingKey, text: string) => SETTINGS[key].form.fromText(key, text);

describe('a value of a file', () => {
  it.each<[SettingKey, unknown, unknown]>([
    ['executor', 'claude', 'claude'],
    ['maxIterations', 3, 3],
    ['maxIterations', '3', 3],
    ['audit', false, false],
    ['agentArgs', ['--foo', '-x'], ['--foo', '-x']],
    ['initialTimeout', 90, 90_000],
    ['initialTimeout', '1.5m', 90_000],
    ['idleTimeout', 'off', 'off'],
    ['activityInterval', '500ms', 500],
    ['monitor', ['files', 'output'], ['output', 'files']],
    ['maxFrame', '1MiB', 1_048_576],
    ['redactEnv', ['A', 'B', 'A'], ['A', 'B']],
    ['redactEnv', [], []],
    ['env', {A: '', B: {fromEnv: 'C'}, D: {fromFile: 'e'}}, {A: '', B: {fromEnv: 'C'}, D: {fromFile: 'e'}}],
  ])('of %s, %j, is read as %j', (key, value, read) => expect(fromJson(key, value)).toEqual(read));

  it.each<[SettingKey, unknown, string]>([
    ['executor', 1, 'executor "1" is not valid. It takes a string.'],
    ['executor', 'claud', 'executor "claud" is no executor. Did you mean claude?'],
    ['maxIterations', true, 'maxIterations "true" is not valid. It takes a whole number from 1 on.'],
    ['maxIterations', 1.5, 'maxIterations "1.5" is not valid. It takes a whole number from 1 on.'],
    ['audit', 'no', 'audit "no" is not valid. It takes true or false.'],
    ['agentArgs', '--foo', 'agentArgs "--foo" is not valid. It takes a list of strings.'],
    ['agentArgs', [1], 'agentArgs "[1]" is not valid. It takes a list of strings.'],
    ['monitor', [], 'monitor "" is not valid. Did you mean files? monitor takes output, files, processes.'],
    [
      'redactEnv',
      ['A B'],
      'redactEnv "A B" is not valid. It takes names of variables, such as GITHUB_TOKEN.',
    ],
    ['verbosity', 'loud', 'verbosity "loud" is not valid. Did you mean debug?'],
    ['env', ['A=1'], 'env "["A=1"]" is not valid.'.replaceAll('"A', '\\"A').replace('1"]', '1\\"]')],
    ['env', {'A=': 'x'}, 'env "A=" is not valid. It takes names of variables.'],
    ['env', {'': 'x'}, 'env "" is not valid. It takes names of variables.'],
    ['env', {A: 1}, 'env.A "1" is not valid. It takes a string, {"fromEnv": NAME} or {"fromFile": PATH}.'],
    ['env', {A: 'x\0'}, 'env.A '],
    ['env', {A: {}}, 'env.A "{}" is not valid.'],
    ['env', {A: {fromEnv: ''}}, 'env.A '],
    ['env', {A: {fromEnv: 1}}, 'env.A '],
    ['env', {A: {from: 'x'}}, 'env.A '],
    ['env', {A: {fromEnv: 'x', fromFile: 'y'}}, 'env.A '],
  ])('of %s, %j, is refused', (key, value, message) => {
    const {line} = complaint(() => fromJson(key, value));
    expect(line).toContain(message);
  });
});

describe('a value of a variable', () => {
  it.each<[SettingKey, string, unknown]>([
    ['executor', 'cline', 'cline'],
    ['audit', 'False', false],
    ['audit', '1', true],
    ['monitor', 'output,processes', ['output', 'processes']],
    ['agentArgs', '["a b", "-x"]', ['a b', '-x']],
    ['redactEnv', 'A, B', ['A', 'B']],
    ['maxTimeout', '2h', 7_200_000],
  ])('of %s, %j, is read as %j', (key, text, read) => expect(fromText(key, text)).toEqual(read));

  it.each<[SettingKey, string, string]>([
    ['audit', 'maybe', 'audit "maybe" is not valid. It takes true or false.'],
    ['agentArgs', '--foo', 'agentArgs "--foo" is not valid. It takes a JSON list of strings.'],
    ['env', 'A=1', 'env "A=1" is not valid. It takes an object of strings'],
  ])('of %s, %j, is refused', (key, text, message) => {
    expect(complaint(() => fromText(key, text)).line).toContain(message);
  });
});

describe('what is shown', () => {
  it.each(SETTING_KEYS)('of %s is what a file would hold', (key) => {
    const {form, normally, example} = SETTINGS[key];
    const written = example ?? normally;
    if (key === 'env') return;
    const toJson = form.toJson as (value: unknown) => unknown;
    expect(fromJson(key, toJson(fromJson(key, written)))).toEqual(fromJson(key, written));
  });

  it('of a clock that is off is off', () => {
    expect(SETTINGS.idleTimeout.form.toJson('off')).toBe('off');
  });

  it('of variables has no values', () => {
    expect(variables.toJson({A: 'x', B: {fromEnv: 'C'}})).toEqual({A: null, B: {fromEnv: 'C'}});
  });
});
