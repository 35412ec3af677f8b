/** A real agent with a scripted model and folders of its own, to be run by the library in this process. */
import {mkdirSync, mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {environmentOf} from '../test/agents/environment.ts';
import {type AgentName, agentPackages, type InstalledAgent, installAgent} from '../test/agents/install.ts';
import {fillHome, prepareHome} from '../test/agents/login.ts';
import {type ModelServer, startModelServer} from '../test/agents/model-server.ts';
import type {Script} from '../test/agents/script.ts';

export interface AgentRig {
  agent: InstalledAgent;
  server: ModelServer;
  /** The agent's working directory. */
  work: string;
  stateDir: string;
  /** The agent's whole environment. */
  env: Readonly<Record<string, string>>;
  /** Ends the server and removes the folders. */
  close(): Promise<void>;
}

const ready = new Map<AgentName, Promise<InstalledAgent>>();

/** Installs the agent and logs it in where that is still to be done. */
export function readyAgent(name: AgentName): Promise<InstalledAgent> {
  const agent = ready.get(name) ?? makeReady(name);
  ready.set(name, agent);
  return agent;
}

async function makeReady(name: AgentName): Promise<InstalledAgent> {
  const agent = await installAgent((await agentPackages())[name]);
  await prepareHome(agent);
  return agent;
}

export async function startAgentRig(name: AgentName, script: Script): Promise<AgentRig> {
  const agent = await readyAgent(name);
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-agent-')));
  const folder = (folderName: string) => join(root, folderName);
  for (const folderName of ['home', 'work', 'tmp', 'state']) mkdirSync(folder(folderName));
  const server = await startModelServer(script);
  await fillHome(agent, folder('home'), server.url);
  return {
    agent,
    server,
    work: folder('work'),
    stateDir: folder('state'),
    env: environmentOf(agent, {url: server.url, home: folder('home'), tmp: folder('tmp')}),
    async close() {
      await server.close();
      rmSync(root, {recursive: true, force: true, maxRetries: 5});
    },
  };
}
