/** Which agents a session uses: found, logged in, and allowed what was asked, before anything is started or written. */
import {OneshotError} from '../error.ts';
import type {Note, PermissionMode} from '../event.ts';
import type {Environment} from '../executor/executor.ts';
import {requireProgram} from '../executor/program-check.ts';
import type {AgentChoice} from '../run.ts';
import type {AgentRole} from '../session/state.ts';
import {
  auditorMode,
  autoBeside,
  CANNOT_WRITE,
  type Found,
  find,
  requireLogin,
  requirePermissionMode,
} from './agent.ts';
import type {LoopAgents} from './options.ts';

export interface SessionAgents {
  worker: AgentChoice;
  /** null: no audit. */
  auditor: AgentChoice | null;
  /** Who takes over; null: nobody. */
  fallback: LoopAgents | null;
  /** What the user should know of how they were chosen. */
  notes: Note[];
}

/** Arguments of the direct program for each role; null where the role has an agent with a CLI. */
export type DirectArgs = Readonly<Record<AgentRole, readonly string[] | null>>;

/** What decides it. */
export interface AgentsOptions {
  /** `auto`, or the name of an executor, also one in an old log. */
  executor: string;
  /** null: the worker's, or `auto` where that is direct. */
  auditorExecutor: string | null;
  direct: DirectArgs;
  /** `auto`: the first that is not the worker. null: nobody. */
  fallbackExecutor: string | null;
  workerModel: string | null;
  auditorModel: string | null;
  audit: boolean;
  /** The worker's. */
  permissionMode: PermissionMode;
  agentArgs: readonly string[];
  /** Absolute. */
  cwd: string;
}

/** @throws OneshotError AGENT_NOT_FOUND, AGENT_UNSUPPORTED, AGENT_NOT_LOGGED_IN, PERMISSION_MODE_UNSUPPORTED */
export async function chooseAgents(options: AgentsOptions, env: Environment): Promise<SessionAgents> {
  const notes: Note[] = [];
  const found = await findAgents(options, env, notes);
  const isCommand = [found.worker, found.auditor].some((agent) => agent?.executor.name === 'command');
  if (isCommand) await requireProgram(options.agentArgs[0]!, {cwd: options.cwd, env});
  for (const agent of new Set([found.worker, found.auditor])) if (agent) await requireLogin(agent, env);
  requirePermissionMode(found.worker, options.permissionMode);
  if (found.worker.executor.name === 'direct') notes.push(CANNOT_WRITE);
  const worker = {...found.worker, model: options.workerModel, permissionMode: options.permissionMode};
  const auditor = found.auditor && {
    ...found.auditor,
    model: options.auditorModel,
    permissionMode: auditorMode(found.auditor, notes),
  };
  const fallback = await findFallback(options, worker, env, notes);
  return {worker, auditor, fallback, notes};
}

/** Its models are its own: names of models mean nothing to another agent. */
async function findFallback(
  {fallbackExecutor, audit, permissionMode}: AgentsOptions,
  worker: AgentChoice,
  env: Environment,
  notes: Note[],
): Promise<LoopAgents | null> {
  if (fallbackExecutor === null) return null;
  const name = fallbackExecutor === 'auto' ? autoBeside(worker) : fallbackExecutor;
  const found = await find('worker', name, [], env, notes);
  requireAnother(worker, found);
  await requireLogin(found, env);
  requirePermissionMode(found, permissionMode);
  const auditor = audit ? {...found, model: null, permissionMode: auditorMode(found, notes)} : null;
  return {worker: {...found, model: null, permissionMode}, auditor};
}

/** @throws OneshotError USAGE when both are the same agent */
export function requireAnother(worker: Pick<Found, 'executor'>, fallback: Pick<Found, 'executor'>): void {
  const {name} = fallback.executor;
  if (name !== worker.executor.name) return;
  const nextStep = `Choose another agent than ${name} to take over.`;
  throw new OneshotError('USAGE', `${name} cannot take over from itself`, nextStep);
}

async function findAgents(
  options: AgentsOptions,
  env: Environment,
  notes: Note[],
): Promise<{worker: Found; auditor: Found | null}> {
  const {executor, audit, agentArgs, direct} = options;
  const auditorExecutor = options.auditorExecutor ?? (executor === 'direct' ? 'auto' : executor);
  // The arguments are the worker's. A command is nothing without them, so they are its own where only one is a command.
  const auditorsAlone = audit && executor !== 'command' && auditorExecutor === 'command';
  const workerArgs = [...(direct.worker ?? []), ...(auditorsAlone ? [] : agentArgs)];
  const worker = await find('worker', executor, workerArgs, env, notes);
  if (!audit) return {worker, auditor: null};
  if (isSame(auditorExecutor, executor, worker)) return {worker, auditor: worker};
  const auditorArgs = direct.auditor ?? (auditorsAlone ? agentArgs : []);
  const auditor = await find('auditor', auditorExecutor, auditorArgs, env, notes);
  return {worker, auditor};
}

/** Each direct role has an endpoint of its own. */
function isSame(auditorExecutor: string, executor: string, worker: Found): boolean {
  if (auditorExecutor === 'direct') return false;
  return auditorExecutor === executor || auditorExecutor === worker.executor.name;
}
