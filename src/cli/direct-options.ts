/** The options of models without a CLI: what may be given, and which roles they make direct. */
import {type Command, Option} from 'commander';
import {chatUrl} from '../direct/endpoint.ts';
import {OneshotError} from '../error.ts';
import type {DirectArgs} from '../loop/agents.ts';
import type {AgentRole} from '../session/state.ts';
import {type ExecutorChoice, plainValue, shown, variableNames} from './option-values.ts';

/** `executor`: an agent with a CLI. `direct`: an endpoint. */
export type Provider = 'executor' | 'direct';

export interface DirectFlags {
  workerProvider?: Provider;
  auditorProvider?: Provider;
  workerEndpoint?: string;
  auditorEndpoint?: string;
  workerApiKeyEnv?: string;
  auditorApiKeyEnv?: string;
}

/** The other flags that have to do with them. */
export interface RoleFlags extends DirectFlags {
  executor?: ExecutorChoice;
  auditorExecutor?: ExecutorChoice;
  workerModel?: string;
  auditorModel?: string;
  audit?: boolean;
}

export interface RoleChoices {
  executor: ExecutorChoice;
  /** null: the worker's, or `auto` where that is direct. */
  auditorExecutor: ExecutorChoice | null;
  direct: DirectArgs;
}

const PROVIDERS: readonly Provider[] = ['executor', 'direct'];

export function provider(option: string, value: string): Provider {
  const found = PROVIDERS.find((one) => one === value);
  if (found) return found;
  const nextStep = 'It takes executor, for an agent with a CLI, or direct, for an endpoint.';
  throw new OneshotError('INVALID_OPTION', `${option} ${shown(value)} is not valid`, nextStep);
}

/** The text as it was given, once it is an address that can be asked. */
export function endpoint(option: string, value: string): string {
  chatUrl(plainValue(option, value), option);
  return value;
}

export function variableName(option: string, value: string): string {
  const [name, ...more] = variableNames(option, value);
  if (name !== undefined && more.length === 0) return name;
  const nextStep = 'It takes the name of one variable, such as OPENAI_API_KEY.';
  throw new OneshotError('INVALID_OPTION', `${option} ${shown(value)} is not valid`, nextStep);
}

export function addDirectOptions(command: Command): void {
  const add = <T>(flags: string, description: string, read: (option: string, given: string) => T) => {
    const option = new Option(flags, description);
    command.addOption(option.argParser((given: string) => read(option.long!, given)));
  };
  for (const role of ['worker', 'auditor'] as const) {
    add(`--${role}-provider <name>`, `executor (an agent with a CLI), direct (an endpoint)`, provider);
    add(`--${role}-endpoint <url>`, 'of direct: any that is compatible with OpenAI', endpoint);
    add(`--${role}-api-key-env <name>`, 'of direct: the variable that holds the key', variableName);
  }
}

/**
 * @param given the flags alone: they have the last word on what a file or a variable says of providers
 * @param flags with what files and variables say
 * @throws OneshotError USAGE
 */
export function rolesOf(given: RoleFlags, flags: RoleFlags): RoleChoices {
  const worker = isDirect(WORKER, given, flags);
  const auditor = flags.audit !== false && isDirect(AUDITOR, given, flags);
  const agent = flags.executor === 'direct' ? 'auto' : (flags.executor ?? 'auto');
  return {
    executor: worker ? 'direct' : agent,
    auditorExecutor: auditor ? 'direct' : auditorAgent(flags),
    direct: {
      worker: worker ? argsOf(WORKER, flags) : null,
      auditor: auditor ? argsOf(AUDITOR, flags) : null,
    },
  };
}

function auditorAgent({auditorExecutor}: RoleFlags): ExecutorChoice | null {
  return auditorExecutor === undefined || auditorExecutor === 'direct' ? null : auditorExecutor;
}

/** The names of a role's flags. */
interface RoleNames {
  role: AgentRole;
  executor: 'executor' | 'auditorExecutor';
  executorFlag: string;
  provider: 'workerProvider' | 'auditorProvider';
  endpoint: 'workerEndpoint' | 'auditorEndpoint';
  apiKeyEnv: 'workerApiKeyEnv' | 'auditorApiKeyEnv';
  model: 'workerModel' | 'auditorModel';
}

const WORKER: RoleNames = {
  role: 'worker',
  executor: 'executor',
  executorFlag: '--executor',
  provider: 'workerProvider',
  endpoint: 'workerEndpoint',
  apiKeyEnv: 'workerApiKeyEnv',
  model: 'workerModel',
};

const AUDITOR: RoleNames = {
  role: 'auditor',
  executor: 'auditorExecutor',
  executorFlag: '--auditor-executor',
  provider: 'auditorProvider',
  endpoint: 'auditorEndpoint',
  apiKeyEnv: 'auditorApiKeyEnv',
  model: 'auditorModel',
};

/** `--executor direct` says the same as `--worker-provider direct`. */
function isDirect(names: RoleNames, given: RoleFlags, flags: RoleFlags): boolean {
  requireNoContradiction(names, given);
  const said = saidIn(names, given) ?? saidIn(names, flags) ?? 'executor';
  if (said === 'executor') requireNothingDirect(names, given, flags);
  return said === 'direct';
}

function saidIn({provider, executor}: RoleNames, flags: RoleFlags): Provider | null {
  if (flags[provider] !== undefined) return flags[provider];
  if (flags[executor] === undefined) return null;
  return flags[executor] === 'direct' ? 'direct' : 'executor';
}

function requireNoContradiction({role, provider, executor, executorFlag}: RoleNames, given: RoleFlags): void {
  const [name, agent] = [given[provider], given[executor]];
  if (name === undefined || agent === undefined || (name === 'direct') === (agent === 'direct')) return;
  const message = `--${role}-provider ${name} contradicts ${executorFlag} ${agent}`;
  throw new OneshotError('USAGE', message, 'Give one of the two.');
}

/** What a file says of an endpoint may rest while a flag chooses an agent. */
function requireNothingDirect(names: RoleNames, given: RoleFlags, flags: RoleFlags): void {
  const from = saidIn(names, given) === null ? flags : given;
  const useless = (['endpoint', 'apiKeyEnv'] as const).find((key) => from[names[key]] !== undefined);
  if (useless === undefined) return;
  const {role} = names;
  const flag = useless === 'endpoint' ? `--${role}-endpoint` : `--${role}-api-key-env`;
  throw new OneshotError(
    'USAGE',
    `${flag} has no meaning for an agent with a CLI`,
    `Add --${role}-provider direct, or leave ${flag} out.`,
  );
}

function argsOf({role, model, endpoint: endpointKey, apiKeyEnv}: RoleNames, flags: RoleFlags): string[] {
  const {[endpointKey]: url, [apiKeyEnv]: key} = flags;
  if (url === undefined) throw incomplete(role, 'endpoint', `--${role}-endpoint http://127.0.0.1:11434/v1`);
  if (flags[model] === undefined) throw incomplete(role, 'model', `--${role}-model NAME`);
  return ['--endpoint', url, ...(key === undefined ? [] : ['--api-key-env', key])];
}

function incomplete(role: AgentRole, what: string, flag: string): OneshotError {
  return new OneshotError('USAGE', `a direct ${role} needs ${an(what)}`, `Add ${flag}.`);
}

const an = (what: string) => (/^[aeiou]/.test(what) ? `an ${what}` : `a ${what}`);
