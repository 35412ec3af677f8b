/** One session on its way from step to step. */
import type {
  AgentPlan,
  CheckFinished,
  Ending,
  EventBody,
  LoopRules,
  Note,
  Role,
  RunFinished,
  SessionFinished,
  Verdict,
} from '../event.ts';
import {type AgentChoice, type RunContext, shownOn, synced} from '../run.ts';
import {fold, isJudged, isUnchanged, redOf, type SessionState} from '../session/state.ts';
import {type AgentRun, AgentRuns, type Attempt, canGoOn} from './agent-runs.ts';
import {Audit, verdictOf} from './audit.ts';
import {runChecks} from './checks.ts';
import {withNextStep} from './failure.ts';
import {Files, isSame} from './files.ts';
import {headed} from './headers.ts';
import {DEFAULT_RULES, type LoopOptions, type LoopResult} from './options.ts';
import type {AuditorParts, CheckPart, ReworkerParts} from './prompts/parts.ts';
import {taskWith} from './prompts/task.ts';
import {DEFAULT_TEMPLATES} from './prompts/templates.ts';
import {reworkerPrompt, workerPrompt} from './prompts/worker.ts';
import type {ResumePoint} from './resume.ts';

interface End {
  ending: Ending;
  reason: string;
}

/** What a worker is told beyond its task; null: nothing, it is its first prompt. */
type Told = Pick<ReworkerParts, 'feedback' | 'checks' | 'instructions' | 'interrupted'> | null;

/** What is done next. */
type Step =
  | {do: 'work'; isNew: boolean; told: Told; resume: string | null}
  | {do: 'check'}
  | {do: 'audit'}
  | ({do: 'end'} & End);

const NOTHING: NonNullable<Told> = {feedback: null, checks: [], instructions: null, interrupted: false};

export class LoopedSession {
  readonly #context: RunContext;
  readonly #options: LoopOptions;
  readonly #rules: LoopRules;
  /** What the log adds up to; current whenever the log is flushed. */
  readonly #state: SessionState;
  readonly #unfold: () => void;
  readonly #runs: AgentRuns;
  readonly #files: Files;
  readonly #audit: Audit;
  /** With all that the user has added; and without what was added last. */
  #task: string;
  readonly #taskBefore: string;
  #maxIterations: number;
  #iteration: number;
  #workerRuns: number;
  /** Of an agent. */
  #lastRun: RunFinished | null = null;

  /** `state` is kept up to date from now on. */
  constructor(context: RunContext, options: LoopOptions, state: SessionState, task: string) {
    const {worker, auditor, fallback = null, rules = DEFAULT_RULES, retryPauseMs} = options;
    this.#context = context;
    this.#options = options;
    this.#rules = rules;
    this.#state = state;
    this.#unfold = context.log.addView((event) => fold(state, event));
    this.#runs = new AgentRuns(context, {worker, auditor, fallback, rules, state, retryPauseMs});
    this.#files = new Files(context, state);
    this.#audit = new Audit(context, {runs: this.#runs, files: this.#files, state});
    this.#task = taskWith(task, state.instructions);
    this.#taskBefore = this.#task;
    this.#maxIterations = this.#isJudged ? options.maxIterations : 1;
    this.#iteration = state.iteration;
    this.#workerRuns = state.iteration;
  }

  get #isJudged(): boolean {
    return isJudged({audit: this.#options.auditor !== null, rules: this.#rules});
  }

  start(): void {
    this.#record(0, null, {
      type: 'session_started',
      task: this.#task,
      cwd: this.#context.cwd,
      maxIterations: this.#maxIterations,
      audit: this.#options.auditor !== null,
      ...this.#plan(),
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
      ...this.#plan(),
    });
    this.#recordNotes();
  }

  /** Takes one step after the other; whatever happens, the log has an end. */
  async toItsEnd(first: () => Promise<Step> | Step): Promise<LoopResult> {
    try {
      let step = await first();
      while (step.do !== 'end') {
        await this.#context.log.flush();
        await synced(this.#context);
        step = await this.#take(step);
      }
      return await this.#finish(step);
    } catch (error) {
      await this.#finish({ending: 'failed', reason: (error as Error).message});
      throw error;
    } finally {
      this.#unfold();
    }
  }

  #take(step: Exclude<Step, {do: 'end'}>): Promise<Step> {
    switch (step.do) {
      case 'work':
        return this.#work(step);
      case 'check':
        return this.#check();
      case 'audit':
        return this.#judgeWork();
    }
  }

  async begin(): Promise<Step> {
    if (this.#isJudged) await this.#files.snapshot(0, null);
    return {do: 'work', isNew: true, told: null, resume: null};
  }

  async goOn(point: ResumePoint, instructions: string | null): Promise<Step> {
    switch (point.next) {
      case 'check':
      case 'audit':
        return this.#judgeLate(point.next);
      case 'judge':
        return this.#readLate(this.#state.runs.auditor!.finished!);
      case 'obey-verdict':
        return this.#obey(this.#state.verdicts.at(-1)!);
      case 'obey-checks':
        return this.#afterChecks();
      case 'finish':
        return SINGLE_RUN;
      case 'work':
        return this.#workOn(point, instructions);
    }
  }

  /** Somebody may have been at the files meanwhile: what checks said of others does not count. */
  async #judgeLate(next: 'check' | 'audit'): Promise<Step> {
    const before = this.#state.snapshot;
    const after = await this.#files.snapshot(this.#iteration, 'worker');
    const isStale = this.#rules.checks.length > 0 && isSame(before, after) === false;
    return {do: isStale ? 'check' : next};
  }

  async #workOn(
    {reason, isNew}: Extract<ResumePoint, {next: 'work'}>,
    instructions: string | null,
  ): Promise<Step> {
    if (this.#isJudged) await this.#files.snapshot(this.#iteration, null);
    if (reason === 'retry') return this.#retry();
    if (reason === 'first')
      return {
        do: 'work',
        isNew,
        told: this.#iteration > 1 ? this.#objections(this.#state.objected) : null,
        resume: null,
      };
    const session =
      reason === 'again' ? (this.#state.runs.worker?.agentSession ?? null) : this.#state.workerSession;
    const resume = await this.#resumable(session, true);
    if (reason === 'instructions') return {do: 'work', isNew, told: {...NOTHING, instructions}, resume};
    const {objected} = this.#state;
    const objections = resume === null && this.#iteration > 1 ? this.#objections(objected) : NOTHING;
    return {do: 'work', isNew, told: {...objections, instructions, interrupted: true}, resume};
  }

  // work -------------------------------------------------------------------------------------------------------------

  async #work({isNew, told, resume}: Extract<Step, {do: 'work'}>): Promise<Step> {
    const over = this.#runs.overrun();
    if (over) return {do: 'end', ending: 'over-budget', reason: `${over.reason}: no worker is started`};
    if (isNew) {
      this.#iteration++;
      this.#record(this.#iteration, null, {type: 'iteration_started', maxIterations: this.#maxIterations});
      await this.#context.log.flush();
    }
    const header = this.#workerHeader();
    const order = {role: 'worker', iteration: this.#iteration, resume, mayResume: true} as const;
    const prompt = async (attempt: Attempt) => headed(header, await this.#workerPrompt(told, attempt));
    const worked = await this.#runs.run({...order, prompt});
    this.#lastRun = worked.finished;
    if (worked.failure !== null) return {do: 'end', ...endOfFailedRun(worked)};
    if (!this.#isJudged) return SINGLE_RUN;
    await this.#files.snapshot(this.#iteration, 'worker');
    return {do: this.#rules.checks.length > 0 ? 'check' : 'audit'};
  }

  #workerHeader(): string | null | undefined {
    const {promptHeaders} = this.#options;
    return (this.#workerRuns++ > 0 && promptHeaders?.reworker) || promptHeaders?.worker;
  }

  async #workerPrompt(told: Told, {style, resumed, before}: Attempt): Promise<string> {
    const {templates = DEFAULT_TEMPLATES} = this.#options;
    const wasCutOff = before !== null && (before.hasActed || resumed);
    if (told === null && !wasCutOff) return workerPrompt({task: this.#task}, templates);
    const parts = told ?? NOTHING;
    const interrupted = parts.interrupted || wasCutOff;
    const hasActed = before?.hasActed ?? (parts.interrupted && this.#state.runs.worker?.hasActed === true);
    const diff = interrupted && hasActed && !resumed ? await this.#diffNow() : null;
    const workerText = this.#state.workerText;
    const task = parts.instructions === null ? this.#task : this.#taskBefore;
    return reworkerPrompt({...parts, task, resumed, interrupted, workerText, diff}, style, templates);
  }

  async #diffNow() {
    if (!this.#isJudged) return null;
    await this.#files.snapshot(this.#iteration, 'worker');
    return this.#files.sinceBaseline();
  }

  // checks -----------------------------------------------------------------------------------------------------------

  async #check(): Promise<Step> {
    const {checks, checkTimeoutMs: timeoutMs} = this.#rules;
    const {stop, log} = this.#context;
    const results = await runChecks(this.#context, {checks, timeoutMs, iteration: this.#iteration});
    await this.#files.snapshot(this.#iteration, 'check');
    if (log.failure())
      return {do: 'end', ending: 'failed', reason: `recording failed: ${log.failure()!.message}`};
    if (results.length < checks.length) {
      const {reason} = stop.reason as {reason: string};
      return {do: 'end', ending: 'interrupted', reason: `stopped while checks were run: ${reason}`};
    }
    return this.#afterChecks();
  }

  #afterChecks(): Promise<Step> | Step {
    const {checks} = this.#state;
    const unable = checks.find(({result}) => result === 'unable');
    if (unable)
      return {
        do: 'end',
        ending: 'unverified',
        reason: `The check ${unable.check} says nothing: ${unable.reason}`,
      };
    const red = redOf(checks);
    if (red.length > 0)
      return this.#again(
        `${red.length === 1 ? 'A check is' : `${red.length} checks are`} red: ${red.map(({check}) => check).join(', ')}`,
      );
    if (this.#options.auditor) return {do: 'audit'};
    return {
      do: 'end',
      ending: 'verified',
      reason: `All checks are green: ${checks.map(({check}) => check).join(', ')}`,
    };
  }

  // audit ------------------------------------------------------------------------------------------------------------

  async #judgeWork(): Promise<Step> {
    const over = this.#runs.overrun();
    if (over) return {do: 'end', ending: 'over-budget', reason: `${over.reason}: no auditor is started`};
    const {promptHeaders, templates = DEFAULT_TEMPLATES} = this.#options;
    const parts = await this.#auditorParts();
    const asked = {iteration: this.#iteration, parts, header: promptHeaders?.auditor, templates};
    const {verdict, overrun, last} = await this.#audit.ask(asked);
    this.#lastRun = last.finished;
    const {stop} = this.#context;
    if (stop.aborted) return {do: 'end', ending: 'interrupted', reason: last.finished.reason};
    if (overrun) return {do: 'end', ending: 'over-budget', reason: overrun.reason};
    await this.#context.log.flush();
    return this.#obey(verdict);
  }

  async #auditorParts(): Promise<AuditorParts> {
    const {workerText, toolCalls, checks} = this.#state;
    const {criteria} = this.#rules;
    const diff = await this.#files.sinceBaseline();
    return {task: this.#task, criteria, workerText, diff, checks: checks.map(partOf), toolCalls};
  }

  /** The answer of an auditor whose oneshot had ended before it could read it; it counts for the files as they were. */
  async #readLate(finished: RunFinished): Promise<Step> {
    const before = this.#state.snapshot;
    const after = await this.#files.snapshot(this.#iteration, 'auditor');
    if (isSame(before, after) === false) return {do: 'audit'};
    const verdict = verdictOf({finished, failure: null});
    this.#record(this.#iteration, 'auditor', verdict);
    await this.#context.log.flush();
    return this.#obey(verdict);
  }

  #obey({verdict, reason}: Verdict): Promise<Step> | Step {
    switch (verdict) {
      case 'DONE':
        return {do: 'end', ending: 'verified', reason};
      case 'IMPOSSIBLE':
        return {do: 'end', ending: 'impossible', reason};
      case 'RETRY':
        return this.#again(reason);
      case null:
        return {do: 'end', ending: 'unverified', reason};
    }
  }

  // again ------------------------------------------------------------------------------------------------------------

  #again(why: string): Promise<Step> | Step {
    if (this.#iteration >= this.#maxIterations) {
      const rounds = this.#iteration === 1 ? '1 iteration' : `${this.#iteration} iterations`;
      const used = `Not accepted after ${rounds}. ${why}`.trim();
      return {do: 'end', ending: 'exhausted', reason: used};
    }
    if (this.#state.idleIterations > 0 && isUnchanged(this.#state)) {
      const reason = `Two iterations have changed neither files nor checks nor words. ${why}`.trim();
      return {do: 'end', ending: 'no-progress', reason};
    }
    return this.#retry();
  }

  async #retry(): Promise<Step> {
    const resume = await this.#resumable(this.#state.workerSession, this.#lastRun === null);
    return {do: 'work', isNew: true, told: this.#objections(redOf(this.#state.checks)), resume};
  }

  /** What speaks against the work: its checks, or else the auditor. */
  #objections(red: readonly CheckFinished[]): NonNullable<Told> {
    if (red.length > 0) return {...NOTHING, checks: red.map(partOf)};
    const {lastVerdict} = this.#state;
    return {...NOTHING, feedback: lastVerdict && (lastVerdict.feedback ?? lastVerdict.reason)};
  }

  /** The worker's own session, where its agent can go on with it; says in the log which of the two happens. */
  async #resumable(candidate: string | null, isInDoubt: boolean): Promise<string | null> {
    const worker = this.#runs.agent('worker');
    const {executor, installation} = worker;
    // Another agent may have taken over, in this process or in the one before.
    const last = this.#state.runs.worker?.started.adapter ?? installation.adapter;
    const isThere = async (session: string) => {
      if (last !== installation.adapter) return false;
      return isInDoubt ? canGoOn(this.#context, worker, session) : executor.canResume(installation);
    };
    const session = candidate !== null && (await isThere(candidate)) ? candidate : null;
    const text = session
      ? `The worker goes on in its own session ${session}.`
      : 'The worker starts a new session of its own; the prompt carries the context.';
    const code = session ? 'AGENT_SESSION_RESUMED' : 'AGENT_SESSION_NEW';
    this.#record(this.#iteration, 'worker', {type: 'note', level: 'info', code, text});
    return session;
  }

  // the log ----------------------------------------------------------------------------------------------------------

  async #finish({ending, reason}: End): Promise<LoopResult> {
    await this.#context.log.flush();
    const finished: SessionFinished = {
      type: 'session_finished',
      ending,
      reason,
      text: this.#state.workerText,
      iterations: this.#iteration,
    };
    this.#record(0, null, finished);
    await this.#context.log.flush();
    return {finished, lastRun: this.#lastRun};
  }

  #plan() {
    const {worker, auditor, fallback, oneshotVersion} = this.#options;
    return {
      worker: planOf(worker),
      auditor: auditor && planOf(auditor),
      fallback: fallback ? planOf(fallback.worker) : null,
      rules: this.#rules,
      oneshotVersion,
      nodeVersion: process.versions.node,
      platform: process.platform,
      ...shownOn(this.#context),
    };
  }

  #recordNotes(): void {
    for (const note of this.#options.notes ?? []) this.#record(0, null, note);
    if (this.#rules.criteria !== null && this.#options.auditor === null)
      this.#record(0, null, UNUSED_CRITERIA);
  }

  #record(iteration: number, role: Role | null, body: EventBody): void {
    this.#context.log.append({body, iteration, role, source: 'runner'});
  }
}

const SINGLE_RUN: Step = {
  do: 'end',
  ending: 'unverified',
  reason: 'The run completed; nobody was asked to judge the work.',
};

const UNUSED_CRITERIA: Note = {
  type: 'note',
  level: 'warning',
  code: 'CRITERIA_UNUSED',
  text: 'The acceptance criteria are for an auditor, and there is none: nobody looks at them.',
};

function planOf({executor, installation, model, permissionMode, agentArgs}: AgentChoice): AgentPlan {
  const {adapter} = installation;
  return {executor: executor.name, adapter, model, permissionMode, agentArgs: [...agentArgs]};
}

function partOf({check, result, exitCode, tail, reason}: CheckFinished): CheckPart {
  return {command: check, result, exitCode, tail: result === 'unable' ? reason : tail};
}

function endOfFailedRun({finished: {outcome, reason}, overrun, failure}: AgentRun): End {
  if (overrun) return {ending: 'over-budget', reason: overrun.reason};
  if (outcome === 'canceled') return {ending: 'interrupted', reason: `The worker canceled: ${reason}`};
  return {ending: 'failed', reason: withNextStep(`The worker ${outcome}: ${reason}`, failure)};
}
