import {join} from 'node:path';
import type {Judge, JudgedStop} from '../activity/judge.ts';
import {DEFAULT_ACTIVITY} from '../activity/options.ts';
import type {EventBody, RunFinished, StreamName} from '../event.ts';
import type {Normalizer, RunTraces} from '../executor/executor.ts';
import {runFinished} from '../executor/outcome.ts';
import {Family, newMark} from '../transport/family.ts';
import type {WatchedRun} from '../transport/guard.ts';
import {platformOf} from '../transport/platform.ts';
import {spawnChild} from '../transport/spawn.ts';
import {stopChild} from '../transport/stop.ts';
import {sweep} from '../transport/sweep.ts';
import type {Child, ChildExit} from '../transport/transport.ts';
import type {RunContext, RunRequest, StopReason} from './context.ts';
import {type MeasuredRun, measure} from './measured.ts';
import {type Prepared, prepare, redactPrompt, shownArgv} from './prepared.ts';
import {RecordedOutput} from './recorded-output.ts';
import {RunRecorder} from './recorder.ts';
import {supervise} from './supervision.ts';
import {onAbort} from './waits.ts';

/** One process, from its command line to its end. */
export class Attempt {
  readonly output: RecordedOutput;
  readonly recorder: RunRecorder;
  readonly #context: RunContext;
  readonly #request: RunRequest;
  readonly #refusedFlags: ReadonlySet<string>;
  readonly #prepared: Prepared;
  readonly #hasTerminalEvent: boolean;
  readonly #normalizer: Normalizer;
  readonly #measured: MeasuredRun | null;
  /** Carried by every process of this run, in its environment. */
  readonly #mark = newMark();
  readonly #startedAtMs: number;
  #stopReason: StopReason | null = null;
  #stopping = false;
  /** Set before the first chunk comes. */
  #judge!: Judge;
  #family: Family | null = null;
  #silentSteps = 0;

  constructor(context: RunContext, request: RunRequest, refusedFlags: ReadonlySet<string>) {
    const {log, clock, redactor} = context;
    const {executor, installation} = request.agent;
    this.#context = context;
    this.#request = request;
    this.#refusedFlags = refusedFlags;
    this.recorder = new RunRecorder(log, request);
    this.#prepared = prepare(context, request, refusedFlags, this.recorder);
    const {structured} = this.#prepared.command;
    this.#hasTerminalEvent = executor.hasTerminalEvent && structured;
    this.#startedAtMs = clock.now();
    this.#normalizer = executor.normalizer(installation, {
      startedAtMs: this.#startedAtMs,
      structured,
      ...(redactor && {redact: redactor.text}),
    });
    this.#measured = measure(context, request);
    this.output = new RecordedOutput(context, request, {
      normalizer: this.#normalizer,
      hasPieces: this.#hasTerminalEvent,
      recorder: this.recorder,
      meter: this.#measured?.meter ?? null,
    });
  }

  /** It is not needed any more. */
  close(): void {
    this.#measured?.close();
  }

  async run(): Promise<RunFinished> {
    const {stop, guard} = this.#context;
    if (stop.aborted) {
      this.#stopReason = stop.reason as StopReason;
      return this.#finish({exitCode: null, signal: null, drained: true});
    }
    // Before the agent is there, so that no moment is left in which nobody would stop it.
    const watched = guard?.watch({mark: this.#mark});
    if (guard?.unavailable) this.#noteNoGuard(guard.unavailable);
    try {
      return await this.#runChild(await this.#spawn(watched));
    } finally {
      watched?.ended();
      redactPrompt(this.#prepared, this.#context.redactor, this.recorder);
    }
  }

  #noteNoGuard(why: string): void {
    const text = `Should oneshot itself be killed, nobody would stop the agent: ${why}.`;
    this.recorder.note('info', 'NO_GUARD', text);
  }

  async #runChild(child: Child): Promise<RunFinished> {
    const {stop, log} = this.#context;
    const judge = this.#supervise(child);
    this.#judge = judge;
    const release = onAbort(stop, () => this.#canceled(child, stop.reason as StopReason));
    const unwatchLog = log.onFailure(() => this.#stop(child, null, 'the log cannot be written'));
    const exit = await child.exit;
    judge.close();
    release();
    unwatchLog();
    this.output.end();
    if (!exit.drained)
      this.recorder.note('info', 'STREAM_HELD_OPEN', 'Another process held the output open; it was closed.');
    const finished = await this.#recovered(this.#finish(exit), child);
    await this.#sweep(finished);
    return finished;
  }

  async #spawn(watched: WatchedRun | undefined): Promise<Child> {
    const {cwd, env, transport, log} = this.#context;
    const {iteration, inheritStdin} = this.#request;
    const {command, prompt, promptDelivery} = this.#prepared;
    // Chunks come from the event loop's poll phase, never before the code after this await has run.
    const child: Child = await spawnChild(
      {
        argv: command.argv,
        cwd,
        env: {...env, ...command.env, [this.#mark]: '1'},
        stdin: inheritStdin ? 'inherit' : promptDelivery === 'stdin' ? prompt : null,
        transport,
        spoolDir: join(log.dir, String(iteration)),
      },
      (stream, bytes) => this.#chunk(child, stream, bytes),
    );
    watched?.started(child.pid);
    const {processes: table = platformOf(process.platform).processes} = this.#context;
    this.#family = table && new Family({table, rootPid: child.pid, mark: this.#mark});
    // While it is there for certain: what it starts without its environment is known by descent alone.
    this.#family?.meetRoot().catch(() => {});
    this.#recordStart(child);
    return child;
  }

  #supervise(child: Child): Judge {
    const {clock, activity = DEFAULT_ACTIVITY} = this.#context;
    const {executor, installation} = this.#request.agent;
    const supervised = {
      child,
      clock,
      isAgent: executor.hasTerminalEvent,
      family: this.#family,
      stateFiles: () => executor.stateFiles(installation, this.#traces(child)),
      pendingAsk: () => executor.pendingAsk(installation, this.#traces(child)),
      record: (body: EventBody) => this.recorder.record(body),
      stop: (judged: JudgedStop) => this.#judged(child, judged),
    };
    return supervise(supervised, activity);
  }

  #traces({pid}: Child): RunTraces {
    const {env, cwd} = this.#context;
    const {agent} = this.#request;
    const {agentSession} = this.#normalizer.facts();
    return {
      env: {...env, ...this.#prepared.command.env},
      agentArgs: agent.agentArgs,
      cwd,
      pid,
      agentSession,
      startedAtMs: this.#startedAtMs,
    };
  }

  #recordStart(child: Child): void {
    const {agent, resume} = this.#request;
    const {command, prompt, promptDelivery} = this.#prepared;
    const {executor, adapter, version} = agent.installation;
    this.recorder.record({
      type: 'run_started',
      executor,
      adapter,
      agentVersion: version,
      argv: shownArgv(command, this.#context.redactor),
      cwd: this.#context.cwd,
      pid: child.pid,
      transport: child.transport,
      transportReason: child.transportReason,
      model: agent.model,
      permissionMode: agent.permissionMode,
      promptDelivery,
      promptBytes: prompt.length,
      resumedAgentSession: resume,
      mark: this.#mark,
    });
    if (child.transportWarning) this.recorder.note('warning', 'TRANSPORT_FALLBACK', child.transportWarning);
  }

  #chunk(child: Child, stream: StreamName, bytes: Buffer): void {
    this.output.feed(child, stream, bytes);
    // After the views, which somebody waits for.
    this.#tellJudge();
  }

  /** The events, and what they do not tell. */
  #tellJudge(): void {
    for (const body of this.output.takeUntold()) this.#judge.event(body);
    const steps = this.#normalizer.silentSteps();
    if (steps > this.#silentSteps) this.#judge.see('output', 'a piece of an answer');
    this.#silentSteps = steps;
    if (this.#hasTerminalEvent && this.#normalizer.facts().terminal) this.#judge.ended();
  }

  #canceled(child: Child, reason: StopReason): void {
    if (!this.#stopping)
      this.recorder.record({
        type: 'stop_requested',
        cause: reason.cause ?? 'cancel',
        clock: null,
        limitMs: null,
        reason: reason.reason,
        lastEvidence: this.#judge.lastEvidence(),
      });
    this.#stop(child, reason, reason.reason);
  }

  #judged(child: Child, {outcome, event}: JudgedStop): void {
    if (this.#stopping) return;
    this.recorder.record(event);
    const reason = outcome && {outcome, reason: event.reason};
    this.#stop(child, reason, event.reason);
  }

  /** `reason` null: stopped for a cause that the outcome does not depend on. The first reason wins. */
  #stop(child: Child, reason: StopReason | null, why: string): void {
    this.#stopReason ??= reason;
    if (this.#stopping) return;
    this.#stopping = true;
    this.output.drain();
    const {clock, kill} = this.#context;
    void stopChild(child, {
      clock,
      killNow: kill,
      family: this.#family,
      onSignal: (signal) => this.recorder.record({type: 'signal_sent', signal, pid: child.pid, reason: why}),
    });
  }

  /** What the agent left running is ended; of a completed run, only where the user does not want it kept. */
  async #sweep({outcome}: RunFinished): Promise<void> {
    const {clock, kill, keepProcesses = false} = this.#context;
    if (!this.#family) return;
    const keep = keepProcesses && outcome === 'completed';
    const {failed, ...swept} = await sweep(this.#family, {clock, killNow: kill, keep});
    if (Object.values(swept).some((processes) => processes.length > 0))
      this.recorder.record({type: 'processes_swept', ...swept});
    if (failed !== null)
      this.recorder.note(
        'warning',
        'SWEEP_FAILED',
        `What the agent left running could not be looked for: ${failed}.`,
      );
  }

  /** An end that the output does not tell of may stand in the agent's own files. */
  async #recovered(finished: RunFinished, child: Child): Promise<RunFinished> {
    if (finished.outcome === 'completed' || this.#normalizer.facts().terminal) return finished;
    const {executor, installation} = this.#request.agent;
    const end = await executor.recover(installation, this.#traces(child));
    if (!end) return finished;
    const reason = `the agent had finished, as its own file ${end.path} tells; its output did not: ${finished.reason}`;
    return {
      ...finished,
      outcome: 'completed',
      reason,
      text: end.text,
      agentSession: finished.agentSession ?? end.agentSession,
      recovered: true,
    };
  }

  #finish({exitCode, signal}: ChildExit): RunFinished {
    const stopReason = this.#stopReason;
    const end = {
      exitCode,
      signal,
      stopped: stopReason !== null,
      stopOutcome: stopReason?.outcome ?? 'canceled',
      stopReason: stopReason?.reason ?? null,
    };
    const finished = runFinished(this.#normalizer.facts(), end, {hasTerminalEvent: this.#hasTerminalEvent});
    const failure = this.#context.log.failure();
    return failure
      ? {...finished, outcome: 'failed', reason: `recording failed: ${failure.message}`}
      : finished;
  }

  /** A flag that the agent has refused in this attempt and can do without, or null. */
  refusedFlag({exitCode}: RunFinished): string | null {
    if (exitCode === 0 || exitCode === null || this.#stopReason || this.output.sawStdoutJson) return null;
    const {stderrTail} = this.output;
    const candidates = this.#request.agent.executor.optionalFlags.filter(
      (flag) => !this.#refusedFlags.has(flag),
    );
    return candidates.find((flag) => stderrTail.includes(flag)) ?? null;
  }
}
