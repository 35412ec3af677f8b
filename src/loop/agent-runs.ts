/**
 * Runs of agents. A run that failed is made again as the same iteration, in the agent's own session where that can be, at
 * last by another agent; one that uses up the budget is stopped.
 */
import {stat} from 'node:fs/promises';
import type {Clock} from '../clock.ts';
import {OneshotError} from '../error.ts';
import type {EventBody, LoopRules, RunFinished, RunRetry} from '../event.ts';
import type {PromptStyle} from '../executor/executor.ts';
import {type AgentChoice, type RunContext, run, type StopReason, synced} from '../run.ts';
import type {AgentRole, SessionState} from '../session/state.ts';
import {exceeded, type Overrun, uncounted, usedUp} from './budget.ts';
import {type Failure, failureOf, pauseMs} from './failure.ts';
import type {LoopAgents} from './options.ts';

export interface AgentRunsOptions extends LoopAgents {
  fallback: LoopAgents | null;
  rules: LoopRules;
  /** Of the log, kept up to date by somebody else. */
  state: SessionState;
  retryPauseMs: number | undefined;
}

/** A try at an order. */
export interface Attempt {
  style: PromptStyle;
  /** The agent goes on in its own session. */
  resumed: boolean;
  /** The try before it, which failed; null: this is the first one. */
  before: {
    /** Its tools have done something. */
    hasActed: boolean;
  } | null;
}

export interface Order {
  role: AgentRole;
  iteration: number;
  /** The agent's own session to go on with at first, or null. */
  resume: string | null;
  /** Whether a failed try may go on in the session of that try. */
  mayResume: boolean;
  prompt(attempt: Attempt): Promise<string> | string;
  /** JSON Schema of the answer, for agents that can be held to one. @default none */
  answerSchema?: object;
}

export interface AgentRun {
  finished: RunFinished;
  /** The budget is used up: the run was stopped, or must not be made again. */
  overrun: Overrun | null;
  /** null: it completed. */
  failure: Failure | null;
}

export class AgentRuns {
  readonly #context: RunContext;
  readonly #options: AgentRunsOptions;
  readonly #agents: Record<AgentRole, AgentChoice | null>;
  /** Of which agents it was said that they do not tell what they use. */
  readonly #uncounted = new Set<string>();
  #hasFallback: Record<AgentRole, boolean>;

  constructor(context: RunContext, options: AgentRunsOptions) {
    const {worker, auditor, fallback} = options;
    this.#context = context;
    this.#options = options;
    this.#agents = {worker, auditor};
    this.#hasFallback = {worker: fallback !== null, auditor: fallback?.auditor != null};
  }

  /** Who has this role now. */
  agent(role: AgentRole): AgentChoice {
    return this.#agents[role]!;
  }

  /** Why no further run may be made, or null. */
  overrun(): Overrun | null {
    return usedUp(this.#options.rules.budget, this.#options.state.usage);
  }

  /** @throws OneshotError as `run()`, unless another agent can take over */
  async run(order: Order): Promise<AgentRun> {
    let {resume} = order;
    let before: Attempt['before'] = null;
    for (let attempt = 1; ; attempt++) {
      const ended = await this.#attempt(order, resume, before);
      const next =
        'error' in ended ? this.#afterError(ended.error, order) : await this.#after(ended, order, attempt);
      if (next === null) {
        if ('error' in ended) throw ended.error;
        return ended;
      }
      const overrun = this.overrun();
      if (overrun && !('error' in ended)) return {...ended, overrun};
      this.#record(order, next.retry);
      await synced(this.#context);
      await pause(this.#context, next.retry.delayMs);
      if (next.retry.how === 'fallback') attempt = 0;
      resume = next.resume;
      before = {hasActed: this.#options.state.runs[order.role]?.hasActed === true};
    }
  }

  async #attempt(
    order: Order,
    resume: string | null,
    before: Attempt['before'],
  ): Promise<AgentRun | {error: unknown}> {
    const {role, iteration, answerSchema} = order;
    const agent = this.agent(role);
    const prompt = await order.prompt({style: agent.executor.promptStyle, resumed: resume !== null, before});
    const watch = this.#watchBudget(role);
    try {
      const request = {agent, prompt, iteration, role, resume, ...(answerSchema && {answerSchema})};
      const finished = await run(watch.context, request);
      this.#noteUncounted(order, agent, finished);
      return this.#judged(finished, watch.overrun());
    } catch (error) {
      return {error};
    } finally {
      watch.end();
    }
  }

  #judged(finished: RunFinished, stopped: Overrun | null): AgentRun {
    const overrun = finished.outcome === 'canceled' ? stopped : null;
    const {lastRun} = this.#options.state;
    const failure = finished.outcome === 'completed' ? null : failureOf(finished, lastRun?.stop ?? null);
    return {finished, overrun, failure};
  }

  /** Stops a run that goes over the budget. */
  #watchBudget(role: AgentRole) {
    const {rules, state} = this.#options;
    const {log, stop} = this.#context;
    const stopping = new AbortController();
    let overrun: Overrun | null = null;
    const before = state.usage;
    const end = log.addView((event) => {
      if (event.type !== 'usage_update' || event.role !== role || overrun) return;
      overrun = exceeded(rules.budget, before, event);
      if (!overrun) return;
      const reason: StopReason = {outcome: 'canceled', cause: 'budget', reason: overrun.reason};
      stopping.abort(reason);
    });
    const context = {...this.#context, stop: AbortSignal.any([stop, stopping.signal])};
    return {context, overrun: () => overrun, end};
  }

  #noteUncounted({iteration, role}: Order, {installation}: AgentChoice, {outcome, usage}: RunFinished): void {
    if (outcome !== 'completed' || this.#uncounted.has(installation.adapter)) return;
    const missing = uncounted(this.#options.rules.budget, usage);
    if (missing.length === 0) return;
    this.#uncounted.add(installation.adapter);
    const text = `${installation.adapter} did not tell ${missing.join(' and ')}: the budget counts what is told.`;
    this.#record({iteration, role}, {type: 'note', level: 'warning', code: 'BUDGET_UNCOUNTED', text});
  }

  /** What is tried next, or null: the run stays as it ended. */
  async #after({finished, failure, overrun}: AgentRun, order: Order, attempt: number) {
    const {log, stop} = this.#context;
    if (failure === null || overrun || stop.aborted || log.failure()) return null;
    if (failure.remedy === 'never') return null;
    const {agentRetries} = this.#options.rules;
    if (failure.remedy === 'elsewhere' || attempt > agentRetries)
      return this.#takeOver(order.role, finished.reason);
    const agent = this.agent(order.role);
    const candidate = order.mayResume ? finished.agentSession : null;
    const resume = candidate !== null && (await canGoOn(this.#context, agent, candidate)) ? candidate : null;
    const retry: RunRetry = {
      type: 'run_retry',
      attempt,
      maxAttempts: agentRetries,
      delayMs: pauseMs(failure, attempt, this.#options.retryPauseMs),
      how: resume === null ? 'again' : 'resume',
      executor: agent.executor.name,
      reason: finished.reason,
    };
    return {retry, resume};
  }

  #afterError(error: unknown, {role}: Order) {
    const isMissing = error instanceof OneshotError && MISSING.includes(error.code);
    return isMissing ? this.#takeOver(role, error.message) : null;
  }

  /** The other agent does this role from now on. */
  #takeOver(role: AgentRole, reason: string): {retry: RunRetry; resume: null} | null {
    const {fallback} = this.#options;
    if (!this.#hasFallback[role]) return null;
    this.#hasFallback[role] = false;
    const agent = fallback![role]!;
    this.#agents[role] = agent;
    const executor = agent.executor.name;
    const retry: RunRetry = {
      type: 'run_retry',
      attempt: 1,
      maxAttempts: 1,
      delayMs: 0,
      how: 'fallback',
      executor,
      reason,
    };
    return {retry, resume: null};
  }

  #record({iteration, role}: Pick<Order, 'iteration' | 'role'>, body: EventBody): void {
    this.#context.log.append({body, iteration, role, source: 'runner'});
  }
}

const MISSING: readonly string[] = ['AGENT_NOT_FOUND', 'SPAWN_FAILED'];

/** Whether an agent can continue its own session: one that was killed early may have told a session that it never wrote down. */
export async function canGoOn(
  {env, cwd}: Pick<RunContext, 'env' | 'cwd'>,
  {executor, installation, agentArgs}: AgentChoice,
  agentSession: string,
): Promise<boolean> {
  if (!executor.canResume(installation)) return false;
  const traces = {env, cwd, agentArgs, agentSession, pid: 0, startedAtMs: 0};
  const path = await executor.stateFiles(installation, traces);
  if (path === null) return true;
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Ends early when a stop is asked for. */
function pause({clock, stop}: {clock: Clock; stop: AbortSignal}, ms: number): Promise<void> {
  return new Promise((settle) => {
    if (ms === 0 || stop.aborted) return settle();
    const cancelTimer = clock.after(ms, end);
    stop.addEventListener('abort', end, {once: true});
    function end() {
      cancelTimer();
      stop.removeEventListener('abort', end);
      settle();
    }
  });
}
