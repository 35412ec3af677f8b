/**
 * The spine: one agent process, from spawn to its outcome.
 *
 *     executor.command → transport.spawn → chunks → decoder → frames → normalizer → events → log → views
 *
 * From chunk to queued event everything is synchronous. When the log falls behind, reading pauses and the child blocks;
 * once the child is being stopped it is drained instead, and what the log cannot take is discarded and noted.
 */
import {mkdirSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Judge, JudgedStop} from './activity/judge.ts';
import {type ActivityOptions, DEFAULT_ACTIVITY} from './activity/options.ts';
import type {Clock} from './clock.ts';
import {messageOf, OneshotError} from './error.ts';
import type {
  EventBody,
  Note,
  Outcome,
  PermissionMode,
  RawSpan,
  Role,
  RunFinished,
  RunStarted,
  StopRequested,
  StreamName,
  TerminalSize,
} from './event.ts';
import type {AgentCommand, Executor, Installation, Normalizer, RunTraces} from './executor/executor.ts';
import {runFinished} from './executor/outcome.ts';
import {type AgentEvent, AgentOutput} from './executor/output.ts';
import {MAX_ARGV_PROMPT_BYTES, promptFileArgument, promptPath} from './executor/prompt.ts';
import {readVersion} from './executor/version.ts';
import {RunMeter} from './metrics/run-meter.ts';
import type {SessionLog} from './session/log.ts';
import type {Redactor} from './session/redact.ts';
import type {Told} from './session/redact-deltas.ts';
import {redactFile} from './session/redact-file.ts';
import {redacting} from './session/redact-log.ts';
import {maskPieces, type Piece} from './session/redact-pieces.ts';
import {type Cleared, RunRedaction} from './session/redact-run.ts';
import {supervise} from './supervision.ts';
import {Family, newMark} from './transport/family.ts';
import type {Guard, WatchedRun} from './transport/guard.ts';
import {platformOf} from './transport/platform.ts';
import type {ProcessTable} from './transport/process-table.ts';
import {spawnChild} from './transport/spawn.ts';
import {stopChild} from './transport/stop.ts';
import {sweep} from './transport/sweep.ts';
import type {Child, ChildExit, TransportChoice} from './transport/transport.ts';

/** Which agent to run and how; the same for every run of a role. */
export interface AgentChoice {
  executor: Executor;
  installation: Installation;
  model: string | null;
  permissionMode: PermissionMode;
  agentArgs: readonly string[];
}

/** Why a run is being stopped: the reason of the `stop` AbortSignal. */
export interface StopReason {
  outcome: Extract<Outcome, 'canceled' | 'stalled' | 'timed-out'>;
  /** For a person. */
  reason: string;
  /** @default cancel: the user */
  cause?: Extract<StopRequested['cause'], 'cancel' | 'budget'>;
}

/** What every run of a session shares. */
export interface RunContext {
  log: SessionLog;
  cwd: string;
  /** The user's environment with `--env` applied. */
  env: Readonly<Record<string, string | undefined>>;
  transport: TransportChoice;
  /** Largest frame held in memory, bytes. See `DEFAULT_MAX_FRAME_BYTES`. */
  maxFrameBytes: number;
  clock: Clock;
  /** Aborted with a `StopReason`: SIGINT, 3 s, SIGTERM, 3 s, SIGKILL. */
  stop: AbortSignal;
  /** Aborted: SIGKILL at once. */
  kill: AbortSignal;
  /** Clocks and evidence. @default DEFAULT_ACTIVITY */
  activity?: ActivityOptions;
  /** Leave alone what a completed run has left running. @default false: it is ended */
  keepProcesses?: boolean;
  /** Where the processes of a run are looked up; null: nowhere. @default the system's own table */
  processes?: ProcessTable | null;
  /** Stops the agent should this process vanish; see `startGuard`. @default nobody does */
  guard?: Guard;
  /** The terminal that shows the session. @default none does */
  terminal?: TerminalSize;
  /** Keeps secrets out of what is recorded; null: nobody does. @default one for the secrets in `env` */
  redactor?: Redactor | null;
  /** Record how the output came through, as an event `run_metrics`. @default false */
  metrics?: boolean;
}

export interface RunRequest {
  agent: AgentChoice;
  /** null: there is none, and stdin is `/dev/null`; for `exec`. */
  prompt: string | null;
  iteration: number;
  role: Role;
  /** The agent's own session to continue, or null. */
  resume: string | null;
  /** JSON Schema of the answer, for agents that can be held to one. @default none */
  answerSchema?: object;
  /** Hand oneshot's own stdin to the program; for `exec`. @default false */
  inheritStdin?: boolean;
}

/** Unwritten bytes at which reading pauses, and at which it goes on. */
const BACKLOG_HIGH_BYTES = 2 * 1024 * 1024;
const BACKLOG_LOW_BYTES = 512 * 1024;

/** How long a disk may take to accept the end of the log once the user wants to stop. */
const FLUSH_LIMIT_MS = 5_000;

/**
 * Runs the agent once and records it; a flag that the agent refuses and that it can do without is left out and the agent run again.
 * @throws OneshotError AGENT_NOT_FOUND, SPAWN_FAILED, CWD_UNUSABLE, PERMISSION_MODE_UNSUPPORTED, RECORDING_FAILED when
 * the agent cannot be started; once it runs, every ending is a value.
 */
export async function run(given: RunContext, request: RunRequest): Promise<RunFinished> {
  const context = redacting(given);
  const refusedFlags = new Set<string>();
  for (;;) {
    const attempt = new Attempt(context, request, refusedFlags);
    try {
      const finished = redacted(context, await attempt.run());
      const flag = attempt.refusedFlag(finished);
      if (flag === null) return await recorded(context, attempt, finished);
      const version = (await readVersion(request.agent.installation, context.env)) ?? '(version unknown)';
      const text = `${request.agent.installation.executor} ${version} refuses ${flag}; it is run once more without.`;
      attempt.note('warning', 'FLAG_REFUSED', text);
      refusedFlags.add(flag);
    } finally {
      attempt.endMeasuring();
    }
  }
}

async function recorded(context: RunContext, attempt: Attempt, finished: RunFinished): Promise<RunFinished> {
  await flushed(context);
  attempt.maskPieces();
  attempt.recordMetrics();
  attempt.record(finished);
  await flushed(context);
  await synced(context);
  return finished;
}

function redacted({redactor}: RunContext, finished: RunFinished): RunFinished {
  return redactor ? redactor.body(finished) : finished;
}

/** Waits for the log; once a stop is asked for, no longer than `FLUSH_LIMIT_MS`. */
async function flushed({log, stop, clock}: RunContext): Promise<void> {
  let cancelTimer = () => {};
  const error = new Error(`the disk did not take the log within ${FLUSH_LIMIT_MS / 1000} s`);
  const giveUpLater = () => {
    cancelTimer = clock.after(FLUSH_LIMIT_MS, () => log.abandon(error));
  };
  const release = onAbort(stop, giveUpLater);
  await log.flush();
  release();
  cancelTimer();
}

/** A step is over: it shall outlive the machine. Not waited for once a stop is asked for; the end of the session syncs again. */
export async function synced({log, stop}: RunContext): Promise<void> {
  if (stop.aborted) return;
  await new Promise<void>((settle) => {
    const release = onAbort(stop, settle);
    void log.sync().then(release).then(settle);
  });
}

/** Calls back when `signal` is aborted, at once if it is already. Returns the function that takes this back. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  else signal.addEventListener('abort', callback, {once: true});
  return () => signal.removeEventListener('abort', callback);
}

/** The terminal that shows the session, where one does: for the event with which it begins. */
export function shownOn({terminal}: RunContext): {terminal?: TerminalSize} {
  return terminal ? {terminal} : {};
}

type PromptDelivery = RunStarted['promptDelivery'];

/** One process. */
class Attempt {
  readonly #context: RunContext;
  readonly #request: RunRequest;
  readonly #refusedFlags: ReadonlySet<string>;
  readonly #command: AgentCommand;
  readonly #prompt: Buffer;
  readonly #promptDelivery: PromptDelivery;
  readonly #hasTerminalEvent: boolean;
  readonly #normalizer: Normalizer;
  readonly #output: AgentOutput;
  readonly #redaction: RunRedaction | null;
  /** Of secrets that came in pieces: what has to be masked in the raw files. */
  #pieces: Piece[] = [];
  readonly #discarded: Record<StreamName, RawSpan | null> = {stdout: null, stderr: null};
  /** Carried by every process of this run, in its environment. */
  readonly #mark = newMark();
  readonly #startedAtMs: number;
  /** Holds the prompt as it is while the agent runs. */
  #promptFile: string | null = null;
  #stopReason: StopReason | null = null;
  #stopping = false;
  #discarding = false;
  #waitsForLog = false;
  /** Set before the first chunk comes. */
  #judge!: Judge;
  #family: Family | null = null;
  #silentSteps = 0;
  /** null: nobody wants to know. */
  #meter: RunMeter | null = null;
  #unwatch = () => {};
  /** Events that the judge has not been told of. */
  readonly #untold: EventBody[] = [];

  constructor(context: RunContext, request: RunRequest, refusedFlags: ReadonlySet<string>) {
    const {log, clock, maxFrameBytes, redactor} = context;
    const {agent, iteration, role} = request;
    this.#context = context;
    this.#request = request;
    this.#refusedFlags = refusedFlags;
    this.#prompt = Buffer.from(request.prompt ?? '');
    const {command, promptDelivery} = this.#prepare();
    this.#command = command;
    this.#promptDelivery = promptDelivery;
    this.#hasTerminalEvent = agent.executor.hasTerminalEvent && command.structured;
    this.#startedAtMs = clock.now();
    this.#normalizer = agent.executor.normalizer(agent.installation, {
      startedAtMs: this.#startedAtMs,
      structured: command.structured,
      ...(redactor && {redact: redactor.text}),
    });
    const baseOffset = (stream: StreamName) => log.rawSize(iteration, role, stream);
    const baseOffsets = {stdout: baseOffset('stdout'), stderr: baseOffset('stderr')};
    this.#output = new AgentOutput(this.#normalizer, {maxFrameBytes, baseOffsets});
    const hasPieces = this.#hasTerminalEvent;
    this.#redaction = redactor ? new RunRedaction(redactor, {baseOffsets, hasPieces}) : null;
  }

  /** The command line; a prompt too long for argv goes into a file that only the user can read. */
  #prepare(): {command: AgentCommand; promptDelivery: PromptDelivery} {
    const {prompt, role} = this.#request;
    const folder = this.#inRunFolder(makeFolder);
    const command = this.#commandFor(this.#prompt.toString());
    if (prompt === null) return {command, promptDelivery: 'none'};
    const isTooLong = this.#prompt.length > MAX_ARGV_PROMPT_BYTES;
    const needsFile = command.promptDelivery === 'argv' && (isTooLong || command.changesPrompt);
    if (!needsFile) return {command, promptDelivery: command.promptDelivery};
    const path = promptPath(folder, role);
    this.#inRunFolder(() => writeFileSync(path, prompt, {mode: 0o600}));
    this.#promptFile = path;
    const why = isTooLong
      ? 'The prompt is too long for an argument'
      : 'The agent would change the white space of the prompt';
    this.note('info', 'PROMPT_FILE', `${why}: it is told to read ${path}.`);
    return {command: this.#commandFor(promptFileArgument(path)), promptDelivery: 'file'};
  }

  #commandFor(prompt: string): AgentCommand {
    const {agent, resume, answerSchema = null} = this.#request;
    const {model, permissionMode, agentArgs} = agent;
    const without = this.#refusedFlags;
    return agent.executor.command(agent.installation, {
      prompt,
      model,
      permissionMode,
      resume,
      agentArgs,
      answerSchema,
      without,
    });
  }

  /** The folder of this iteration, after `write` has done its work there. */
  #inRunFolder(write: (folder: string) => void): string {
    const folder = join(this.#context.log.dir, String(this.#request.iteration));
    try {
      write(folder);
    } catch (cause) {
      const message = `the session folder ${folder} cannot be written: ${messageOf(cause)}`;
      throw new OneshotError('RECORDING_FAILED', message, 'Check the disk and the state folder.', {cause});
    }
    return folder;
  }

  async run(): Promise<RunFinished> {
    const {stop, guard} = this.#context;
    if (stop.aborted) {
      this.#stopReason = stop.reason as StopReason;
      return this.#finish({exitCode: null, signal: null, drained: true});
    }
    this.#measure();
    // Before the agent is there, so that no moment is left in which nobody would stop it.
    const watched = guard?.watch({mark: this.#mark});
    if (guard?.unavailable) this.#noteNoGuard(guard.unavailable);
    try {
      return await this.#runChild(await this.#spawn(watched));
    } finally {
      watched?.ended();
      this.#redactPrompt();
    }
  }

  /** Nobody needs it as it is any more. */
  #redactPrompt(): void {
    const {redactor} = this.#context;
    if (this.#promptFile === null || !redactor) return;
    try {
      redactFile(this.#promptFile, redactor);
    } catch (error) {
      const text = `Secrets of the prompt may be left in ${this.#promptFile}: ${messageOf(error)}`;
      this.note('warning', 'REDACT_FAILED', text);
    }
  }

  #measure(): void {
    const {log, clock, metrics = false} = this.#context;
    const {iteration, role} = this.#request;
    if (!metrics) return;
    const meter = new RunMeter({clock});
    this.#meter = meter;
    this.#unwatch = log.addView((event) => {
      const isOurs = event.source === 'agent' && event.iteration === iteration && event.role === role;
      if (isOurs) meter.seen();
    });
  }

  /** Call it when the log is flushed. */
  recordMetrics(): void {
    if (this.#meter) this.record(this.#meter.result(this.#output.frames));
  }

  endMeasuring(): void {
    this.#unwatch();
    this.#meter?.close();
  }

  #noteNoGuard(why: string): void {
    const text = `Should oneshot itself be killed, nobody would stop the agent: ${why}.`;
    this.note('info', 'NO_GUARD', text);
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
    this.#endOutput();
    this.#noteDiscarded();
    if (!exit.drained)
      this.note('info', 'STREAM_HELD_OPEN', 'Another process held the output open; it was closed.');
    const finished = await this.#recovered(this.#finish(exit), child);
    await this.#sweep(finished);
    return finished;
  }

  async #spawn(watched: WatchedRun | undefined): Promise<Child> {
    const {cwd, env, transport, log} = this.#context;
    const {iteration, inheritStdin} = this.#request;
    const prompted = this.#promptDelivery === 'stdin' ? this.#prompt : null;
    // Chunks come from the event loop's poll phase, never before the code after this await has run.
    const child: Child = await spawnChild(
      {
        argv: this.#command.argv,
        cwd,
        env: {...env, ...this.#command.env, [this.#mark]: '1'},
        stdin: inheritStdin ? 'inherit' : prompted,
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
      record: (body: EventBody) => this.record(body),
      stop: (judged: JudgedStop) => this.#judged(child, judged),
    };
    return supervise(supervised, activity);
  }

  #traces({pid}: Child): RunTraces {
    const {env, cwd} = this.#context;
    const {agent} = this.#request;
    const {agentSession} = this.#normalizer.facts();
    return {
      env: {...env, ...this.#command.env},
      agentArgs: agent.agentArgs,
      cwd,
      pid,
      agentSession,
      startedAtMs: this.#startedAtMs,
    };
  }

  #recordStart(child: Child): void {
    const {agent, resume} = this.#request;
    const {executor, adapter, version} = agent.installation;
    this.record({
      type: 'run_started',
      executor,
      adapter,
      agentVersion: version,
      argv: shownArgv(this.#command, this.#context.redactor),
      cwd: this.#context.cwd,
      pid: child.pid,
      transport: child.transport,
      transportReason: child.transportReason,
      model: agent.model,
      permissionMode: agent.permissionMode,
      promptDelivery: this.#promptDelivery,
      promptBytes: this.#prompt.length,
      resumedAgentSession: resume,
      mark: this.#mark,
    });
    if (child.transportWarning) this.note('warning', 'TRANSPORT_FALLBACK', child.transportWarning);
  }

  #chunk(child: Child, stream: StreamName, bytes: Buffer): void {
    this.#meter?.chunk(stream, bytes.length);
    this.#take(stream, this.#redaction?.feed(stream, bytes) ?? {bytes, redacted: []});
    this.#pauseWhileBehind(child);
    // After the views, which somebody waits for.
    this.#tellJudge();
  }

  /** Output without secrets is read and recorded; the events first, which somebody waits to see. */
  #take(stream: StreamName, {bytes, redacted}: Cleared): void {
    const {log} = this.#context;
    const {iteration, role} = this.#request;
    this.#discarding ||=
      log.failure() !== null || (this.#stopping && log.backlogBytes() > BACKLOG_HIGH_BYTES);
    log.atOnce(() => {
      for (const body of redacted) this.record(body);
      for (const event of this.#output.feed(stream, bytes)) this.#recordAgent(event);
    });
    if (this.#discarding) this.#discard(stream, bytes.length);
    else log.appendRaw(iteration, role, stream, bytes);
    this.#keepPieces();
  }

  /** Both streams are over: what was held back. */
  #endOutput(): void {
    this.#meter?.ended();
    for (const stream of ['stdout', 'stderr'] as const)
      if (this.#redaction) this.#take(stream, this.#redaction.endOf(stream));
    for (const event of this.#output.end()) this.#recordAgent(event);
    for (const told of this.#redaction?.endOfEvents() ?? []) this.#appendAgent(told);
    this.#keepPieces();
  }

  /** The events, and what they do not tell. */
  #tellJudge(): void {
    for (const body of this.#untold.splice(0)) this.#judge.event(body);
    const steps = this.#normalizer.silentSteps();
    if (steps > this.#silentSteps) this.#judge.see('output', 'a piece of an answer');
    this.#silentSteps = steps;
    if (this.#hasTerminalEvent && this.#normalizer.facts().terminal) this.#judge.ended();
  }

  /** Once a byte is missing from the raw files all later ones are left out too, so that offsets stay true. */
  #discard(stream: StreamName, length: number): void {
    const {log} = this.#context;
    const {iteration, role} = this.#request;
    const span = this.#discarded[stream] ?? {stream, offset: log.rawSize(iteration, role, stream), length: 0};
    span.length += length;
    this.#discarded[stream] = span;
  }

  #noteDiscarded(): void {
    for (const span of Object.values(this.#discarded)) {
      if (!span) continue;
      const text = `${span.length} bytes of ${span.stream} from offset ${span.offset} on could not be recorded.`;
      this.note('warning', 'OUTPUT_DISCARDED', text, span);
    }
  }

  #pauseWhileBehind(child: Child): void {
    const {log} = this.#context;
    if (this.#waitsForLog || log.backlogBytes() <= BACKLOG_HIGH_BYTES) return;
    this.#waitsForLog = true;
    this.#meter?.paused();
    child.pause();
    log.whenBacklogBelow(BACKLOG_LOW_BYTES, () => {
      this.#waitsForLog = false;
      this.#meter?.resumed();
      child.resume();
    });
  }

  #canceled(child: Child, reason: StopReason): void {
    if (!this.#stopping)
      this.record({
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
    this.record(event);
    const reason = outcome && {outcome, reason: event.reason};
    this.#stop(child, reason, event.reason);
  }

  /** `reason` null: stopped for a cause that the outcome does not depend on. The first reason wins. */
  #stop(child: Child, reason: StopReason | null, why: string): void {
    this.#stopReason ??= reason;
    if (this.#stopping) return;
    this.#stopping = true;
    const {clock, kill} = this.#context;
    void stopChild(child, {
      clock,
      killNow: kill,
      family: this.#family,
      onSignal: (signal) => this.record({type: 'signal_sent', signal, pid: child.pid, reason: why}),
    });
  }

  /** What the agent left running is ended; of a completed run, only where the user does not want it kept. */
  async #sweep({outcome}: RunFinished): Promise<void> {
    const {clock, kill, keepProcesses = false} = this.#context;
    if (!this.#family) return;
    const keep = keepProcesses && outcome === 'completed';
    const {failed, ...swept} = await sweep(this.#family, {clock, killNow: kill, keep});
    if (Object.values(swept).some((processes) => processes.length > 0))
      this.record({type: 'processes_swept', ...swept});
    if (failed !== null)
      this.note('warning', 'SWEEP_FAILED', `What the agent left running could not be looked for: ${failed}.`);
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
    if (exitCode === 0 || exitCode === null || this.#stopReason || this.#output.sawStdoutJson) return null;
    const {stderrTail} = this.#output;
    const candidates = this.#request.agent.executor.optionalFlags.filter(
      (flag) => !this.#refusedFlags.has(flag),
    );
    return candidates.find((flag) => stderrTail.includes(flag)) ?? null;
  }

  #recordAgent(event: AgentEvent): void {
    if (this.#discarding) return;
    for (const told of this.#redaction?.events(event) ?? [event]) this.#appendAgent(told);
    this.#untold.push(event.body);
  }

  /** Masks what stands in the raw file already, as soon as it does. */
  #keepPieces(): void {
    const pieces = this.#redaction?.takePieces() ?? [];
    if (pieces.length === 0) return;
    this.#pieces.push(...pieces);
    void this.#context.log.flush().then(() => this.maskPieces());
  }

  /** Call it when the log is flushed. */
  maskPieces(): void {
    const {log} = this.#context;
    const {iteration, role} = this.#request;
    for (const stream of ['stdout', 'stderr'] as const) {
      const pieces = this.#pieces.filter(({raw}) => raw.stream === stream);
      if (pieces.length === 0) continue;
      try {
        for (const body of maskPieces(log.rawPath(iteration, role, stream), pieces)) this.record(body);
      } catch (error) {
        const text = `Pieces of a secret are left in ${role}.${stream}: ${messageOf(error)}`;
        this.note('warning', 'REDACT_FAILED', text);
      }
    }
    this.#pieces = [];
  }

  #appendAgent({body, raw}: Told): void {
    const {iteration, role} = this.#request;
    this.#meter?.queued();
    this.#context.log.append({body, iteration, role, source: 'agent', ...(raw && {raw})});
  }

  /** Records a fact of our own. */
  record(body: EventBody, raw?: RawSpan): void {
    const {iteration, role} = this.#request;
    const isFromFile = body.type === 'agent_ask' || (body.type === 'evidence' && body.kind === 'files');
    const source = isFromFile ? 'file' : 'runner';
    this.#context.log.append({body, iteration, role, source, ...(raw && {raw})});
  }

  note(level: Note['level'], code: string, text: string, raw?: RawSpan): void {
    this.record({type: 'note', level, code, text}, raw);
  }
}

/** Makes a folder in one that must be there: a session that was removed is not begun anew. */
function makeFolder(path: string): void {
  statSync(dirname(path));
  mkdirSync(path, {recursive: true, mode: 0o700});
}

/** `argv` for people: a prompt in it is shortened, once no secret can be cut in two. */
function shownArgv({argv, promptIndex}: AgentCommand, redactor?: Redactor | null): string[] {
  return argv.map((given, index) => {
    const argument = redactor ? redactor.text(given) : given;
    if (index !== promptIndex || argument.length <= 200) return argument;
    return `${argument.slice(0, 200)}… (${Buffer.byteLength(argument)} bytes)`;
  });
}
