import {type AgentPlace, autoBeside} from '../loop/agent.ts';
import {requireAnother, type SessionAgents} from '../loop/agents.ts';
import {keyVariablesOf} from '../loop/key-variables.ts';
import type {LoopAgents} from '../loop/options.ts';
import {type Agent, agentOf, sameAsAuditor} from './agent.ts';

export interface AgentsOptions {
  worker: Agent;
  /** null: no audit. @default the worker's agent, asked to read only; `auto` where that is direct */
  auditor?: Agent | null;
  /** Who takes over a role for the rest of the session once its agent cannot go on. null: nobody. @default null */
  fallback?: Agent | null;
}

/** @throws OneshotError USAGE; else as `agentOf` */
export async function agentsOf(options: AgentsOptions, place: AgentPlace): Promise<SessionAgents> {
  const worker = await agentOf('worker', options.worker, place);
  const {auditor: named = sameAsAuditor(options.worker, worker)} = options;
  const auditor = named && (await agentOf('auditor', named, place));
  const fallback = await fallbackOf(options, {worker, auditor}, place);
  return {worker, auditor, fallback, notes: place.notes};
}

/** It may do what the worker may. */
async function fallbackOf(
  {fallback}: AgentsOptions,
  {worker, auditor}: LoopAgents,
  place: AgentPlace,
): Promise<LoopAgents | null> {
  if (!fallback) return null;
  const given = typeof fallback === 'string' ? {executor: fallback} : fallback;
  const named = given.executor === 'auto' ? {...given, executor: autoBeside(worker)} : given;
  const {permissionMode} = worker;
  const choice = await agentOf('worker', {permissionMode, ...named}, place);
  requireAnother(worker, choice);
  return {
    worker: choice,
    auditor: auditor && (await agentOf('auditor', sameAsAuditor(fallback, choice), place)),
  };
}

/** Names of the variables that hold the keys of all of them. */
export function keyVariablesIn({worker, auditor, fallback}: SessionAgents): string[] {
  return keyVariablesOf([worker, auditor, fallback?.worker, fallback?.auditor]);
}
