/** `oneshot resume`: goes on with a session from where its log ends. Output and exit code are those of a task. */

import {OneshotError} from '../error.ts';
import type {AgentPlan} from '../event.ts';
import {resumeLoop} from '../loop/loop.ts';
import {settleLastRun} from '../loop/settle.ts';
import type {RunContext} from '../run.ts';
import {findSession} from '../session/find.ts';
import {reopenSessionLog} from '../session/open.ts';
import {isJudged, type SessionState} from '../session/state.ts';
import {stateDir} from '../session/state-dir.ts';
import {chooseAgents, type SessionAgents, withKeysRedacted} from './agents.ts';
import {demoAgents} from './demo-command.ts';
import {agentEnvironment} from './environment.ts';
import type {ResumeOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {processLookup} from './processes.ts';
import {readTemplates} from './prompt-templates.ts';
import {readRules} from './rules.ts';
import {endOfLoop} from './run-command.ts';
import type {SessionHost} from './session.ts';
import {VERSION} from './version.ts';
import {retakeWorkplace, tellWorktree} from './workplace.ts';

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
  const goOn = async (context: RunContext) => {
    const agent = (state.lastRun?.role === 'auditor' && agents.auditor) || agents.worker;
    await settleLastRun(context, state, {agent, takeover: options.takeover});
    const maxIterations = options.maxIterations ?? state.maxIterations;
    const {instructions, promptHeaders} = options;
    const asked = {state, instructions, maxIterations, promptHeaders, templates, rules};
    return resumeLoop(context, {...asked, ...agents, oneshotVersion: VERSION});
  };
  return endOfLoop(io, session, isJudged({audit: agents.auditor !== null, rules}), goOn, {
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
  const place = await retakeWorkplace(io, {...options, worktree: false, session, cwd, permissionMode, env});
  const agents = await agentsOf(state, options, io).catch(async (error) => {
    await place.leave();
    throw error;
  });
  agents.notes.unshift(...notes);
  const recorded = withKeysRedacted({...options, cwd, env, agentOutput: true}, agents);
  return {agents, place, rules, templates, session: recorded};
}

/** The same agents as before, found anew: they may have been updated. */
async function agentsOf(state: SessionState, options: ResumeOptions, io: Io): Promise<SessionAgents> {
  const {worker, auditor, cwd} = state;
  if (worker === null) {
    throw new OneshotError(
      'NOTHING_TO_RESUME',
      'the session is a recorded command, or its log does not say what it ran with',
      'Start it again.',
    );
  }
  if (worker.adapter === 'demo') return demoAgents(io);
  const auditorsAlone = worker.executor !== 'command' && auditor?.executor === 'command';
  const direct = {worker: directArgsOf(worker), auditor: directArgsOf(auditor)};
  const workersOwn = direct.worker === null ? worker.agentArgs : [];
  return chooseAgents(
    {
      executor: worker.executor,
      auditorExecutor: auditor?.executor ?? null,
      fallbackExecutor: state.fallback?.executor ?? null,
      audit: auditor !== null,
      workerModel: options.workerModel ?? worker.model,
      auditorModel: options.auditorModel ?? auditor?.model ?? null,
      permissionMode: options.permissionMode ?? worker.permissionMode,
      agentArgs: auditorsAlone ? auditor.agentArgs : workersOwn,
      direct,
      cwd,
    },
    agentEnvironment(io.env, options.env),
  );
}

function directArgsOf(plan: AgentPlan | null): readonly string[] | null {
  return plan?.executor === 'direct' ? plan.agentArgs : null;
}
