/**
 * Homes that agents find on first start. Claude needs none: its key is in the environment. Cline is logged in once per
 * version with its own `cline auth`; each test gets a copy that points at its own model server.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {InstalledAgent} from './install.ts';

/** Stands in the prepared home for the address of the model server. */
const PLACEHOLDER_URL = 'http://127.0.0.1:9/v1';

interface ClineFiles {
  provider: string;
  /** The file that names the model server. */
  settings: string;
  /** Where telemetry and updates are turned off; both would try to reach the network. */
  quiet: {file: string; values: Record<string, unknown>};
}

function clineFiles(agent: InstalledAgent): ClineFiles {
  if (agent.version.startsWith('2.')) {
    const file = '.cline/data/globalState.json';
    return {provider: 'openai', settings: file, quiet: {file, values: {telemetrySetting: 'disabled'}}};
  }
  return {
    provider: 'openai-compatible',
    settings: '.cline/data/settings/providers.json',
    quiet: {
      file: '.cline/data/settings/global-settings.json',
      values: {telemetryOptOut: true, autoUpdateEnabled: false},
    },
  };
}

/** Logs Cline in, once; the result is kept beside its installation. */
export async function prepareHome(agent: InstalledAgent): Promise<void> {
  if (agent.program !== 'cline' || (await exists(preparedHome(agent)))) return;
  // Beside the agents' folders: Cline 2 takes the first `.1` out of the path of its log, that of a version too.
  const work = await mkdtemp(join(dirname(agent.binDir), '..', 'tmp-'));
  try {
    await login(agent, work);
    await rename(work, preparedHome(agent)).catch(async (error: unknown) => {
      if (!(await exists(preparedHome(agent)))) throw error; // else another run was faster
    });
  } finally {
    await rm(work, {recursive: true, force: true});
  }
}

/** Fills a test's own home. `url` null: nobody is logged in. */
export async function fillHome(agent: InstalledAgent, home: string, url: string | null): Promise<void> {
  if (agent.program !== 'cline' || url === null) return;
  await cp(preparedHome(agent), home, {recursive: true});
  const settings = join(home, clineFiles(agent).settings);
  await writeFile(settings, (await readFile(settings, 'utf8')).replaceAll(PLACEHOLDER_URL, `${url}/v1`));
}

async function login(agent: InstalledAgent, home: string): Promise<void> {
  const {provider, quiet} = clineFiles(agent);
  const args = [
    'auth',
    '--provider',
    provider,
    '--apikey',
    'dummy',
    '--modelid',
    'scripted-model',
    '--baseurl',
    PLACEHOLDER_URL,
  ];
  const path = [agent.binDir, dirname(process.execPath), '/usr/bin', '/bin'].join(':');
  const child = spawn(join(agent.binDir, 'cline'), args, {
    cwd: home,
    env: {PATH: path, HOME: home, TMPDIR: home, CLINE_NO_AUTO_UPDATE: '1'},
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`cline ${agent.version} auth ended with ${code}: ${complaint}`);
  const file = join(home, quiet.file);
  await mkdir(dirname(file), {recursive: true});
  const current = (await exists(file)) ? (JSON.parse(await readFile(file, 'utf8')) as object) : {};
  await writeFile(file, JSON.stringify({...current, ...quiet.values}));
}

const preparedHome = (agent: InstalledAgent) => join(dirname(agent.binDir), 'home');

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
