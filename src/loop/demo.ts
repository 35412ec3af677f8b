import {executorByName} from '../executor/registry.ts';
import type {AgentChoice} from '../run.ts';
import type {AgentRole} from '../session/state.ts';
import {VERSION} from '../version.ts';
import type {SessionAgents} from './agents.ts';

/** How the log names the agent of `oneshot demo`. */
export const DEMO_ADAPTER = 'demo';

/** `program`: path of the scripted agent. */
export function demoAgents(program: string): SessionAgents {
  return {
    worker: demoAgent('worker', program),
    auditor: demoAgent('auditor', program),
    fallback: null,
    notes: [],
  };
}

/** The scripted agent speaks Claude's stream-json, so Claude's adapter drives it. */
export function demoAgent(role: AgentRole, program: string): AgentChoice {
  return {
    executor: executorByName('claude'),
    installation: {
      executor: 'claude',
      adapter: DEMO_ADAPTER,
      program: [process.execPath, program],
      version: `demo ${VERSION}`,
    },
    model: null,
    permissionMode: role === 'auditor' ? 'read' : 'agent',
    agentArgs: ['--demo-role', role],
  };
}
