/** Runs the user's checks: each by the shell, on the transport of the agents, recorded as a run of the role `check`. */
import {NO_ACTIVITY} from '../activity/options.ts';
import {OneshotError} from '../error.ts';
import type {CheckFinished, CheckResult, OneshotEvent, RunFinished} from '../event.ts';
import {executorByName} from '../executor/registry.ts';
import {type AgentChoice, type RunContext, run} from '../run.ts';
import {stripControl} from '../text.ts';
import {shellArgv} from '../transport/shell.ts';

export interface ChecksRequest {
  /** Shell commands, run one after the other. */
  checks: readonly string[];
  /** For each, ms. */
  timeoutMs: number;
  iteration: number;
}

/** The end of what a check printed that is kept, characters. */
const MAX_TAIL_CHARS = 8 * 1024;

/** Each result is recorded as it comes. Fewer than there are checks when a stop was asked for. */
export async function runChecks(
  context: RunContext,
  {checks, ...request}: ChecksRequest,
): Promise<CheckFinished[]> {
  const results: CheckFinished[] = [];
  for (const check of checks) {
    const finished = await runCheck(context, check, request);
    if (finished === null) break;
    context.log.append({body: finished, iteration: request.iteration, role: 'check', source: 'runner'});
    results.push(finished);
  }
  return results;
}

/** null: stopped. */
async function runCheck(
  context: RunContext,
  check: string,
  {timeoutMs, iteration}: Omit<ChecksRequest, 'checks'>,
): Promise<CheckFinished | null> {
  const {clock, log, stop} = context;
  if (stop.aborted) return null;
  const tail = new Tail();
  const unwatch = log.addView((event) => tail.see(event));
  const beginMs = clock.monotonicMs();
  const activity = {
    ...NO_ACTIVITY,
    monitor: [],
    limits: {...NO_ACTIVITY.limits, maxMs: timeoutMs, intervalMs: timeoutMs},
  };
  const request = {agent: shellOf(check), prompt: null, iteration, role: 'check', resume: null} as const;
  const ended = await run({...context, activity}, request).catch(notStarted);
  unwatch();
  if (ended.outcome === 'canceled') return null;
  const durationMs = Math.round(clock.monotonicMs() - beginMs);
  return {
    type: 'check_finished',
    check,
    ...judged(ended),
    exitCode: ended.exitCode,
    durationMs,
    tail: tail.text(),
  };
}

type Ended = Pick<RunFinished, 'outcome' | 'reason' | 'exitCode' | 'signal'>;

function notStarted(error: unknown): Ended {
  if (error instanceof OneshotError && error.code === 'RECORDING_FAILED') throw error;
  return {outcome: 'failed', reason: (error as Error).message, exitCode: null, signal: null};
}

/** What a POSIX shell exits with when a command is not there, or may not be run. */
const NOT_RUN: Readonly<Record<number, string>> = {
  126: 'it may not be executed',
  127: 'there is no such command',
};

function judged({outcome, reason, exitCode, signal}: Ended): {result: CheckResult; reason: string} {
  if (outcome === 'completed') return {result: 'green', reason: 'exit code 0'};
  const why = exitCode === null ? undefined : NOT_RUN[exitCode];
  if (why !== undefined) return {result: 'unable', reason: `${why} (exit code ${exitCode})`};
  const isRed = outcome === 'failed' && (exitCode !== null || signal !== null);
  return {result: isRed ? 'red' : 'unable', reason};
}

function shellOf(check: string): AgentChoice {
  const executor = executorByName('command');
  const program = shellArgv(check);
  const installation = {executor: 'command', adapter: 'command', program, version: null} as const;
  return {executor, installation, model: null, permissionMode: 'agent', agentArgs: []};
}

/** The end of both streams, in the order in which they were read. */
class Tail {
  #text = '';

  see(event: OneshotEvent): void {
    if (event.role !== 'check' || event.source !== 'agent') return;
    if (event.type === 'agent_message_chunk') this.#add(event.content.text);
    else if (event.type === 'unparsed') this.#add(`${event.text ?? JSON.stringify(event.value)}\n`);
  }

  #add(text: string): void {
    const whole = this.#text + stripControl(text.slice(-MAX_TAIL_CHARS));
    this.#text = whole.length > 2 * MAX_TAIL_CHARS ? whole.slice(-MAX_TAIL_CHARS) : whole;
  }

  text(): string {
    return this.#text.slice(-MAX_TAIL_CHARS).trimEnd();
  }
}
