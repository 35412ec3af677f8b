/**
 * Events of a whole session → what there is to know of it. Pure, and in bounded memory: of what repeats, the count and the
 * last are kept. Text of the agent is stripped of control sequences. The lines are in `summary-lines.ts`.
 */
import {
  type AgentPlan,
  type AuditedCriterion,
  addUsage,
  type CheckFinished,
  type CheckResult,
  type Ending,
  NO_USAGE,
  type Note,
  type OneshotEvent,
  type Outcome,
  type Role,
  type RunFinished,
  type RunMetrics,
  type RunStarted,
  type Usage,
  type Verdict,
  type VerdictWord,
} from '../event.ts';
import {oneLine, stripControl} from '../text.ts';

/** Times are ms since the epoch (`…At`) or durations in ms. */
export interface SessionSummary {
  session: string | null;
  /** Whole; null for `exec`. */
  task: string | null;
  /** What was added to the task by those who resumed it. */
  instructions: string[];
  /** What `exec` ran. */
  argv: string[] | null;
  cwd: string | null;
  worker: AgentPlan | null;
  auditor: AgentPlan | null;
  maxIterations: number | null;
  startedAt: number | null;
  lastEventAt: number | null;
  events: number;
  /** How often another oneshot went on with it. */
  resumes: number;
  iterations: IterationSummary[];
  /** Of all runs together. */
  usage: Usage;
  /** Files that tool calls have changed, as the agent names them; the first 200. */
  changedFiles: string[];
  /** Warnings and errors; the first 50, each once. */
  warnings: {code: string; text: string}[];
  /** null: the session still runs, or oneshot was killed. */
  ending: {ending: Ending; reason: string} | null;
  /** The last worker's final words. */
  text: string | null;
}

export interface IterationSummary {
  iteration: number;
  runs: RunSummary[];
  /** The newest result of each. */
  checks: {check: string; result: CheckResult; reason: string; exitCode: number | null; durationMs: number}[];
  /** The last one. */
  verdict: {
    verdict: VerdictWord | null;
    reason: string;
    feedback: string | null;
    criteria: AuditedCriterion[];
  } | null;
}

export interface RunSummary {
  role: Role | null;
  executor: string;
  agentVersion: string | null;
  model: string | null;
  agentSession: string | null;
  startedAt: number;
  /** Until its end, or until the last event where it has none. */
  durationMs: number;
  toolCalls: number;
  failedToolCalls: number;
  usage: Usage;
  /** null: they were not asked for. */
  metrics: Metrics | null;
  /** null: the log has no end of this run. */
  end: {outcome: Outcome; reason: string} | null;
}

/** How the output of a run came through. */
export type Metrics = Omit<RunMetrics, 'type'>;

const MAX_REASON_CHARS = 500;
const MAX_FILES = 200;
const MAX_WARNINGS = 50;

/** Gathers events, given in order. */
export class Summary {
  readonly #summary: Omit<SessionSummary, 'usage' | 'changedFiles' | 'warnings'> = {
    session: null,
    task: null,
    instructions: [],
    argv: null,
    cwd: null,
    worker: null,
    auditor: null,
    maxIterations: null,
    startedAt: null,
    lastEventAt: null,
    events: 0,
    resumes: 0,
    iterations: [],
    ending: null,
    text: null,
  };
  readonly #files = new Set<string>();
  readonly #warnings = new Map<string, {code: string; text: string}>();

  see(event: OneshotEvent): void {
    const summary = this.#summary;
    summary.session ??= event.session;
    summary.startedAt ??= event.at;
    summary.lastEventAt = event.at;
    summary.events++;
    switch (event.type) {
      case 'session_started':
        summary.task = event.task === null ? null : stripControl(event.task);
        summary.cwd = event.cwd;
        summary.worker = event.worker;
        summary.auditor = event.auditor;
        summary.maxIterations = event.maxIterations;
        break;
      case 'session_resumed':
        summary.resumes++;
        summary.ending = null;
        summary.worker = event.worker;
        summary.auditor = event.auditor;
        summary.maxIterations = event.maxIterations;
        if (event.instructions !== null) summary.instructions.push(stripControl(event.instructions));
        break;
      case 'run_started':
        this.#runStarted(event);
        break;
      case 'session_finished':
        summary.ending = {ending: event.ending, reason: shortened(event.reason)};
        break;
      case 'check_finished':
        this.#checkFinished(event);
        break;
      case 'verdict':
        this.#iteration(event).verdict = verdictOf(event);
        break;
      case 'note':
        this.#note(event);
        break;
      default:
        this.#seeInRun(event);
    }
  }

  #runStarted(event: RunStarted & OneshotEvent): void {
    const {role, executor, agentVersion, model, resumedAgentSession, at, argv} = event;
    if (this.#summary.task === null) this.#summary.argv ??= argv.map(stripControl);
    this.#iteration(event).runs.push({
      role,
      executor,
      agentVersion,
      model,
      agentSession: resumedAgentSession,
      startedAt: at,
      durationMs: 0,
      toolCalls: 0,
      failedToolCalls: 0,
      usage: NO_USAGE,
      metrics: null,
      end: null,
    });
  }

  #iteration({iteration}: OneshotEvent): IterationSummary {
    const {iterations} = this.#summary;
    const last = iterations.at(-1);
    if (last?.iteration === iteration) return last;
    const next: IterationSummary = {iteration, runs: [], checks: [], verdict: null};
    iterations.push(next);
    return next;
  }

  #checkFinished(event: CheckFinished & OneshotEvent): void {
    const {result, exitCode, durationMs} = event;
    const check = shortened(event.check);
    const iteration = this.#iteration(event);
    const others = iteration.checks.filter((other) => other.check !== check);
    iteration.checks = [...others, {check, result, reason: shortened(event.reason), exitCode, durationMs}];
  }

  #seeInRun(event: OneshotEvent): void {
    const run = this.#summary.iterations.at(-1)?.runs.at(-1);
    if (!run || run.end) return;
    run.durationMs = event.at - run.startedAt;
    switch (event.type) {
      case 'agent_session':
        run.agentSession = event.agentSession;
        run.model = event.model ?? run.model;
        break;
      case 'usage_update':
        run.usage = usageOf(event);
        break;
      case 'tool_call':
        run.toolCalls++;
        if (CHANGES.includes(event.kind)) this.#changes(event.locations);
        break;
      case 'tool_call_update':
        if (event.status === 'failed') run.failedToolCalls++;
        break;
      case 'run_metrics':
        run.metrics = metricsOf(event);
        break;
      case 'run_finished':
        this.#runFinished(run, event);
    }
  }

  #runFinished(run: RunSummary, event: RunFinished): void {
    run.end = {outcome: event.outcome, reason: shortened(event.reason)};
    run.usage = usageOf(event.usage);
    run.agentSession = event.agentSession ?? run.agentSession;
    const isWorker = run.role !== 'auditor' && run.role !== 'check';
    if (isWorker && event.text !== null) this.#summary.text = stripControl(event.text);
  }

  #changes(locations: readonly {path: string}[]): void {
    for (const {path} of locations) if (this.#files.size < MAX_FILES) this.#files.add(stripControl(path));
  }

  #note({level, code, text}: Note): void {
    if (level === 'info' || this.#warnings.size >= MAX_WARNINGS) return;
    const shown = {code, text: shortened(text)};
    this.#warnings.set(JSON.stringify(shown), shown);
  }

  result(): SessionSummary {
    const runs = this.#summary.iterations.flatMap((iteration) => iteration.runs);
    return {
      ...this.#summary,
      usage: runs.map(({usage}) => usage).reduce(addUsage, NO_USAGE),
      changedFiles: [...this.#files],
      warnings: [...this.#warnings.values()],
    };
  }
}

/** Kinds of tool calls that change files. */
const CHANGES: readonly string[] = ['edit', 'delete', 'move'];

function verdictOf({verdict, reason, feedback, criteria = []}: Verdict): IterationSummary['verdict'] {
  return {
    verdict,
    reason: shortened(reason),
    feedback: feedback === null ? null : shortened(feedback),
    criteria: criteria.map(({criterion, met, evidence}) => ({
      criterion: shortened(criterion),
      met,
      evidence: evidence === null ? null : shortened(evidence),
    })),
  };
}

function usageOf({inputTokens, outputTokens, costUsd, turns}: Usage): Usage {
  return {inputTokens, outputTokens, costUsd, turns};
}

function metricsOf(event: RunMetrics): Metrics {
  const {durationMs, bytes, chunks, frames, events, latencyMs, pauses, rssBytes, cpuMs, eventLoopDelayMs} =
    event;
  return {durationMs, bytes, chunks, frames, events, latencyMs, pauses, rssBytes, cpuMs, eventLoopDelayMs};
}

function shortened(text: string): string {
  return oneLine(text, MAX_REASON_CHARS);
}
