import {systemClock} from '../clock.ts';
import {messageOf} from '../error.ts';
import type {OneshotEvent} from '../event.ts';
import type {LoopResult as LoopEnd} from '../loop/options.ts';
import type {Workplace} from '../loop/workplace.ts';
import type {RunContext, StopReason} from '../run.ts';
import {followEvents} from '../session/follow.ts';
import type {SessionLog} from '../session/log.ts';
import type {LeftWorktree} from '../worktree/left.ts';
import type {Settled} from './options.ts';
import {recorded} from './recorded.ts';
import {RecordedSession, type Session} from './session.ts';

/**
 * Agents at work in a session. Iterate it for the events, as often as you like: each iteration begins with the first event,
 * reads them from the session's log, at its own pace and in bounded memory, and ends with the session. Leaving an
 * iteration early does not stop the work; `signal`, `stop()` and `await using` do.
 */
export interface Running<Result> extends AsyncIterable<OneshotEvent> {
  /** How it ended. Rejects with an `OneshotError` when oneshot could not do its part; so does an iteration, at its end. */
  readonly result: Promise<Result>;
  /** As soon as it is there; rejects as `result` where it never is. */
  readonly session: Promise<Session>;
  /** SIGINT, 3 s, SIGTERM, 3 s, SIGKILL: the outcome is `canceled`. `reason` is for people. */
  stop(reason?: string): void;
  /** SIGKILL at once. */
  kill(reason?: string): void;
  /** Stops it and waits for its end. Never rejects. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Work that is ready to begin. */
export interface Work<Result> {
  /** Open. */
  log: SessionLog;
  /** Number of the first event of this work. */
  fromSeq: number;
  place: Workplace;
  /** Variables that hold the keys of endpoints. */
  keyVariables: readonly string[];
  begin(context: RunContext): Promise<LoopEnd>;
  resultOf(end: LoopEnd, more: Afterwards): Result;
}

/** What every result tells. */
export interface Afterwards {
  session: Session;
  /** The worktree that was made for the session; null where none was. */
  worktree: LeftWorktree | null;
}

/** Begins what `prepare` has made ready; nothing is left behind when that rejects. */
export function running<Result>(
  settled: Settled,
  signal: AbortSignal | undefined,
  prepare: () => Promise<Work<Result>>,
): Running<Result> {
  return new RunningWork(settled, signal, prepare);
}

class RunningWork<Result> implements Running<Result> {
  readonly result: Promise<Result>;
  readonly session: Promise<Session>;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  readonly #work: Promise<Work<Result>>;
  #isOver = false;

  constructor(settled: Settled, signal: AbortSignal | undefined, prepare: () => Promise<Work<Result>>) {
    const unlink = this.#obey(signal);
    this.#work = prepare();
    this.session = this.#work.then(({log}) => new RecordedSession(log));
    this.result = this.#do(settled).finally(() => {
      this.#isOver = true;
      unlink();
    });
    // Whoever waits for the result learns of it there.
    this.session.catch(() => {});
  }

  stop(reason = 'its caller stopped it'): void {
    this.#stop.abort({outcome: 'canceled', reason} satisfies StopReason);
  }

  kill(reason?: string): void {
    this.stop(reason);
    this.#kill.abort();
  }

  [Symbol.asyncIterator](): AsyncGenerator<OneshotEvent, void, undefined> {
    // Whoever iterates learns of it there.
    this.result.catch(() => {});
    return this.#events();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.result.catch(() => {});
  }

  async *#events(): AsyncGenerator<OneshotEvent, void, undefined> {
    const {log, fromSeq} = await this.#work;
    const {signal} = new AbortController();
    const isOwnerAlive = async () => !this.#isOver;
    yield* followEvents(log.dir, {fromSeq, signal, clock: systemClock, isOwnerAlive});
    await this.result;
  }

  async #do(settled: Settled): Promise<Result> {
    const work = await this.#work;
    const signals = {stop: this.#stop.signal, kill: this.#kill.signal};
    const session = await this.session;
    const {log, place, keyVariables} = work;
    let worktree: LeftWorktree | null = null;
    const end = await recorded(
      log,
      {...settled, cwd: place.cwd, redactor: settled.redactorWith(keyVariables)},
      signals,
      (context) => work.begin(context),
    ).finally(async () => {
      worktree = await place.leave();
    });
    return work.resultOf(end, {session, worktree});
  }

  #obey(signal: AbortSignal | undefined): () => void {
    const abort = () => this.stop(`its caller stopped it: ${messageOf(signal?.reason)}`);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, {once: true});
    return () => signal?.removeEventListener('abort', abort);
  }
}
