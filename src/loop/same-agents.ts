import {OneshotError} from '../error.ts';
import type {AgentPlan, PermissionMode} from '../event.ts';
import type {Environment} from '../executor/executor.ts';
import type {AgentRole, SessionState} from '../session/state.ts';
import {type AgentPlace, type Found, findUsable, inRole} from './agent.ts';
import type {SessionAgents} from './agents.ts';
import {DEMO_ADAPTER, demoAgent} from './demo.ts';

/** What shall differ from before; null: nothing. */
export interface AgentChanges {
  workerModel: string | null;
  auditorModel: string | null;
  permissionMode: PermissionMode | null;
}

export interface SameAgentsOptions extends AgentChanges {
  env: Environment;
  /** Path of the agent of `oneshot demo`. */
  demoAgent: string;
}

/**
 * The agents of a recorded session, found anew: they may have been updated.
 * @throws OneshotError NOTHING_TO_RESUME; else as `chooseAgent`
 */
export async function sameAgents(state: SessionState, options: SameAgentsOptions): Promise<SessionAgents> {
  const {worker, auditor, fallback, cwd} = state;
  if (worker === null) throw nothingToResume();
  const place: AgentPlace = {cwd, env: options.env, notes: []};
  const permissionMode = options.permissionMode ?? worker.permissionMode;
  const usable = usableOnce(place);
  const again = async (role: AgentRole, plan: AgentPlan, model: string | null = null) => {
    if (plan.adapter === DEMO_ADAPTER) return demoAgent(role, options.demoAgent);
    // An auditor is asked anew to read only: its agent may have learned to since.
    const mode = role === 'auditor' ? null : permissionMode;
    const wanted = {model: model ?? plan.model, permissionMode: mode};
    return inRole(role, await usable(role, plan), wanted, place.notes);
  };
  return {
    worker: await again('worker', worker, options.workerModel),
    auditor: auditor && (await again('auditor', auditor, options.auditorModel)),
    fallback: fallback && {
      worker: await again('worker', fallback),
      auditor: auditor && (await again('auditor', fallback)),
    },
    notes: place.notes,
  };
}

/** An agent in both roles is looked for once: asking it for its version may mean to start it. */
function usableOnce(place: AgentPlace): (role: AgentRole, plan: AgentPlan) => Promise<Found> {
  const found = new Map<string, Promise<Found>>();
  return (role, plan) => {
    const key = JSON.stringify([plan.executor, plan.agentArgs]);
    const usable = found.get(key) ?? findUsable(role, plan, place);
    found.set(key, usable);
    return usable;
  };
}

function nothingToResume(): OneshotError {
  return new OneshotError(
    'NOTHING_TO_RESUME',
    'the session is a recorded command, or its log does not say what it ran with',
    'Start it again.',
  );
}
