/** The loop: a worker run, an auditor run, and again with the auditor's feedback until an explicit verdict. */
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
import {type AgentChoice, type RunContext, run} from '../run.ts';
import {auditorAgainPrompt, auditorPrompt, retryPrompt} from './prompt.ts';
import {readVerdict} from './verdict.ts';

export interface LoopRequest {
  task: string;
  worker: AgentChoice;
  /** null: no audit, a single worker run. */
  auditor: AgentChoice | null;
  /** See `DEFAULT_MAX_ITERATIONS`. */
  maxIterations: number;
  /** Version of oneshot, for the log. */
  oneshotVersion: string;
  /** What the user should know of how the agents were chosen. @default none */
  notes?: readonly Note[];
}

export interface LoopResult {
  finished: SessionFinished;
  /** The run that decided the ending; null when none was made. */
  lastRun: RunFinished | null;
}

export const DEFAULT_MAX_ITERATIONS = 5;

/**
 * Runs the task to its ending and appends everything from `session_started` to `session_finished` to the log.
 * @throws OneshotError as `run()`; the log then ends with `session_finished` all the same.
 */
export async function loop(context: RunContext, request: LoopRequest): Promise<LoopResult> {
  const session = new LoopedSession(context, request);
  session.start();
  try {
    return await session.finish(await session.iterate());
  } catch (error) {
    await session.finish({ending: 'failed', reason: (error as Error).message});
    throw error;
  }
}

interface End {
  ending: Ending;
  reason: string;
}

class LoopedSession {
  readonly #context: RunContext;
  readonly #request: LoopRequest;
  #iteration = 0;
  #lastRun: RunFinished | null = null;
  #workerText: string | null = null;
  #workerSession: string | null = null;

  constructor(context: RunContext, request: LoopRequest) {
    this.#context = context;
    this.#request = request;
  }

  start(): void {
    const {task, worker, auditor, maxIterations, oneshotVersion} = this.#request;
    this.#record(0, null, {
      type: 'session_started',
      task,
      cwd: this.#context.cwd,
      maxIterations: auditor ? maxIterations : 1,
      audit: auditor !== null,
      worker: planOf(worker),
      auditor: auditor && planOf(auditor),
      oneshotVersion,
      nodeVersion: process.versions.node,
      platform: process.platform,
    });
    for (const note of this.#request.notes ?? []) this.#record(0, null, note);
  }

  async iterate(): Promise<End> {
    const {task, auditor, maxIterations} = this.#request;
    let prompt = task;
    let resume: string | null = null;
    let reason = '';
    while (this.#iteration < (auditor ? maxIterations : 1)) {
      this.#iteration++;
      this.#record(this.#iteration, null, {type: 'iteration_started', maxIterations});
      const worked = await this.#work(prompt, resume);
      if (worked.outcome !== 'completed') return endOfFailedRun('worker', worked);
      if (!auditor) return {ending: 'unverified', reason: 'The run completed; no auditor was asked.'};
      const verdict = await this.#audit(auditor);
      if (this.#context.stop.aborted) return {ending: 'interrupted', reason: this.#lastRun!.reason};
      if (verdict.verdict === 'DONE') return {ending: 'verified', reason: verdict.reason};
      if (verdict.verdict === 'IMPOSSIBLE') return {ending: 'impossible', reason: verdict.reason};
      if (verdict.verdict === null) return {ending: 'unverified', reason: verdict.reason};
      reason = verdict.reason;
      resume = this.#resumable();
      prompt = retryPrompt(task, this.#workerText, verdict.feedback ?? verdict.reason, resume !== null);
    }
    return {
      ending: 'exhausted',
      reason: `Not accepted after ${this.#iteration} iterations. ${reason}`.trim(),
    };
  }

  async #work(prompt: string, resume: string | null): Promise<RunFinished> {
    const worked = await this.#run('worker', this.#request.worker, prompt, resume);
    this.#workerText = worked.text;
    this.#workerSession = worked.agentSession;
    return worked;
  }

  /** The worker's own session, where its agent can go on with it; says in the log which of the two happens. */
  #resumable(): string | null {
    const {executor, installation} = this.#request.worker;
    const session = executor.canResume(installation) ? this.#workerSession : null;
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

  /** Asks the auditor, and once more when no clear verdict came. */
  async #audit(auditor: AgentChoice): Promise<Verdict> {
    const {task} = this.#request;
    const {executor, installation} = auditor;
    const first = await this.#run('auditor', auditor, auditorPrompt(task, this.#workerText), null);
    const verdict = this.#judge(first);
    if (verdict.verdict !== null || this.#context.stop.aborted) return verdict;
    const resume = executor.canResume(installation) ? first.agentSession : null;
    const again = auditorAgainPrompt(verdict.reason, task, this.#workerText);
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

  async finish({ending, reason}: End): Promise<LoopResult> {
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

  #record(iteration: number, role: Role | null, body: EventBody): void {
    this.#context.log.append({body, iteration, role, source: 'runner'});
  }
}

function planOf({executor, model, permissionMode, agentArgs}: AgentChoice): AgentPlan {
  return {executor: executor.name, model, permissionMode, agentArgs: [...agentArgs]};
}

function endOfFailedRun(role: Role, {outcome, reason}: RunFinished): End {
  return {
    ending: outcome === 'canceled' ? 'interrupted' : 'failed',
    reason: `The ${role} ${outcome}: ${reason}`,
  };
}
