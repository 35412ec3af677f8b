/**
 * Events of a session → why its runs ended as they did. Pure, and in bounded memory: of what repeats, the count and the
 * last are kept. Text of the agent is on one line and stripped of control sequences. The lines are in `explain-lines.ts`.
 */
import {EVIDENCE_KINDS} from '../activity/evidence.ts';
import {Progress} from '../activity/progress.ts';
import type {
  AgentAsk,
  AgentRetry,
  CheckFinished,
  CheckResult,
  ClockName,
  Ending,
  EvidenceKind,
  LastEvidences,
  LeftProcess,
  OneshotEvent,
  Outcome,
  ProcessesSwept,
  Role,
  RunFinished,
  RunRetry,
  RunStarted,
  StallSuspected,
  StopRequested,
  TimeoutExtended,
  VerdictWord,
} from '../event.ts';
import {isJudged} from '../session/state.ts';
import {oneLine} from '../text.ts';

/** Times are ms since the epoch (`…At`), or ms since the start of the run (`afterMs`). */
export interface SessionExplained {
  session: string | null;
  /** The task, or what `exec` ran; shortened. */
  title: string | null;
  /** False for a program under `exec`. */
  isTask: boolean;
  /** Whether an auditor or checks were to judge the work. */
  audit: boolean;
  runs: RunExplained[];
  /** null: the session still runs, or oneshot was killed. */
  ending: {ending: Ending; reason: string} | null;
  lastEventAt: number | null;
}

export interface RunExplained {
  iteration: number;
  role: Role | null;
  executor: string;
  agentVersion: string | null;
  startedAt: number;
  /** Until its end, or until the last event where it has none. */
  durationMs: number;
  /** Before the stop where there was one, else before the end. */
  lastEvidence: LastEvidences;
  retries: Repeated<{error: string; status: number | null}> | null;
  asks: Repeated<{ask: AgentAsk['ask']; text: string}> | null;
  suspected: Repeated<{clock: ClockName; silentMs: number; limitMs: number}> | null;
  extended: Repeated<{clock: ClockName; limitMs: number; reason: string; extraMs: number | null}> | null;
  stop: StopExplained | null;
  signals: {afterMs: number; signal: string}[];
  swept: Pick<ProcessesSwept, 'ended' | 'survivors' | 'kept'>;
  /** null: the log has no end of this run. */
  end: RunEnd | null;
  /** An auditor's. */
  verdict: {verdict: VerdictWord | null; reason: string} | null;
  /** What was checked, and what came of it; null: the run is none of a check. */
  check: {check: string; result: CheckResult; reason: string} | null;
  /** The run failed, and what was done about it; null: nothing. */
  followedBy: Pick<RunRetry, 'how' | 'executor' | 'delayMs'> | null;
}

export interface RunEnd {
  outcome: Outcome;
  reason: string;
  exitCode: number | null;
  signal: string | null;
  /** Whether its end was found in the agent's own files. */
  recovered: boolean;
}

export interface StopExplained {
  afterMs: number;
  cause: StopRequested['cause'];
  clock: ClockName | null;
  limitMs: number | null;
}

/** Something that may have happened often. */
export type Repeated<T> = T & {times: number /** Of the last one. */; afterMs: number};

const MAX_TITLE_CHARS = 120;
const MAX_TEXT_CHARS = 300;

/** Gathers events, given in order. */
export class Explanation {
  readonly #runs: RunStory[] = [];
  #session: string | null = null;
  #title: string | null = null;
  #isTask = true;
  #audit = true;
  #ending: SessionExplained['ending'] = null;
  #lastEventAt: number | null = null;

  see(event: OneshotEvent): void {
    this.#session ??= event.session;
    this.#lastEventAt = event.at;
    switch (event.type) {
      case 'session_started':
        this.#title = event.task;
        this.#isTask = event.task !== null;
        this.#audit = isJudged(event);
        break;
      case 'session_resumed':
        this.#audit = isJudged({audit: event.auditor !== null, rules: event.rules});
        this.#ending = null;
        break;
      case 'run_started':
        this.#runStarted(event);
        break;
      case 'session_finished':
        this.#ending = {ending: event.ending, reason: shortened(event.reason)};
        break;
      default:
        this.#runs.at(-1)?.see(event);
    }
  }

  /** A second start without an end in between is the same run, after the agent had refused a flag. */
  #runStarted(event: RunStarted & OneshotEvent): void {
    this.#title ??= event.argv.join(' ');
    if (this.#runs.at(-1)?.isOpen()) this.#runs.pop();
    this.#runs.push(new RunStory(event));
  }

  result(): SessionExplained {
    return {
      session: this.#session,
      title: this.#title === null ? null : oneLine(this.#title, MAX_TITLE_CHARS),
      isTask: this.#isTask,
      audit: this.#audit,
      runs: this.#runs.map((run) => run.result()),
      ending: this.#ending,
      lastEventAt: this.#lastEventAt,
    };
  }
}

type Seen = Record<EvidenceKind, {what: string; at: number} | null>;

/** One run, as its events tell it. */
class RunStory {
  readonly #run: Omit<RunExplained, 'durationMs' | 'lastEvidence'>;
  readonly #progress = new Progress();
  readonly #seen: Seen = {output: null, files: null, processes: null};
  #lastAt: number;

  constructor({iteration, role, executor, agentVersion, at}: RunStarted & OneshotEvent) {
    this.#lastAt = at;
    this.#run = {
      iteration,
      role,
      executor,
      agentVersion: agentVersion === null ? null : shortened(agentVersion),
      startedAt: at,
      retries: null,
      asks: null,
      suspected: null,
      extended: null,
      stop: null,
      signals: [],
      swept: {ended: [], survivors: [], kept: []},
      end: null,
      verdict: null,
      check: null,
      followedBy: null,
    };
  }

  isOpen(): boolean {
    return this.#run.end === null;
  }

  see(event: OneshotEvent): void {
    if (this.isOpen()) this.#lastAt = event.at;
    this.#seeEvidence(event);
    const afterMs = event.at - this.#run.startedAt;
    switch (event.type) {
      case 'agent_retry':
        this.#run.retries = again(this.#run.retries, afterMs, retryOf(event));
        break;
      case 'agent_ask':
        this.#run.asks = again(this.#run.asks, afterMs, {ask: event.ask, text: shortened(event.text)});
        break;
      case 'stall_suspected':
        this.#run.suspected = again(this.#run.suspected, afterMs, suspicionOf(event));
        break;
      case 'timeout_extended':
        this.#run.extended = again(this.#run.extended, afterMs, extensionOf(event));
        break;
      case 'stop_requested':
        this.#run.stop ??= {afterMs, cause: event.cause, clock: event.clock, limitMs: event.limitMs};
        break;
      case 'signal_sent':
        this.#run.signals.push({afterMs, signal: event.signal});
        break;
      case 'processes_swept':
        this.#run.swept = sweepOf(event);
        break;
      case 'run_finished':
        this.#run.end = endOf(event);
        break;
      case 'verdict':
        this.#run.verdict = {verdict: event.verdict, reason: shortened(event.reason)};
        break;
      case 'check_finished':
        this.#checked(event);
        break;
      case 'run_retry':
        this.#run.followedBy = {how: event.how, executor: event.executor, delayMs: event.delayMs};
    }
  }

  /** One that could not be started has no run. */
  #checked({check, result, reason}: CheckFinished): void {
    if (this.#run.role !== 'check' || this.#run.check) return;
    this.#run.check = {check: shortened(check), result, reason: shortened(reason)};
  }

  /** What comes after the stop is no life of its own. */
  #seeEvidence(event: OneshotEvent): void {
    if (this.#run.stop) return;
    if (event.type === 'evidence') this.#seen[event.kind] = {what: shortened(event.what), at: event.at};
    else if (event.type === 'stall_suspected' || event.type === 'stop_requested') {
      this.#seeLast(event.lastEvidence, event.at);
    } else if (event.source === 'agent') {
      const what = this.#progress.see(event);
      if (what !== null) this.#seen.output = {what: shortened(what), at: event.at};
    }
  }

  /** The clocks know better than the events: not each change of a file is one. */
  #seeLast(last: LastEvidences | null, at: number): void {
    for (const kind of EVIDENCE_KINDS) {
      const seen = last?.[kind];
      if (seen) this.#seen[kind] = {what: shortened(seen.what), at: at - seen.agoMs};
    }
  }

  result(): RunExplained {
    const {startedAt, stop} = this.#run;
    const durationMs = this.#lastAt - startedAt;
    const untilAt = startedAt + (stop?.afterMs ?? durationMs);
    const last = (kind: EvidenceKind) => {
      const seen = this.#seen[kind];
      return seen && {what: seen.what, agoMs: Math.max(0, untilAt - seen.at)};
    };
    const lastEvidence = {output: last('output'), files: last('files'), processes: last('processes')};
    return {...this.#run, durationMs, lastEvidence};
  }
}

function again<T>(before: Repeated<T> | null, afterMs: number, last: T): Repeated<T> {
  return {...last, times: (before?.times ?? 0) + 1, afterMs};
}

function retryOf({error, status}: AgentRetry) {
  return {error: shortened(error), status};
}

function suspicionOf({clock, silentMs, limitMs}: StallSuspected) {
  return {clock, silentMs, limitMs};
}

function extensionOf({clock, limitMs, reason, extraMs}: TimeoutExtended) {
  return {clock, limitMs, reason: shortened(reason), extraMs};
}

function endOf({outcome, reason, exitCode, signal, recovered}: RunFinished): RunEnd {
  return {outcome, reason: shortened(reason), exitCode, signal, recovered: recovered === true};
}

function sweepOf({ended, survivors, kept}: ProcessesSwept): RunExplained['swept'] {
  const shown = (processes: LeftProcess[]) =>
    processes.map(({pid, command}) => ({pid, command: shortened(command)}));
  return {ended: shown(ended), survivors: shown(survivors), kept: shown(kept)};
}

function shortened(text: string): string {
  return oneLine(text, MAX_TEXT_CHARS);
}
