import {readDirectOptions} from '../direct/options.ts';
import type {AgentChoice} from '../run.ts';

/** Names of the variables that hold the keys of endpoints: secrets, whatever they are called. */
export function keyVariablesOf(agents: readonly (AgentChoice | null | undefined)[]): string[] {
  const names = agents.flatMap((agent) => {
    if (agent?.executor.name !== 'direct') return [];
    return readDirectOptions(agent.agentArgs).apiKeyEnv ?? [];
  });
  return [...new Set(names)];
}
