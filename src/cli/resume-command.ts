/** `oneshot resume`: goes on with a session from where its log ends. Output and exit code are those of a task. */

import {agentEnvironment} from '../executor/environment.ts';
import {goOn} from '../loop/go-on.ts';
import {sameAgents} from '../loop/same-agents.ts';
import {retakeWorkplace} from '../loop/workplace.ts';
import type {RunContext} from '../run.ts';
import {findSession} from '../session/find.ts';
import {reopenSessionLog} from '../session/open.ts';
import {isJudged, type SessionState} from '../session/state.ts';
import {stateDir} from '../session/state-dir.ts';
import {VERSION} from '../version.ts';
import type {ResumeOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {processLookup} from './processes.ts';
import {readTemplates} from './prompt-templates.ts';
import {readRules} from './rules.ts';
import {endOfLoop, withKeysRedacted} from './run-command.ts';
import type {SessionHost} from './session.ts';
import {tellWorktree, workplaceOf} from './workplace.ts';

export interface HostedResume extends ResumeOptions {
  shared?: SessionHost;
}

export async function resumeCommand(options: HostedResume, io: Io): Promise<number> {
  const {id} = await findSession(stateDir(io.env), options.session);
  const {log, state} = await reopenSessionLog({
    stateDir: stateDir(io.env),
    id,
    clock: io.clock,
    processes: processLookup(),
  });
  const prepared = await prepare(state, options, io).catch(async (error) => {
    await log.close();
    throw error;
  });
  const {agents, session, place, rules, templates} = prepared;
  const maxIterations = options.maxIterations ?? state.maxIterations;
  const {instructions, promptHeaders, takeover} = options;
  const asked = {state, instructions, maxIterations, promptHeaders, templates, rules};
  const request = {...asked, ...agents, oneshotVersion: VERSION};
  const work = (context: RunContext) => goOn(context, request, takeover);
  return endOfLoop(io, session, isJudged({audit: agents.auditor !== null, rules}), work, {
    open: async () => log,
    before: state,
    leave: async () => tellWorktree(io, options, await place.leave()),
  });
}

async function prepare(state: SessionState, options: HostedResume, io: Io) {
  const {id: session, cwd} = state;
  const rules = await readRules(options.rules, state.rules ?? undefined);
  const {templates, notes} = await readTemplates(options.templates);
  const env = agentEnvironment(io.env, options.env);
  const permissionMode = options.permissionMode ?? state.worker?.permissionMode ?? 'agent';
  const {worktreeLock} = options;
  const wanted = {session, cwd, permissionMode, env, worktree: false, worktreeLock};
  const place = await retakeWorkplace(wanted, workplaceOf(io));
  const demoAgent = io.companion('demo-agent');
  const agents = await sameAgents(state, {...options, env, demoAgent}).catch(async (error) => {
    await place.leave();
    throw error;
  });
  agents.notes.unshift(...options.notes, ...notes);
  const recorded = withKeysRedacted({...options, cwd, env, agentOutput: true}, agents);
  return {agents, place, rules, templates, session: recorded};
}
