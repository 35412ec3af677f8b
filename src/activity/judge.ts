/**
 * Is the agent alive? Holds the evidence of all sources against the clocks, and says when the run has to end.
 *
 *     initial   before the first progress event: longest time without evidence
 *     idle      after it: longest time without evidence
 *     tool      takes the place of idle while a tool call is in progress
 *     max       the whole run
 *     grace     how long the agent may live on after its terminal event
 *
 * An announced retry adds its wait. See docs/timeouts.md.
 */
import type {Clock} from '../clock.ts';
import type {
  AgentAsk,
  AgentRetry,
  ClockName,
  EventBody,
  EvidenceKind,
  LastEvidences,
  Outcome,
  StopRequested,
} from '../event.ts';
import {EVIDENCE_KINDS, type EvidenceSource} from './evidence.ts';
import type {ActivityLimits} from './limits.ts';
import {Progress} from './progress.ts';
import {secondsText} from './seconds.ts';

/** One observation that the agent is alive. */
export interface EvidenceSeen {
  kind: EvidenceKind;
  /** Monotonic ms of the judge's clock. */
  atMs: number;
  what: string;
}

/** The judge's word: the run has to end. */
export interface JudgedStop {
  /** null: the agent had come to its end; the outcome is what it said then. */
  outcome: Extract<Outcome, 'stalled' | 'timed-out'> | null;
  event: StopRequested;
}

export interface JudgeOptions {
  clock: Clock;
  limits: ActivityLimits;
  /** What to do when the agent asks a person. `stop`: end the run. `wait`: until `max`. */
  onAsk: 'stop' | 'wait';
  /** Whether the agent's output counts. Where it does not, its tool calls and announced waits do not count either. */
  output: boolean;
  sources: readonly EvidenceSource[];
  /** Bytes that have arrived so far, where they show no events until the end (`buffered`). */
  bytesSeen?: () => number;
  /** A question to a person that shows only in the agent's files, or null. Asked for when a limit has passed. */
  pendingAsk?: () => Promise<string | null>;
  /** Records `evidence`, `stall_suspected`, `timeout_extended`, a question that was found, and notes. */
  record: (body: EventBody) => void;
  /** Called once at most. */
  stop: (stop: JudgedStop) => void;
  /** Called with every observation, for measuring. */
  onEvidence?: (evidence: EvidenceSeen) => void;
}

/** How long an agent may live on after its terminal event. Claude lingers 5 s with a background task. */
export const GRACE_MS = 6_000;

/** How long a question may stand before nobody is taken to be there. */
const ASK_MS = 6_000;

/** How long a last look of the sources may take. */
const LOOK_LIMIT_MS = 2_000;

/** A timer that fires this much too late: this process stood still (Ctrl-Z, a suspended machine), and could see nothing. */
const STOOD_STILL_MS = 2_000;

/** A limit on its way: when it falls due and what follows. */
interface Deadline {
  clock: ClockName | null;
  limitMs: number;
  /** null: nothing ends it. */
  dueMs: number | null;
}

function isDue({dueMs}: Deadline, nowMs: number): boolean {
  return dueMs !== null && dueMs <= nowMs;
}

export class Judge {
  readonly #options: JudgeOptions;
  readonly #progress = new Progress();
  readonly #last: Record<EvidenceKind, {atMs: number; what: string} | null>;
  /** When an `evidence` event of a kind was last recorded. */
  readonly #recordedMs = new Map<EvidenceKind, number>();
  readonly #startedMs: number;
  /** Time in which this process stood still; the clocks leave it out. */
  #lostMs = 0;
  #progressed = false;
  #isSettled = false;
  #bytesSeen = 0;
  #retry: {untilMs: number; delayMs: number} | null = null;
  #ask: {atMs: number; text: string} | null = null;
  #endedMs: number | null = null;
  #isSuspected = false;
  /** When the last extension of this silence was told. */
  #extendedMs: number | null = null;
  #cancelTimer = () => {};
  #closed = false;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#last = {output: null, files: null, processes: null};
    this.#startedMs = options.clock.monotonicMs();
    for (const source of options.sources) {
      source.start({
        alive: (what) => this.see(source.kind, what),
        failed: (why) => this.#sourceFailed(source.kind, why),
      });
    }
    this.#schedule();
  }

  /** The agent said something. */
  event(body: EventBody): void {
    const what = this.#progress.see(body);
    if (what === null) return;
    this.#settle();
    if (!this.#options.output) return;
    this.see('output', what);
    if (body.type === 'agent_retry') this.#announcedRetry(body);
    if (body.type === 'agent_ask') this.#asked(body);
  }

  /** An observation of any kind; of a kind that is not watched it is left alone. */
  see(kind: EvidenceKind, what: string): void {
    if (this.#closed || (kind === 'output' && !this.#options.output)) return;
    const atMs = this.#nowMs();
    this.#last[kind] = {atMs, what};
    this.#isSuspected = false;
    this.#options.onEvidence?.({kind, atMs, what});
    if (kind === 'output') this.#outputSeen();
    else {
      this.#progressed ||= !this.#options.output;
      this.#recordEvidence(kind, what, atMs);
    }
  }

  /** The agent's terminal event has come. */
  ended(): void {
    if (this.#endedMs !== null) return;
    this.#endedMs = this.#nowMs();
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
    for (const source of this.#options.sources) source.stop();
  }

  /** The last evidence of each kind, as of now. */
  lastEvidence(): LastEvidences {
    const now = this.#nowMs();
    const of = (kind: EvidenceKind) => {
      const last = this.#last[kind];
      return last && {what: last.what, agoMs: Math.round(now - last.atMs)};
    };
    return {output: of('output'), files: of('files'), processes: of('processes')};
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs() - this.#lostMs;
  }

  #outputSeen(): void {
    this.#retry = null;
    this.#extendedMs = null;
    if (this.#ask) {
      this.#ask = null;
      this.#schedule();
    }
    if (this.#progressed) return;
    this.#progressed = true;
    this.#settle();
    // The idle clock may be shorter than the one that ran until now.
    this.#schedule();
  }

  /** The first progress, whether it counts as evidence or not. */
  #settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    for (const source of this.#options.sources) source.settled?.();
  }

  #announcedRetry({delayMs}: AgentRetry): void {
    if (delayMs !== null) this.#retry = {untilMs: this.#nowMs() + delayMs, delayMs};
  }

  #asked({text}: AgentAsk): void {
    this.#ask = {atMs: this.#nowMs(), text};
    this.#schedule();
  }

  #sourceFailed(kind: EvidenceKind, why: string): void {
    const text = `Life can no longer be seen in the agent's ${kind}: ${why}.`;
    this.#options.record({type: 'note', level: 'info', code: 'EVIDENCE_SOURCE_FAILED', text});
  }

  #recordEvidence(kind: Exclude<EvidenceKind, 'output'>, what: string, atMs: number): void {
    const before = this.#recordedMs.get(kind);
    if (before !== undefined && atMs - before < this.#options.limits.intervalMs) return;
    this.#recordedMs.set(kind, atMs);
    this.#options.record({type: 'evidence', kind, what});
  }

  // clocks -----------------------------------------------------------------------------------------------------------

  /** The limit that holds now, by all evidence. */
  #deadline(): Deadline {
    if (this.#endedMs !== null) return {clock: 'grace', limitMs: GRACE_MS, dueMs: this.#endedMs + GRACE_MS};
    if (this.#ask) {
      const dueMs = this.#options.onAsk === 'stop' ? this.#ask.atMs + ASK_MS : null;
      return {clock: null, limitMs: ASK_MS, dueMs};
    }
    return this.#silence(this.#clockName(), EVIDENCE_KINDS, this.#retry?.untilMs ?? 0);
  }

  /** The limit that would hold by the agent's words alone. */
  #deadlineByOutput(): Deadline {
    return this.#silence(this.#progressed ? 'idle' : 'initial', ['output'], 0);
  }

  #clockName(): 'initial' | 'idle' | 'tool' {
    if (!this.#progressed) return 'initial';
    return this.#options.output && this.#progress.openTool() !== null ? 'tool' : 'idle';
  }

  #silence(clock: 'initial' | 'idle' | 'tool', kinds: readonly EvidenceKind[], fromMs: number): Deadline {
    const limitMs = this.#options.limits[`${clock}Ms`];
    if (limitMs === null) return {clock, limitMs: 0, dueMs: null};
    return {clock, limitMs, dueMs: Math.max(this.#lastMs(kinds), fromMs) + limitMs};
  }

  #maxDeadline(): Deadline {
    const {maxMs} = this.#options.limits;
    return {clock: 'max', limitMs: maxMs ?? 0, dueMs: maxMs === null ? null : this.#startedMs + maxMs};
  }

  #lastMs(kinds: readonly EvidenceKind[]): number {
    return Math.max(this.#startedMs, ...kinds.map((kind) => this.#last[kind]?.atMs ?? 0));
  }

  #halfOf({dueMs, limitMs, clock}: Deadline): number | null {
    if (this.#isSuspected || dueMs === null || clock === null || clock === 'grace') return null;
    return dueMs - limitMs / 2;
  }

  // looking ----------------------------------------------------------------------------------------------------------

  /** The next look: at the interval, sooner where something falls due earlier. */
  #schedule(): void {
    this.#cancelTimer();
    if (this.#closed) return;
    const now = this.#nowMs();
    const deadline = this.#deadline();
    const due = [deadline.dueMs, this.#maxDeadline().dueMs, this.#halfOf(deadline), this.#extensionDueMs()];
    const nextMs = Math.min(now + this.#options.limits.intervalMs, ...due.filter((ms) => ms !== null));
    // Whole milliseconds, and later rather than sooner, or a timer would fire just before what it is set for.
    const delayMs = Math.max(1, Math.ceil(nextMs - now));
    const expectedMs = this.#options.clock.monotonicMs() + delayMs;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.#look(expectedMs));
  }

  #look(expectedMs: number): void {
    const lateMs = this.#options.clock.monotonicMs() - expectedMs;
    if (lateMs >= STOOD_STILL_MS) this.#lostMs += lateMs;
    this.#seeBytes();
    const {sources, pendingAsk} = this.#options;
    if (!this.#isDue() || (sources.length === 0 && !pendingAsk)) this.#decide();
    else void this.#lastLook().then(() => this.#decide());
  }

  /** Bytes that show no events yet are progress all the same. */
  #seeBytes(): void {
    const bytes = this.#options.bytesSeen?.() ?? 0;
    if (bytes > this.#bytesSeen) this.see('output', `${bytes - this.#bytesSeen} bytes`);
    this.#bytesSeen = bytes;
  }

  #isDue(): boolean {
    const now = this.#nowMs();
    return [this.#deadline(), this.#maxDeadline()].some((deadline) => isDue(deadline, now));
  }

  /** All sources look once more, for as long as that may take. */
  #lastLook(): Promise<void> {
    const {clock, sources, pendingAsk} = this.#options;
    const asked = pendingAsk?.().then((text) => this.#foundAsk(text));
    return new Promise((resolve) => {
      const cancel = clock.after(LOOK_LIMIT_MS, resolve);
      void Promise.all([asked, ...sources.map((source) => source.look())]).then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** It has stood for as long as the limit that led to it. */
  #foundAsk(text: string | null): void {
    if (text === null || this.#ask || this.#closed) return;
    this.#options.record({type: 'agent_ask', ask: 'question', text});
    this.#ask = {atMs: this.#nowMs() - ASK_MS, text};
  }

  #decide(): void {
    if (this.#closed) return;
    const now = this.#nowMs();
    const max = this.#maxDeadline();
    const deadline = this.#deadline();
    if (isDue(max, now) && this.#endedMs === null) this.#stop(max);
    else if (isDue(deadline, now)) this.#stop(deadline);
    else {
      this.#suspect(deadline, now);
      this.#tellExtension(deadline, now);
      this.#schedule();
    }
  }

  #suspect(deadline: Deadline, now: number): void {
    const half = this.#halfOf(deadline);
    if (half === null || half > now || deadline.clock === null) return;
    this.#isSuspected = true;
    this.#options.record({
      type: 'stall_suspected',
      clock: deadline.clock,
      silentMs: Math.round(now - this.#lastMs(EVIDENCE_KINDS)),
      limitMs: deadline.limitMs,
      lastEvidence: this.lastEvidence(),
    });
  }

  /** When an extension is to be told next; null where the run goes on by the agent's words alone. */
  #extensionDueMs(): number | null {
    if (!this.#options.output || this.#endedMs !== null) return null;
    const {dueMs, limitMs} = this.#deadlineByOutput();
    if (dueMs === null) return null;
    return this.#extendedMs === null ? dueMs : this.#extendedMs + limitMs;
  }

  #tellExtension({dueMs}: Deadline, now: number): void {
    const extensionDueMs = this.#extensionDueMs();
    if (extensionDueMs === null || extensionDueMs > now) return;
    this.#extendedMs = now;
    const {clock, limitMs} = this.#deadlineByOutput();
    this.#options.record({
      type: 'timeout_extended',
      clock: clock!,
      limitMs,
      reason: this.#whyGoOn(now),
      extraMs: dueMs === null ? null : Math.round(dueMs - now),
    });
  }

  #whyGoOn(now: number): string {
    if (this.#ask) return `the agent waits for an answer: ${this.#ask.text}`;
    if (this.#retry) return `the agent announced a wait of ${secondsText(this.#retry.delayMs)}`;
    const tool = this.#progress.openTool();
    if (tool !== null) return `the tool call ${tool} is in progress`;
    const others = (['files', 'processes'] as const).map((kind) => ({kind, last: this.#last[kind]}));
    const {kind, last} = others.toSorted((a, b) => (b.last?.atMs ?? 0) - (a.last?.atMs ?? 0))[0]!;
    return `${kind}: ${last!.what}, ${secondsText(now - last!.atMs)} ago`;
  }

  // the end ----------------------------------------------------------------------------------------------------------

  #stop({clock, limitMs}: Deadline): void {
    const event: StopRequested = {
      type: 'stop_requested',
      cause: clock === null ? 'ask' : 'clock',
      clock,
      limitMs: clock === null ? null : limitMs,
      reason: this.#reasonFor(clock, limitMs),
      lastEvidence: this.lastEvidence(),
    };
    this.close();
    this.#options.stop({outcome: OUTCOMES[clock ?? 'ask'], event});
  }

  #reasonFor(clock: ClockName | null, limitMs: number): string {
    const limit = `${clock} limit ${secondsText(limitMs)}`;
    switch (clock) {
      case null:
        return `the agent waits for an answer that nobody gives: ${this.#ask!.text}`;
      case 'grace':
        return `the agent still ran ${secondsText(limitMs)} after its end`;
      case 'max':
        return `the run took longer than ${secondsText(limitMs)} (${limit}); ${this.#lastText()}`;
      case 'initial':
        return `no progress and no other sign of life since the start (${limit}); ${this.#lastText()}`;
      case 'tool':
        return `no sign of life during the tool call ${this.#progress.openTool()} (${limit}); ${this.#lastText()}`;
      case 'idle':
        return `no sign of life (${limit}); ${this.#lastText()}`;
    }
  }

  /** `last output: text 121 s ago; files: none`. */
  #lastText(): string {
    const last = this.lastEvidence();
    const watched = EVIDENCE_KINDS.filter((kind) =>
      kind === 'output' ? this.#options.output : this.#isWatched(kind),
    );
    const told = watched.map((kind) => {
      const seen = last[kind];
      return `${kind}: ${seen ? `${seen.what} ${secondsText(seen.agoMs)} ago` : 'none'}`;
    });
    return `last evidence: ${told.join('; ')}`;
  }

  #isWatched(kind: EvidenceKind): boolean {
    return this.#options.sources.some((source) => source.kind === kind);
  }
}

const OUTCOMES: Record<ClockName | 'ask', JudgedStop['outcome']> = {
  initial: 'stalled',
  idle: 'stalled',
  tool: 'stalled',
  ask: 'stalled',
  max: 'timed-out',
  grace: null,
};
