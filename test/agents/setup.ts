/**
 * vitest's global setup for the agent suite: installs the agents and builds oneshot, then runs the suite once more inside
 * a network namespace with nothing but loopback, where the system allows it, and in place where it does not.
 */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import type {TestProject} from 'vitest/node';
import {type AgentName, agentPackages, type InstalledAgent, installAgent} from './install.ts';
import {prepareHome} from './login.ts';

declare module 'vitest' {
  interface ProvidedContext {
    agents: Record<AgentName, InstalledAgent>;
    /** Whether nothing but loopback can be reached. */
    isolated: boolean;
  }
}

/** Set for the second vitest, to what the first one has prepared. */
const PREPARED = 'ONESHOT_TEST_AGENTS';

export default async function setup(project: TestProject): Promise<void> {
  const prepared = process.env[PREPARED] ?? JSON.stringify(await prepare());
  const namespace = process.env[PREPARED] === undefined ? namespaceCommand() : null;
  if (namespace) process.exit(await runAgain(namespace, prepared));
  const agents = JSON.parse(prepared) as Record<AgentName, InstalledAgent>;
  await Promise.all(Object.values(agents).map((agent) => prepareHome(agent)));
  project.provide('agents', agents);
  project.provide('isolated', process.env[PREPARED] !== undefined);
}

async function prepare(): Promise<Record<string, InstalledAgent>> {
  const agents: Record<string, InstalledAgent> = {};
  for (const [name, agent] of Object.entries(await agentPackages())) agents[name] = await installAgent(agent);
  const build = spawnSync('npm', ['run', 'build'], {encoding: 'utf8'});
  if (build.status !== 0) throw new Error(`npm run build failed:\n${build.stdout}${build.stderr}`);
  return agents;
}

/** A command that runs its arguments without a network, or null where that is not possible. */
function namespaceCommand(): string[] | null {
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const command = ['unshare', ...asRoot, '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  const works = spawnSync(command[0]!, [...command.slice(1), 'true']).status === 0;
  if (!works) process.stderr.write('No network namespace to be had: the agents run in the plain network.\n');
  return works ? command : null;
}

async function runAgain(namespace: string[], prepared: string): Promise<number> {
  const [command, ...args] = [...namespace, process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(command!, args, {stdio: 'inherit', env: {...process.env, [PREPARED]: prepared}});
  // A Ctrl-C reaches the whole foreground group; the inner vitest decides.
  process.on('SIGINT', () => {});
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
