/** Which agents a session uses: found, logged in, and allowed what was asked, before anything is started or written. */
import {readDirectOptions} from '../direct/options.ts';
import {OneshotError} from '../error.ts';
import type {Note, PermissionMode, Role} from '../event.ts';
import type {Environment, Executor, ExecutorName, Installation} from '../executor/executor.ts';
import {executorByName} from '../executor/registry.ts';
import type {LoopAgents} from '../loop/options.ts';
import type {AgentChoice} from '../run.ts';
import type {DirectArgs} from './direct-options.ts';
import type {RedactionOptions, RunOptions} from './invocation.ts';
import {requireProgram} from './program-check.ts';

export interface SessionAgents {
  worker: AgentChoice;
  /** null: no audit. */
  auditor: AgentChoice | null;
  /** Who takes over; null: nobody. */
  fallback: LoopAgents | null;
  /** What the user should know of how they were chosen. */
  notes: Note[];
}

/** What decides it. */
export type AgentOptions = Pick<
  RunOptions,
  'workerModel' | 'auditorModel' | 'audit' | 'permissionMode' | 'agentArgs' | 'cwd'
> & {
  /** An `ExecutorChoice`, or the name of an executor in an old log. */
  executor: string;
  /** null: the worker's, or `auto` where that is direct. */
  auditorExecutor: string | null;
  direct: DirectArgs;
  /** null: nobody. */
  fallbackExecutor: string | null;
};

interface Found {
  executor: Executor;
  installation: Installation;
  agentArgs: readonly string[];
}

/** What `auto` tries, in this order. */
const AUTO_ORDER: readonly ExecutorName[] = ['claude', 'cline'];

/** @throws OneshotError AGENT_NOT_FOUND, AGENT_UNSUPPORTED, AGENT_NOT_LOGGED_IN, PERMISSION_MODE_UNSUPPORTED */
export async function chooseAgents(options: AgentOptions, env: Environment): Promise<SessionAgents> {
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
  {fallbackExecutor, audit, permissionMode}: AgentOptions,
  worker: AgentChoice,
  env: Environment,
  notes: Note[],
): Promise<LoopAgents | null> {
  if (fallbackExecutor === null) return null;
  const found = await find('worker', fallbackExecutor, [], env, notes);
  const {name} = found.executor;
  if (name === worker.executor.name) {
    const nextStep = `Choose another --fallback-executor than ${name}.`;
    throw new OneshotError('USAGE', `${name} cannot take over from itself`, nextStep);
  }
  await requireLogin(found, env);
  requirePermissionMode(found, permissionMode);
  const auditor = audit ? {...found, model: null, permissionMode: auditorMode(found, notes)} : null;
  return {worker: {...found, model: null, permissionMode}, auditor};
}

async function findAgents(
  options: AgentOptions,
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

async function find(
  role: Role,
  choice: string,
  agentArgs: readonly string[],
  env: Environment,
  notes: Note[],
): Promise<Found> {
  if (choice === 'auto') return findFirst(role, agentArgs, env, notes);
  const executor = executorByName(choice);
  const installation = await executor.locate(env, agentArgs);
  return {executor, installation, agentArgs};
}

/** The first agent that can be used; which, and why not the ones before it, goes into a note. */
async function findFirst(
  role: Role,
  agentArgs: readonly string[],
  env: Environment,
  notes: Note[],
): Promise<Found> {
  const problems: OneshotError[] = [];
  for (const name of AUTO_ORDER) {
    const executor = executorByName(name);
    try {
      const installation = await executor.locate(env, agentArgs);
      const why = problems.map(({message}) => `; ${message.replace(/\.$/, '')}`).join('');
      const text = `The ${role} is ${name}${installation.version ? ` ${installation.version}` : ''}${why}.`;
      notes.push({type: 'note', level: 'info', code: 'EXECUTOR_CHOSEN', text});
      return {executor, installation, agentArgs};
    } catch (error) {
      if (!(error instanceof OneshotError)) throw error;
      problems.push(error);
    }
  }
  const unsupported = problems.find(({code}) => code !== 'AGENT_NOT_FOUND');
  if (unsupported) throw unsupported;
  throw new OneshotError(
    'AGENT_NOT_FOUND',
    `no agent is installed: neither ${AUTO_ORDER.join(' nor ')} is on PATH`,
    `Install one: ${AUTO_ORDER.map((name) => executorByName(name).installHint).join(', or ')}; or try oneshot demo.`,
  );
}

async function requireLogin({executor, installation, agentArgs}: Found, env: Environment): Promise<void> {
  const {loggedIn, loginCommand} = await executor.loginState(installation, env, agentArgs);
  if (loggedIn !== false) return;
  const nextStep = loginCommand === null ? 'Log in with the agent itself.' : `Log in with: ${loginCommand}`;
  throw new OneshotError('AGENT_NOT_LOGGED_IN', `nobody is logged in to ${executor.name}`, nextStep);
}

function requirePermissionMode({executor, installation}: Found, mode: PermissionMode): void {
  const modes = executor.permissionModes(installation);
  if (modes.includes(mode)) return;
  throw new OneshotError(
    'PERMISSION_MODE_UNSUPPORTED',
    `${installation.adapter} has no permission mode ${mode}`,
    `Choose one that it has: ${modes.join(', ')}.`,
  );
}

const CANNOT_WRITE: Note = {
  type: 'note',
  level: 'warning',
  code: 'WORKER_CANNOT_WRITE',
  text: 'A direct worker has no tools: it sees the prompt alone, and can only answer in words.',
};

/** Auditors only read, where the agent can be held to that. */
function auditorMode({executor, installation}: Found, notes: Note[]): PermissionMode {
  if (executor.permissionModes(installation).includes('read')) return 'read';
  const text = `${installation.adapter} has no permission mode read: the auditor is asked not to write, but could.`;
  notes.push({type: 'note', level: 'warning', code: 'AUDITOR_CAN_WRITE', text});
  return 'agent';
}

/** The keys of endpoints are secrets, whatever their variables are called. */
export function withKeysRedacted<T extends Partial<RedactionOptions>>(
  options: T,
  {worker, auditor}: Pick<SessionAgents, 'worker' | 'auditor'>,
): T {
  const names = [worker, auditor].flatMap((agent) => {
    if (agent?.executor.name !== 'direct') return [];
    return readDirectOptions(agent.agentArgs).apiKeyEnv ?? [];
  });
  return {...options, redactEnv: [...new Set([...(options.redactEnv ?? []), ...names])]};
}
