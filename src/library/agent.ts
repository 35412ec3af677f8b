import type {PermissionMode} from '../event.ts';
import type {ExecutorName} from '../executor/executor.ts';
import {type AgentPlace, chooseAgent} from '../loop/agent.ts';
import {DEMO_ADAPTER, demoAgent} from '../loop/demo.ts';
import type {AgentChoice} from '../run.ts';
import type {AgentRole} from '../session/state.ts';
import {companion} from './surroundings.ts';

/** `auto`: the first of claude and cline that is here. `demo`: the scripted agent of `oneshot demo`. */
export type AgentName = Exclude<ExecutorName, 'direct'> | 'auto' | 'demo';

export interface AgentOptions {
  executor: AgentName;
  /** @default the agent's own */
  model?: string;
  /** @default `agent` for a worker, `read` for an auditor where its agent has that */
  permissionMode?: PermissionMode;
  /** Further arguments; of `command`, the program and its arguments. @default none */
  agentArgs?: readonly string[];
}

/** A model without a CLI; see docs/direct-executor.md. It has no tools: as a worker it can only answer in words. */
export interface DirectAgentOptions extends Omit<AgentOptions, 'executor' | 'model'> {
  executor: 'direct';
  /** Any that is compatible with OpenAI, such as `http://127.0.0.1:11434/v1`. */
  endpoint: string;
  model: string;
  /** The variable of `env` that holds the key; it is kept out of the recording. @default the endpoint wants none */
  apiKeyEnv?: string;
}

/** By its name, with options, or found and chosen already. */
export type Agent = AgentName | AgentOptions | DirectAgentOptions | AgentChoice;

/**
 * @throws OneshotError AGENT_NOT_FOUND, AGENT_UNSUPPORTED, AGENT_NOT_LOGGED_IN, PERMISSION_MODE_UNSUPPORTED,
 * UNKNOWN_EXECUTOR, INVALID_OPTION
 */
export async function agentOf(role: AgentRole, agent: Agent, place: AgentPlace): Promise<AgentChoice> {
  if (typeof agent === 'string') return agentOf(role, {executor: agent}, place);
  if ('installation' in agent) return agent;
  if (agent.executor === 'demo') return demoAgent(role, companion('demo-agent'));
  const {executor, model = null, permissionMode = null} = agent;
  return chooseAgent(role, {executor, model, permissionMode, agentArgs: argsOf(agent)}, place);
}

function argsOf(agent: AgentOptions | DirectAgentOptions): readonly string[] {
  const {agentArgs = []} = agent;
  if (agent.executor !== 'direct') return agentArgs;
  const {endpoint, apiKeyEnv} = agent;
  const key = apiKeyEnv === undefined ? [] : ['--api-key-env', apiKeyEnv];
  return ['--endpoint', endpoint, ...key, ...agentArgs];
}

/** The auditor of a worker where none is named: the same agent, asked to read only; `auto` where that is direct. */
export function sameAsAuditor(worker: Agent, choice: AgentChoice): Agent {
  const {executor, installation, agentArgs} = choice;
  if (installation.adapter === DEMO_ADAPTER) return 'demo';
  if (executor.name === 'direct') return 'auto';
  if (worker !== choice) return {executor: executor.name, agentArgs};
  const canRead = executor.permissionModes(installation).includes('read');
  return canRead ? {...choice, permissionMode: 'read'} : choice;
}
