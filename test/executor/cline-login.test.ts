import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {cline} from '../../src/executor/cline.ts';
import {type Programs, programs} from './programs.ts';

let world: Programs;
beforeEach(() => {
  world = programs();
});
afterEach(() => world.remove());

const write = (path: string, content: unknown) =>
  world.write(path, typeof content === 'string' ? content : JSON.stringify(content));

async function loggedIn(
  adapter: 'cline-2' | 'cline-3',
  env: Record<string, string> = {},
  agentArgs: string[] = [],
): Promise<boolean | null> {
  const installation = {executor: 'cline', adapter, program: ['cline'], version: null} as const;
  const state = await cline.loginState(installation, {HOME: world.dir, ...env}, agentArgs);
  expect(state.loginCommand).toBe('cline auth');
  return state.loggedIn;
}

/** As `cline auth` of each generation leaves it. */
const state2 = {actModeApiProvider: 'openai', welcomeViewCompleted: true};
const providers = (...settings: Record<string, unknown>[]) => ({
  version: 1,
  providers: Object.fromEntries(
    settings.map((one, index) => [`p${index}`, {settings: one, tokenSource: 'manual'}]),
  ),
});
const account = {provider: 'cline', model: 'some/model'};

describe('2.x', () => {
  it('a fresh home has no login', async () => {
    expect(await loggedIn('cline-2')).toBe(false);
  });

  it('what the welcome says goes', async () => {
    write('.cline/data/globalState.json', state2);
    expect(await loggedIn('cline-2')).toBe(true);
    write('.cline/data/globalState.json', {welcomeViewCompleted: false});
    write('.cline/data/secrets.json', {openAiApiKey: 'K'});
    expect(await loggedIn('cline-2')).toBe(false);
  });

  it('without a welcome, any key and any provider without one may do', async () => {
    write('.cline/data/secrets.json', {openAiApiKey: ''});
    expect(await loggedIn('cline-2')).toBe(false);
    write('.cline/data/secrets.json', {openAiApiKey: 'K'});
    expect(await loggedIn('cline-2')).toBeNull();
    write('.cline/data/secrets.json', {});
    write('.cline/data/globalState.json', {ollamaBaseUrl: 'http://127.0.0.1:11434'});
    expect(await loggedIn('cline-2')).toBeNull();
  });

  it.each([['no JSON'], ['[]']])('a file that holds %s tells nothing', async (content) => {
    write('.cline/data/globalState.json', content);
    expect(await loggedIn('cline-2')).toBeNull();
    write('.cline/data/globalState.json', {});
    write('.cline/data/secrets.json', content);
    expect(await loggedIn('cline-2')).toBeNull();
  });

  it('looks where flags and variables point, flags first', async () => {
    write('conf/data/globalState.json', state2);
    const conf = join(world.dir, 'conf');
    expect(await loggedIn('cline-2', {CLINE_DIR: conf})).toBe(true);
    expect(await loggedIn('cline-2', {}, ['--config', conf])).toBe(true);
    expect(await loggedIn('cline-2', {CLINE_DIR: '/nowhere'}, ['--verbose', `--config=${conf}`])).toBe(true);
    expect(await loggedIn('cline-2', {CLINE_DIR: conf}, ['--config', '/nowhere'])).toBe(false);
    expect(await loggedIn('cline-2', {HOME: '', USERPROFILE: world.dir})).toBe(false);
  });

  it('looks in the home of the user when no variable names one', async () => {
    expect([true, false, null]).toContain(await loggedIn('cline-2', {HOME: ''}));
  });
});

describe('3.x', () => {
  const settings = '.cline/data/settings/providers.json';

  it('a fresh home has no login, nor has one in which it was started without', async () => {
    expect(await loggedIn('cline-3')).toBe(false);
    write(settings, providers(account));
    expect(await loggedIn('cline-3')).toBe(false);
  });

  it('a key or an account is a login', async () => {
    write(settings, providers(account, {provider: 'openai-compatible', apiKey: 'K'}));
    expect(await loggedIn('cline-3')).toBe(true);
    write(settings, providers({...account, auth: {accessToken: 'T'}}));
    expect(await loggedIn('cline-3')).toBe(true);
  });

  it('a provider that may do without a key is not to be judged', async () => {
    write(settings, providers({provider: 'ollama', model: 'm'}));
    expect(await loggedIn('cline-3')).toBeNull();
    write(settings, providers({...account, baseUrl: 'http://127.0.0.1:1'}));
    expect(await loggedIn('cline-3')).toBeNull();
  });

  it('takes over the login of 2.x', async () => {
    write('.cline/data/globalState.json', state2);
    expect(await loggedIn('cline-3')).toBeNull();
  });

  it('a key on the command line or in the environment is not to be judged', async () => {
    expect(await loggedIn('cline-3', {CLINE_API_KEY: 'K'})).toBeNull();
    expect(await loggedIn('cline-3', {CLINE_SANDBOX: '1'})).toBeNull();
    expect(await loggedIn('cline-3', {}, ['-k', 'K'])).toBeNull();
    expect(await loggedIn('cline-3', {}, ['--provider=ollama'])).toBeNull();
    expect(await loggedIn('cline-3', {}, ['-P'])).toBeNull();
  });

  it('an unreadable file tells nothing', async () => {
    mkdirSync(join(world.dir, settings), {recursive: true});
    expect(await loggedIn('cline-3')).toBeNull();
  });

  it('looks where flags and variables point, the data folder first', async () => {
    write('data/settings/providers.json', providers({provider: 'x', apiKey: 'K'}));
    write('conf/data/settings/providers.json', providers({provider: 'x', apiKey: 'K'}));
    const data = join(world.dir, 'data');
    const conf = join(world.dir, 'conf');
    expect(await loggedIn('cline-3', {CLINE_DATA_DIR: data})).toBe(true);
    expect(await loggedIn('cline-3', {}, ['--data-dir', data])).toBe(true);
    expect(await loggedIn('cline-3', {}, ['--config', conf])).toBe(true);
    expect(await loggedIn('cline-3', {CLINE_DATA_DIR: '/nowhere'}, ['--config', conf])).toBe(false);
    const file = join(data, 'settings', 'providers.json');
    expect(await loggedIn('cline-3', {CLINE_PROVIDER_SETTINGS_PATH: file})).toBe(true);
  });
});
