import {systemClock} from '../clock.ts';
import type {PermissionMode} from '../event.ts';
import {goOn} from '../loop/go-on.ts';
import {DEFAULT_RULES} from '../loop/options.ts';
import {DEFAULT_TEMPLATES} from '../loop/prompts/templates.ts';
import {rulesWith} from '../loop/rules.ts';
import {sameAgents} from '../loop/same-agents.ts';
import {retakeWorkplace} from '../loop/workplace.ts';
import type {RunContext} from '../run.ts';
import {findSession} from '../session/find.ts';
import {type ReopenedSession, reopenSessionLog} from '../session/reopen.ts';
import {Lookup} from '../transport/lookup.ts';
import {VERSION} from '../version.ts';
import {keyVariablesIn} from './agents.ts';
import {type LoopResult, type LoopSettings, loopResult} from './loop.ts';
import {type SessionOptions, type Settled, settle, workplaceTools} from './options.ts';
import {type Running, running, type Work} from './running.ts';
import {companion} from './surroundings.ts';

export interface ResumeOptions extends SessionOptions, LoopSettings {
  /** What is added to the task. @default nothing */
  instructions?: string;
  /** End what still runs of the session, instead of refusing. @default false */
  takeover?: boolean;
  /** @default as before */
  workerModel?: string;
  /** @default as before */
  auditorModel?: string;
  /** The worker's. @default as before */
  permissionMode?: PermissionMode;
}

/**
 * Goes on with a recorded session from where its log ends, with the agents and in the folder that it began with. The
 * iteration begins with what is new. `id`: a whole id, the beginning or the end of one, or `last`.
 * @throws OneshotError by way of `result`: SESSION_NOT_FOUND, SESSION_LOCKED, SESSION_UNSUPPORTED, NOTHING_TO_RESUME,
 * AGENT_STILL_RUNNING; else as `loop`
 */
export function resume(id: string, options: ResumeOptions = {}): Running<LoopResult> {
  const settled = settle(options);
  const prepare = async () => {
    const {stateDir} = settled;
    const found = await findSession(stateDir, id);
    const processes = new Lookup();
    const reopened = await reopenSessionLog({stateDir, id: found.id, clock: systemClock, processes});
    return prepared(reopened, options, settled).catch(async (error) => {
      await reopened.log.close();
      throw error;
    });
  };
  return running(settled, options.signal, prepare);
}

async function prepared(
  {log, state}: ReopenedSession,
  options: ResumeOptions,
  settled: Settled,
): Promise<Work<LoopResult>> {
  const {env, worktreeLock} = settled;
  const rules = rulesWith(state.rules ?? DEFAULT_RULES, options.rules);
  const {id: session, cwd} = state;
  const {workerModel = null, auditorModel = null, permissionMode = null} = options;
  const changes = {workerModel, auditorModel, permissionMode};
  const mode = permissionMode ?? state.worker?.permissionMode ?? 'agent';
  const wanted = {session, cwd, env, permissionMode: mode, worktree: false, worktreeLock};
  const place = await retakeWorkplace(wanted, workplaceTools(settled));
  const demoAgent = companion('demo-agent');
  const agents = await sameAgents(state, {...changes, env, demoAgent}).catch(async (error) => {
    await place.leave();
    throw error;
  });
  const {instructions = null, maxIterations = state.maxIterations, takeover = false} = options;
  const templates = {...DEFAULT_TEMPLATES, ...options.templates};
  const asked = {...options, state, instructions, maxIterations, rules, templates};
  const request = {...asked, ...agents, oneshotVersion: VERSION};
  const begin = (context: RunContext) => goOn(context, request, takeover);
  const keyVariables = keyVariablesIn(agents);
  return {log, fromSeq: state.seq + 1, place, keyVariables, begin, resultOf: loopResult};
}
