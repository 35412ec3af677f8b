/** What `doctor` looks at. Everything is really tried; nothing is changed. */
import {closeSync, constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {messageOf, OneshotError, systemCode} from '../error.ts';
import type {Environment, Executor, Installation} from '../executor/executor.ts';
import {executorByName} from '../executor/registry.ts';
import {stateDir} from '../session/state-dir.ts';
import {openPty} from '../transport/openpty.ts';
import {platformOf} from '../transport/platform.ts';
import {NODE_FLOOR, VERSION} from '../version.ts';

export interface Diagnosis {
  oneshotVersion: string;
  /** Whether at least one agent can be used. */
  usable: boolean;
  findings: Finding[];
  agents: AgentFinding[];
}

export interface Finding {
  name: string;
  /** `warning`: oneshot works, but not as well as it could. */
  status: 'ok' | 'warning' | 'problem';
  detail: string;
  /** What to do about it; null where nothing is wrong. */
  nextStep: string | null;
}

export interface AgentFinding {
  executor: string;
  found: boolean;
  version: string | null;
  adapter: string | null;
  /** Program and leading arguments. */
  program: readonly string[] | null;
  /** null: not installed, or not to be known from its files. */
  loggedIn: boolean | null;
  usable: boolean;
}

export async function diagnose(env: Environment): Promise<Diagnosis> {
  const agents = await Promise.all((['claude', 'cline'] as const).map((name) => lookAtAgent(name, env)));
  const findings = [nodeFinding(), await ptyFinding(), await stateFinding(stateDir(env))];
  return {
    oneshotVersion: VERSION,
    usable: agents.some(({agent}) => agent.usable),
    findings: [...findings, ...agents.map(({finding}) => finding)],
    agents: agents.map(({agent}) => agent),
  };
}

function nodeFinding(): Finding {
  const {node} = process.versions;
  const name = 'Node';
  if (isAtLeast(node, NODE_FLOOR)) return {name, status: 'ok', detail: node, nextStep: null};
  return {
    name,
    status: 'problem',
    detail: `${node} is too old`,
    nextStep: `Install Node ${NODE_FLOOR} or newer.`,
  };
}

export function isAtLeast(version: string, floor: string): boolean {
  const [have, need] = [version, floor].map((text) => text.split('.').map(Number));
  for (let index = 0; index < need!.length; index++) {
    const difference = (have![index] ?? 0) - need![index]!;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Opens a PTY and closes it again. */
async function ptyFinding(): Promise<Finding> {
  const name = 'PTY';
  const problem = await ptyProblem();
  if (problem === null) return {name, status: 'ok', detail: 'can be opened', nextStep: null};
  return {
    name,
    status: 'warning',
    detail: `none: ${problem}; agents run on a pipe, where they can lose output`,
    nextStep: 'Install with optional dependencies (koffi), or use --no-streaming to be safe.',
  };
}

async function ptyProblem(): Promise<string | null> {
  const {noPty} = platformOf(process.platform);
  if (noPty !== null) return noPty;
  const pty = await openPty();
  if ('unavailable' in pty) return pty.unavailable;
  closeSync(pty.master);
  closeSync(pty.slave);
  return null;
}

async function stateFinding(folder: string): Promise<Finding> {
  const name = 'state folder';
  const problem = await writeProblem(folder);
  if (problem === null) return {name, status: 'ok', detail: folder, nextStep: null};
  return {
    name,
    status: 'problem',
    detail: `${folder} cannot be written: ${problem}`,
    nextStep: 'Make it writable, or set ONESHOT_HOME to a folder that is.',
  };
}

/** Looks at the folder, or at the nearest one above it that exists. */
async function writeProblem(folder: string): Promise<string | null> {
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    await access(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const above = dirname(folder);
    if (systemCode(error) === 'ENOENT' && above !== folder) return writeProblem(above);
    return messageOf(error);
  }
}

async function lookAtAgent(
  name: 'claude' | 'cline',
  env: Environment,
): Promise<{agent: AgentFinding; finding: Finding}> {
  const executor = executorByName(name);
  try {
    return await lookAtInstallation(executor, await executor.locate(env, []), env);
  } catch (error) {
    const missing = error instanceof OneshotError && error.code === 'AGENT_NOT_FOUND';
    const nextStep = error instanceof OneshotError ? error.nextStep : executor.installHint;
    const agent = {executor: name, found: !missing, version: null, adapter: null, program: null};
    return {
      agent: {...agent, loggedIn: null, usable: false},
      finding: {name, status: missing ? 'warning' : 'problem', detail: messageOf(error), nextStep},
    };
  }
}

async function lookAtInstallation(
  executor: Executor,
  installation: Installation,
  env: Environment,
): Promise<{agent: AgentFinding; finding: Finding}> {
  const {version, adapter, program} = installation;
  const {loggedIn, loginCommand} = await executor.loginState(installation, env, []);
  const usable = loggedIn !== false;
  const login = loggedIn === null ? 'login not known' : loggedIn ? 'logged in' : 'nobody is logged in';
  const {name} = executor;
  return {
    agent: {executor: name, found: true, version, adapter, program, loggedIn, usable},
    finding: {
      name,
      status: usable ? 'ok' : 'problem',
      detail: `${version ?? 'version unknown'} (adapter ${adapter}), ${login}, ${program.join(' ')}`,
      nextStep: usable ? null : `Log in with: ${loginCommand ?? name}`,
    },
  };
}
