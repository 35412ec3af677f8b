import {readFileSync} from 'node:fs';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {z} from 'zod';
import {CONFIG_SCHEMAS} from '../../../src/cli/config/schema.ts';
import {SETTING_KEYS, SETTINGS} from '../../../src/cli/config/settings.ts';
import {Folders, runMain} from './folders.ts';

type Name = keyof typeof CONFIG_SCHEMAS;

function accepts(name: Name, value: unknown): boolean {
  return z.fromJSONSchema(CONFIG_SCHEMAS[name] as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value)
    .success;
}

let folders: Folders;

beforeEach(() => {
  folders = new Folders();
});

afterEach(() => folders.remove());

describe('the JSON Schemas', () => {
  it.each(Object.keys(CONFIG_SCHEMAS) as Name[])('of %s is in the package', (name) => {
    const file = new URL(`../../../schema/${name}.schema.json`, import.meta.url);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(CONFIG_SCHEMAS[name]);
  });

  it('of a file accepts every example and refuses other types', () => {
    const example = SETTING_KEYS.map((key) => [key, SETTINGS[key].example ?? SETTINGS[key].normally]);
    expect(accepts('config', {...Object.fromEntries(example), $schema: 'x', max_iterations: 3})).toBe(true);
    expect(accepts('config', {workerModel: null, idleTimeout: 90})).toBe(true);
    for (const wrong of [{executor: 1}, {agentArgs: 'x'}, {env: {A: {from: 'x'}}}, {audit: 'no'}, []]) {
      expect(accepts('config', wrong)).toBe(false);
    }
  });

  it('of config show and trust accept what is printed', async () => {
    folders.write('home/.oneshot.json', {webPort: 1, maxIterations: 2});
    folders.write('home/project/.oneshot.json', {agentArgs: ['x'], env: {A: 'b'}});
    const json = async (...argv: string[]) => JSON.parse((await runMain(folders, argv)).stdout);
    const shown = await json('config', '--json');
    expect(accepts('config-show', shown)).toBe(true);
    expect(accepts('config-show', {...shown, more: 1})).toBe(false);
    for (const argv of [[], ['--list'], ['--remove']]) {
      expect(accepts('trust', await json('trust', '--json', ...argv))).toBe(true);
    }
    expect(accepts('config-show', await json('config', '--json'))).toBe(true);
    expect(accepts('trust', {path: 1})).toBe(false);
  });
});
