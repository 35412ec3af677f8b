/** One agent: found, logged in, and allowed what was asked. */
import {OneshotError} from '../error.ts';
import type {Note, PermissionMode} from '../event.ts';
import type {Environment, Executor, ExecutorName, Installation} from '../executor/executor.ts';
import {requireProgram} from '../executor/program-check.ts';
import {executorByName} from '../executor/registry.ts';
import type {AgentChoice} from '../run.ts';
import type {AgentRole} from '../session/state.ts';

export interface Found {
  executor: Executor;
  installation: Installation;
  agentArgs: readonly string[];
}

/** What `auto` tries, in this order. */
const AUTO_ORDER = ['claude', 'cline'] as const satisfies readonly ExecutorName[];

/** Who `auto` is where somebody is to take over from `worker`. */
export function autoBeside({executor}: Pick<Found, 'executor'>): (typeof AUTO_ORDER)[number] {
  return AUTO_ORDER.find((name) => name !== executor.name)!;
}

/** An agent by itself. */
export interface AgentOptions {
  /** `auto`, or the name of an executor. */
  executor: string;
  model: string | null;
  /** null: `agent` for a worker, `read` for an auditor where its agent has that. */
  permissionMode: PermissionMode | null;
  agentArgs: readonly string[];
}

export interface AgentPlace {
  /** Absolute. */
  cwd: string;
  env: Environment;
  /** What the user should know of the choice is added. */
  notes: Note[];
}

/** Adds to `notes` what the user should know of the choice. @throws OneshotError as `chooseAgents`; INVALID_OPTION */
export async function chooseAgent(
  role: AgentRole,
  options: AgentOptions,
  place: AgentPlace,
): Promise<AgentChoice> {
  return inRole(role, await findUsable(role, options, place), options, place.notes);
}

/** Found, and logged in. @throws as `chooseAgent` */
export async function findUsable(
  role: AgentRole,
  {executor, agentArgs}: Pick<AgentOptions, 'executor' | 'agentArgs'>,
  {cwd, env, notes}: AgentPlace,
): Promise<Found> {
  const found = await find(role, executor, agentArgs, env, notes);
  if (found.executor.name === 'command') await requireProgram(programIn(agentArgs), {cwd, env});
  await requireLogin(found, env);
  return found;
}

/** Adds to `notes` as `chooseAgent`. @throws OneshotError PERMISSION_MODE_UNSUPPORTED */
export function inRole(
  role: AgentRole,
  found: Found,
  {model, permissionMode: wanted}: Pick<AgentOptions, 'model' | 'permissionMode'>,
  notes: Note[],
): AgentChoice {
  if (role === 'worker' && found.executor.name === 'direct') notes.push(CANNOT_WRITE);
  const permissionMode = wanted ?? (role === 'auditor' ? auditorMode(found, notes) : 'agent');
  requirePermissionMode(found, permissionMode);
  return {...found, model, permissionMode};
}

function programIn([program]: readonly string[]): string {
  if (program !== undefined) return program;
  throw new OneshotError('INVALID_OPTION', 'the command executor needs a program', 'Name it in agentArgs.');
}

export async function find(
  role: AgentRole,
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
  role: AgentRole,
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

export async function requireLogin(
  {executor, installation, agentArgs}: Found,
  env: Environment,
): Promise<void> {
  const {loggedIn, loginCommand} = await executor.loginState(installation, env, agentArgs);
  if (loggedIn !== false) return;
  const nextStep = loginCommand === null ? 'Log in with the agent itself.' : `Log in with: ${loginCommand}`;
  throw new OneshotError('AGENT_NOT_LOGGED_IN', `nobody is logged in to ${executor.name}`, nextStep);
}

export function requirePermissionMode({executor, installation}: Found, mode: PermissionMode): void {
  const modes = executor.permissionModes(installation);
  if (modes.includes(mode)) return;
  throw new OneshotError(
    'PERMISSION_MODE_UNSUPPORTED',
    `${installation.adapter} has no permission mode ${mode}`,
    `Choose one that it has: ${modes.join(', ')}.`,
  );
}

export const CANNOT_WRITE: Note = {
  type: 'note',
  level: 'warning',
  code: 'WORKER_CANNOT_WRITE',
  text: 'A direct worker has no tools: it sees the prompt alone, and can only answer in words.',
};

/** Auditors only read, where the agent can be held to that. */
export function auditorMode({executor, installation}: Found, notes: Note[]): PermissionMode {
  if (executor.permissionModes(installation).includes('read')) return 'read';
  const text = `${installation.adapter} has no permission mode read: the auditor is asked not to write, but could.`;
  notes.push({type: 'note', level: 'warning', code: 'AUDITOR_CAN_WRITE', text});
  return 'agent';
}
