import {systemClock} from '../clock.ts';
import {OneshotError} from '../error.ts';
import type {RunFinished, SessionFinished} from '../event.ts';
import {loop as loopIn} from '../loop/loop.ts';
import {
  type LoopOptions as AnyLoopOptions,
  DEFAULT_MAX_ITERATIONS,
  DEFAULT_RULES,
  type LoopResult as LoopEnd,
} from '../loop/options.ts';
import {DEFAULT_TEMPLATES, type PromptTemplates} from '../loop/prompts/templates.ts';
import {type RuleChanges, rulesWith} from '../loop/rules.ts';
import {requireFolder} from '../loop/working-directory.ts';
import {takeWorkplace} from '../loop/workplace.ts';
import {newSessionId} from '../session/id.ts';
import type {SessionLog} from '../session/log.ts';
import {openSessionLog} from '../session/open.ts';
import {Lookup} from '../transport/lookup.ts';
import {VERSION} from '../version.ts';
import {type AgentsOptions, agentsOf, keyVariablesIn} from './agents.ts';
import {folderOf, settle, type WorkOptions, workplaceTools} from './options.ts';
import {type Afterwards, type Running, running, type Work} from './running.ts';

/** What a loop may be given besides its agents: `maxIterations`, `promptHeaders`, `templates` and the like. */
export interface LoopSettings
  extends Partial<
    Omit<
      AnyLoopOptions,
      'worker' | 'auditor' | 'fallback' | 'rules' | 'templates' | 'oneshotVersion' | 'notes'
    >
  > {
  /** Checks, criteria, budget and how often a failed run is made again. @default DEFAULT_RULES */
  rules?: RuleChanges;
  /** Prompts of one's own in place of those that are built in; see docs/prompts.md. @default DEFAULT_TEMPLATES */
  templates?: Partial<PromptTemplates>;
}

export interface LoopOptions extends WorkOptions, LoopSettings, AgentsOptions {
  task: string;
}

export interface LoopResult extends Omit<SessionFinished, 'type'>, Afterwards {
  /** The run that decided the ending; null when none was made. */
  lastRun: RunFinished | null;
}

/**
 * Runs a task to its ending, in a session of its own: worker, auditor, and again with the auditor's feedback.
 * @throws OneshotError by way of `result`: AGENT_NOT_FOUND, AGENT_UNSUPPORTED, AGENT_NOT_LOGGED_IN,
 * PERMISSION_MODE_UNSUPPORTED, CWD_UNUSABLE, SPAWN_FAILED, STATE_UNWRITABLE, RECORDING_FAILED, EMPTY_PROMPT,
 * INVALID_OPTION, EMPTY_CRITERIA. Once an agent runs, every ending is a value.
 */
export function loop(options: LoopOptions): Running<LoopResult> {
  return looped(options, loopResult);
}

export function loopResult({finished, lastRun}: LoopEnd, more: Afterwards): LoopResult {
  const {type: _, ...end} = finished;
  return {...end, lastRun, ...more};
}

/** As `loop`, with a result of another shape. */
export function looped<Result>(options: LoopOptions, resultOf: Work<Result>['resultOf']): Running<Result> {
  const settled = settle(options);
  return running(settled, options.signal, async () => {
    requireTask(options.task);
    const rules = rulesWith(DEFAULT_RULES, options.rules);
    const cwd = folderOf(options);
    await requireFolder(cwd);
    const agents = await agentsOf(options, {cwd, env: settled.env, notes: []});
    const session = newSessionId(systemClock.now());
    const {env, worktreeLock, stateDir} = settled;
    const {worktree = false} = options;
    const {permissionMode} = agents.worker;
    const wanted = {session, cwd, env, permissionMode, worktree, worktreeLock};
    const place = await takeWorkplace(wanted, workplaceTools(settled));
    const log = await openLog(stateDir, session).catch(async (error) => {
      await place.leave();
      throw error;
    });
    const {maxIterations = DEFAULT_MAX_ITERATIONS} = options;
    const notes = [...agents.notes, ...place.notes];
    const templates = {...DEFAULT_TEMPLATES, ...options.templates};
    const request = {...options, ...agents, notes, rules, templates, maxIterations, oneshotVersion: VERSION};
    const keyVariables = keyVariablesIn(agents);
    return {log, fromSeq: 1, place, keyVariables, begin: (context) => loopIn(context, request), resultOf};
  });
}

function openLog(stateDir: string, id: string): Promise<SessionLog> {
  return openSessionLog({stateDir, id, clock: systemClock, processes: new Lookup()});
}

/** @throws OneshotError EMPTY_PROMPT */
function requireTask(task: string): void {
  if (task.trim() === '') throw new OneshotError('EMPTY_PROMPT', 'the task is empty', 'Say what to do.');
}
