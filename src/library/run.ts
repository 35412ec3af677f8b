import type {RunFinished} from '../event.ts';
import type {RuleChanges} from '../loop/rules.ts';
import type {Agent} from './agent.ts';
import {looped} from './loop.ts';
import type {WorkOptions} from './options.ts';
import type {Afterwards, Running} from './running.ts';

export interface RunOptions extends WorkOptions {
  agent: Agent;
  /** What the agent is told, as it is. */
  prompt: string;
  /** What it may use, and how often it is tried again when the agent itself fails. @default no limit, 2 */
  rules?: Pick<RuleChanges, 'budget' | 'agentRetries'>;
}

export interface RunResult extends Omit<RunFinished, 'type'>, Afterwards {}

/**
 * Runs an agent once, in a session of its own, without an audit.
 * @throws OneshotError by way of `result`: AGENT_NOT_FOUND, AGENT_UNSUPPORTED, AGENT_NOT_LOGGED_IN,
 * PERMISSION_MODE_UNSUPPORTED, CWD_UNUSABLE, SPAWN_FAILED, STATE_UNWRITABLE, RECORDING_FAILED, EMPTY_PROMPT. Once the
 * agent runs, every ending is a value.
 */
export function run({agent, prompt, ...options}: RunOptions): Running<RunResult> {
  return looped({...options, worker: agent, auditor: null, task: prompt}, ({lastRun}, more) => {
    // A single run is the loop's last one, also when it was canceled before its start.
    const {type: _, ...finished} = lastRun!;
    return {...finished, ...more};
  });
}
