/**
 * Real agent CLIs, installed from npm into a cache folder: `$ONESHOT_AGENTS_CACHE`, else `$XDG_CACHE_HOME/oneshot/agents`,
 * else `~/.cache/oneshot/agents`. One folder per package and version; a folder that exists is complete.
 */
import {chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join, relative} from 'node:path';
import spawn from 'cross-spawn';

export interface AgentPackage {
  /** The program's name on PATH. */
  program: 'claude' | 'cline';
  packageName: string;
  version: string;
}

export interface InstalledAgent extends AgentPackage {
  /** Folder for PATH; holds the program and nothing else. */
  binDir: string;
}

const CLAUDE = '@anthropic-ai/claude-code';
/** What "the newest Claude Code" means where the registry cannot be asked. */
const NEWEST_CLAUDE_KNOWN = '2.1.330';

/** The agents of the suite, by the names its tests use. */
export async function agentPackages(): Promise<Record<AgentName, AgentPackage>> {
  return {
    'claude-pinned': {program: 'claude', packageName: CLAUDE, version: '2.1.197'},
    'claude-newest': {program: 'claude', packageName: CLAUDE, version: await newestVersion(CLAUDE)},
    'cline-3': {program: 'cline', packageName: 'cline', version: '3.0.65'},
    'cline-2': {program: 'cline', packageName: 'cline', version: '2.18.0'},
  };
}

export type AgentName = 'claude-pinned' | 'claude-newest' | 'cline-3' | 'cline-2';

/** Installs what is missing. Install scripts are blocked, as npm 11 does by default; none of these agents needs them. */
export async function installAgent(agent: AgentPackage): Promise<InstalledAgent> {
  const cache = cacheFolder();
  const folder = join(cache, `${agent.packageName.replace(/^@/, '').replace('/', '_')}@${agent.version}`);
  if (!(await exists(folder))) await installInto(cache, folder, agent);
  return {...agent, binDir: join(folder, 'bin')};
}

function cacheFolder(): string {
  const {ONESHOT_AGENTS_CACHE, XDG_CACHE_HOME} = process.env;
  return ONESHOT_AGENTS_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'oneshot', 'agents');
}

/** Installs beside the final folder and renames, so that a folder that exists is complete. */
async function installInto(cache: string, folder: string, agent: AgentPackage): Promise<void> {
  await mkdir(cache, {recursive: true});
  const work = await mkdtemp(join(cache, 'tmp-'));
  try {
    const spec = `${agent.packageName}@${agent.version}`;
    await npm(['install', '--prefix', work, '--ignore-scripts', '--no-save', '--no-package-lock', spec]);
    // npm's own record of the install names the registry.
    await rm(join(work, 'node_modules', '.package-lock.json'), {force: true});
    await linkProgram(work, agent);
    await rename(work, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error; // else another run was faster
    });
  } finally {
    await rm(work, {recursive: true, force: true});
  }
}

async function linkProgram(work: string, agent: AgentPackage): Promise<void> {
  const target = agent.program === 'claude' ? await nativeClaude(work) : await declaredProgram(work, agent);
  await chmod(target, 0o755);
  const bin = join(work, 'bin');
  await mkdir(bin);
  await symlink(relative(bin, target), join(bin, agent.program));
}

/** The package's `claude` is a placeholder until its install script has run; the program is in the platform's package. */
async function nativeClaude(work: string): Promise<string> {
  const scope = join(work, 'node_modules', '@anthropic-ai');
  const platform = (await readdir(scope)).find((name) => name.startsWith('claude-code-'));
  if (platform === undefined) throw new Error('npm installed no claude-code package for this platform');
  return join(scope, platform, 'claude');
}

async function declaredProgram(work: string, agent: AgentPackage): Promise<string> {
  const folder = join(work, 'node_modules', agent.packageName);
  const {bin} = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  return join(folder, bin[agent.program]!);
}

async function newestVersion(packageName: string): Promise<string> {
  try {
    return (await npm(['view', packageName, 'version'])).trim() || NEWEST_CLAUDE_KNOWN;
  } catch {
    return NEWEST_CLAUDE_KNOWN;
  }
}

/** Runs npm and returns its stdout. Its messages are not passed on, as they name the registry; its error code is. */
export function npm(args: readonly string[]): Promise<string> {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const child = spawn('npm', [...args, ...quiet], {stdio: ['ignore', 'pipe', 'pipe']});
  const output = {stdout: '', stderr: ''};
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(output.stdout);
      const reason = /npm error code (\S+)/.exec(output.stderr)?.[1] ?? `exit ${code}`;
      reject(new Error(`npm ${args[0]} ${args.at(-1)} failed: ${reason}`));
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
