/** The loop: a worker run, an auditor run, and again with the auditor's feedback until an explicit verdict. */
import {stat} from 'node:fs/promises';
import type {
  AgentPlan,
  Ending,
  EventBody,
  Note,
  Role,
  RunFinished,
  SessionFinished,
  Verdict,
} from '../event.ts';
import {type AgentChoice, type RunContext, run, synced} from '../run.ts';
import {redacting} from '../session/redact-log.ts';
import {emptyState, type SessionState} from '../session/state.ts';
import {
  againPrompt,
  auditorAgainPrompt,
  auditorPrompt,
  CONTINUE_PROMPT,
  instructionsPrompt,
  retryPrompt,
  taskWith,
} from './prompt.ts';
import {type ResumePoint, resumePoint} from './resume.ts';
import {readVerdict} from './verdict.ts';

/** Text that stands before the prompts of a role; null: none. */
export interface PromptHeaders {
  worker: string | null;
  auditor: string | null;
  /** Before the worker's prompts from its second one on. */
  reworker: string | null;
}

/** What a loop runs with, new or resumed. */
export interface LoopOptions {
  worker: AgentChoice;
  /** null: no audit, a single worker run. */
  auditor: AgentChoice | null;
  /** See `DEFAULT_MAX_ITERATIONS`. */
  maxIterations: number;
  /** Version of oneshot, for the log. */
  oneshotVersion: string;
  /** What the user should know of how the agents were chosen. @default none */
  notes?: readonly Note[];
  /** @default none */
  promptHeaders?: PromptHeaders;
}

export interface LoopRequest extends LoopOptions {
  task: string;
}

export interface ResumeLoopRequest extends LoopOptions {
  /** What the log adds up to; every run in it has ended. */
  state: SessionState;
  /** What the user adds to the task, or null. */
  instructions: string | null;
}

export interface LoopResult {
  finished: SessionFinished;
  /** The run that decided the ending; null when none was made. */
  lastRun: RunFinished | null;
}

/**
 * Runs the task to its ending and appends everything from `session_started` to `session_finished` to the log.
 * @throws OneshotError as `run()`; the log then ends with `session_finished` all the same.
 */
export async function loop(given: RunContext, {task, ...options}: LoopRequest): Promise<LoopResult> {
  const context = redacting(given);
  const session = new LoopedSession(context, options, {...emptyState(), task});
  session.start();
  return session.toItsEnd(() => session.begin());
}

/**
 * Goes on with a session from where its log ends, and appends everything from `session_resumed` to `session_finished`.
 * @throws OneshotError NOTHING_TO_RESUME before anything is appended; else as `loop`.
 */
export async function resumeLoop(given: RunContext, request: ResumeLoopRequest): Promise<LoopResult> {
  const context = redacting(given);
  const {state, instructions, ...options} = request;
  const {maxIterations, auditor} = options;
  const point = resumePoint(state, {instructions, maxIterations, audit: auditor !== null});
  const session = new LoopedSession(context, options, state);
  session.resume(point, instructions);
  return session.toItsEnd(() => session.goOn(point, instructions));
}

interface End {
  ending: Ending;
  reason: string;
}

/** What the loop does next. */
type Step =
  | {do: 'work'; isNew: boolean; prompt: string; resume: string | null}
  | {do: 'audit'}
  | ({do: 'end'} & End);

class LoopedSession {
  readonly #context: RunContext;
  readonly #options: LoopOptions;
  /** As it was when this process began. */
  readonly #state: SessionState;
  #task: string;
  #maxIterations: number;
  #iteration: number;
  #workerRuns: number;
  #lastRun: RunFinished | null = null;
  #workerText: string | null;
  #workerSession: string | null;

  constructor(context: RunContext, options: LoopOptions, state: SessionState) {
    this.#context = context;
    this.#options = options;
    this.#state = state;
    this.#task = taskWith(state.task ?? '', state.instructions);
    this.#maxIterations = options.auditor ? options.maxIterations : 1;
    this.#iteration = state.iteration;
    this.#workerRuns = state.iteration;
    this.#workerText = state.workerText;
    this.#workerSession = state.workerSession;
  }

  start(): void {
    const {oneshotVersion} = this.#options;
    this.#record(0, null, {
      type: 'session_started',
      task: this.#task,
      cwd: this.#context.cwd,
      maxIterations: this.#maxIterations,
      audit: this.#options.auditor !== null,
      ...this.#plans(),
      oneshotVersion,
      nodeVersion: process.versions.node,
      platform: process.platform,
    });
    this.#recordNotes();
  }

  resume({why}: ResumePoint, instructions: string | null): void {
    if (instructions !== null) {
      this.#task = taskWith(this.#task, [instructions]);
      // Who says what is missing wants at least one more try.
      this.#maxIterations = Math.max(this.#maxIterations, this.#iteration + 1);
    }
    this.#record(0, null, {
      type: 'session_resumed',
      from: why,
      instructions,
      maxIterations: this.#maxIterations,
      ...this.#plans(),
      oneshotVersion: this.#options.oneshotVersion,
      nodeVersion: process.versions.node,
      platform: process.platform,
    });
    this.#recordNotes();
  }

  /** Takes one step after the other; whatever happens, the log has an end. */
  async toItsEnd(first: () => Promise<Step> | Step): Promise<LoopResult> {
    try {
      let step = await first();
      while (step.do !== 'end') {
        await synced(this.#context);
        step = step.do === 'work' ? await this.#work(step) : await this.#audit();
      }
      return await this.#finish(step);
    } catch (error) {
      await this.#finish({ending: 'failed', reason: (error as Error).message});
      throw error;
    }
  }

  begin(): Step {
    return {do: 'work', isNew: true, prompt: this.#task, resume: null};
  }

  async goOn(point: ResumePoint, instructions: string | null): Promise<Step> {
    switch (point.next) {
      case 'audit':
        return {do: 'audit'};
      case 'judge':
        return this.#obey(this.#judge(this.#state.runs.auditor!.finished!));
      case 'obey-verdict':
        return this.#obey(this.#state.verdicts.at(-1)!);
      case 'finish':
        return SINGLE_RUN;
      case 'work':
        return this.#workOn(point, instructions);
    }
  }

  async #workOn(
    {reason, isNew}: Extract<ResumePoint, {next: 'work'}>,
    instructions: string | null,
  ): Promise<Step> {
    const verdict = this.#state.lastVerdict;
    if (reason === 'retry') return this.#retry(verdict!);
    const session =
      reason === 'again' ? (this.#state.runs.worker?.agentSession ?? null) : this.#workerSession;
    const resume = reason === 'first' ? null : await this.#resumable(session);
    const isResumed = resume !== null;
    if (reason === 'instructions') {
      const prompt = instructionsPrompt(
        taskWith(this.#state.task!, this.#state.instructions),
        this.#workerText,
        instructions!,
        isResumed,
      );
      return {do: 'work', isNew, prompt, resume};
    }
    const feedback = this.#iteration > 1 && verdict ? feedbackOf(verdict) : null;
    const prompt =
      feedback === null ? this.#task : retryPrompt(this.#task, this.#workerText, feedback, false);
    if (reason === 'first') return {do: 'work', isNew, prompt, resume};
    const goOn = instructions === null ? CONTINUE_PROMPT : taskWith(CONTINUE_PROMPT, [instructions]);
    return {do: 'work', isNew, prompt: isResumed ? goOn : againPrompt(prompt), resume};
  }

  async #work({isNew, prompt, resume}: Extract<Step, {do: 'work'}>): Promise<Step> {
    const {auditor, worker, promptHeaders} = this.#options;
    if (isNew) {
      this.#iteration++;
      const maxIterations = this.#maxIterations;
      this.#record(this.#iteration, null, {type: 'iteration_started', maxIterations});
    }
    const header = (this.#workerRuns++ > 0 && promptHeaders?.reworker) || promptHeaders?.worker;
    const worked = await this.#run('worker', worker, headed(header, prompt), resume);
    this.#workerText = worked.text ?? this.#workerText;
    this.#workerSession = worked.agentSession;
    if (worked.outcome !== 'completed') return {do: 'end', ...endOfFailedRun('worker', worked)};
    return auditor ? {do: 'audit'} : SINGLE_RUN;
  }

  async #audit(): Promise<Step> {
    const verdict = await this.#askAuditor(this.#options.auditor!);
    if (this.#context.stop.aborted) return {do: 'end', ending: 'interrupted', reason: this.#lastRun!.reason};
    return this.#obey(verdict);
  }

  #obey(verdict: Verdict): Promise<Step> | Step {
    const {reason} = verdict;
    if (verdict.verdict === 'DONE') return {do: 'end', ending: 'verified', reason};
    if (verdict.verdict === 'IMPOSSIBLE') return {do: 'end', ending: 'impossible', reason};
    if (verdict.verdict === null) return {do: 'end', ending: 'unverified', reason};
    if (this.#iteration < this.#maxIterations) return this.#retry(verdict);
    const used = `Not accepted after ${this.#iteration} iterations. ${reason}`.trim();
    return {do: 'end', ending: 'exhausted', reason: used};
  }

  async #retry(verdict: Verdict): Promise<Step> {
    const resume = await this.#resumable(this.#workerSession);
    const prompt = retryPrompt(this.#task, this.#workerText, feedbackOf(verdict), resume !== null);
    return {do: 'work', isNew: true, prompt, resume};
  }

  /** The worker's own session, where its agent can go on with it; says in the log which of the two happens. */
  async #resumable(candidate: string | null): Promise<string | null> {
    const session = candidate !== null && (await this.#canGoOn(candidate)) ? candidate : null;
    const text = session
      ? `The worker goes on in its own session ${session}.`
      : 'The worker starts a new session of its own; the prompt carries the context.';
    this.#record(this.#iteration, 'worker', {
      type: 'note',
      level: 'info',
      code: session ? 'AGENT_SESSION_RESUMED' : 'AGENT_SESSION_NEW',
      text,
    });
    return session;
  }

  /** An agent that was killed early may have told a session that it never wrote down. */
  async #canGoOn(agentSession: string): Promise<boolean> {
    const {executor, installation, agentArgs} = this.#options.worker;
    if (!executor.canResume(installation)) return false;
    const {env, cwd} = this.#context;
    const traces = {env, cwd, agentArgs, agentSession, pid: 0, startedAtMs: 0};
    const path = await executor.stateFiles(installation, traces);
    // Only a session of another process is in doubt.
    if (path === null || this.#lastRun !== null) return true;
    return stat(path).then(
      () => true,
      () => false,
    );
  }

  /** Asks the auditor, and once more when no clear verdict came. */
  async #askAuditor(auditor: AgentChoice): Promise<Verdict> {
    const {executor, installation} = auditor;
    const header = this.#options.promptHeaders?.auditor;
    const prompt = headed(header, auditorPrompt(this.#task, this.#workerText));
    const first = await this.#run('auditor', auditor, prompt, null);
    const verdict = this.#judge(first);
    if (verdict.verdict !== null || this.#context.stop.aborted) return verdict;
    const resume = executor.canResume(installation) ? first.agentSession : null;
    const again = headed(header, auditorAgainPrompt(verdict.reason, this.#task, this.#workerText));
    return this.#judge(await this.#run('auditor', auditor, again, resume));
  }

  /** Only an auditor that came to its own end has a say. */
  #judge(audited: RunFinished): Verdict {
    const reading =
      audited.outcome === 'completed'
        ? readVerdict(audited.text ?? '')
        : {
            verdict: null,
            reason: `The auditor ${audited.outcome}: ${audited.reason}`,
            feedback: null,
            how: 'none',
          };
    const verdict: Verdict = {type: 'verdict', ...reading};
    this.#record(this.#iteration, 'auditor', verdict);
    return verdict;
  }

  async #run(role: Role, agent: AgentChoice, prompt: string, resume: string | null): Promise<RunFinished> {
    const finished = await run(this.#context, {agent, prompt, iteration: this.#iteration, role, resume});
    this.#lastRun = finished;
    return finished;
  }

  async #finish({ending, reason}: End): Promise<LoopResult> {
    const finished: SessionFinished = {
      type: 'session_finished',
      ending,
      reason,
      text: this.#workerText,
      iterations: this.#iteration,
    };
    this.#record(0, null, finished);
    await this.#context.log.flush();
    return {finished, lastRun: this.#lastRun};
  }

  #plans(): {worker: AgentPlan; auditor: AgentPlan | null} {
    const {worker, auditor} = this.#options;
    return {worker: planOf(worker), auditor: auditor && planOf(auditor)};
  }

  #recordNotes(): void {
    for (const note of this.#options.notes ?? []) this.#record(0, null, note);
  }

  #record(iteration: number, role: Role | null, body: EventBody): void {
    this.#context.log.append({body, iteration, role, source: 'runner'});
  }
}

const SINGLE_RUN: Step = {
  do: 'end',
  ending: 'unverified',
  reason: 'The run completed; no auditor was asked.',
};

function feedbackOf({feedback, reason}: Verdict): string {
  return feedback ?? reason;
}

function headed(header: string | null | undefined, prompt: string): string {
  return header ? `${header}\n\n${prompt}` : prompt;
}

function planOf({executor, installation, model, permissionMode, agentArgs}: AgentChoice): AgentPlan {
  const {adapter} = installation;
  return {executor: executor.name, adapter, model, permissionMode, agentArgs: [...agentArgs]};
}

function endOfFailedRun(role: Role, {outcome, reason}: RunFinished): End {
  return {
    ending: outcome === 'canceled' ? 'interrupted' : 'failed',
    reason: `The ${role} ${outcome}: ${reason}`,
  };
}
