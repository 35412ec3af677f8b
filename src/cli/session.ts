/** What every recorded command shares: an open log, the views on it, the signals, and an end in which nothing is lost. */
import type {Environment} from '../executor/executor.ts';
import type {RunContext} from '../run.ts';
import type {SessionLog} from '../session/log.ts';
import {noteRedaction} from '../session/note-redaction.ts';
import {openSessionLog} from '../session/open.ts';
import {redactedLog} from '../session/redact-log.ts';
import {requireRecorded} from '../session/require-recorded.ts';
import {stateDir} from '../session/state-dir.ts';
import {type Guard, startGuard} from '../transport/guard.ts';
import type {TransportChoice} from '../transport/transport.ts';
import {type FollowEnd, type Follower, follow} from '../view/follow.ts';
import {wantsColor} from '../view/style.ts';
import {createTerminalView, type TerminalView} from '../view/terminal.ts';
import type {Verbosity} from '../view/transcript.ts';
import type {LeftWorktree} from '../worktree/left.ts';
import type {OutputOptions, RedactionOptions, WatchOptions} from './invocation.ts';
import type {Io} from './io.ts';
import type {MetricsOptions} from './metrics-options.ts';
import {outputFailed} from './output.ts';
import {processLookup} from './processes.ts';
import {openReadableLog} from './readable-log.ts';
import {redactorOf} from './redaction.ts';
import {type CaughtSignals, catchSignals} from './signals.ts';
import {recordSizes, terminalSize} from './terminal-size.ts';

/** What a session is given that is not alone in its process. */
export interface SessionHost {
  guard: Guard;
  signals: CaughtSignals;
  /** `redact`: for what is shown beside the session's events. */
  openTerminal(redact: (text: string) => string): Promise<TerminalView>;
  /** Told in place of the user. */
  worktreeLeft(left: LeftWorktree): void;
  /** A line for the user. */
  say(line: string): void;
  /** The same of something that went wrong, also when the user wants quiet. */
  warn(line: string): void;
}

export interface SessionOptions
  extends OutputOptions,
    WatchOptions,
    Partial<RedactionOptions>,
    Partial<MetricsOptions> {
  transport: TransportChoice;
  maxFrameBytes: number;
  /** Absolute. */
  cwd: string;
  /** The agents' whole environment. */
  env: Environment;
  /** False where the program's own output goes to our streams as it is. */
  agentOutput: boolean;
  /** Absolute path of a file to which a readable log is appended; null or absent for none. */
  sessionLog?: string | null;
  /** Who speaks to the user, and outlives the session. @default the session itself does, with a host of its own */
  shared?: SessionHost;
}

export interface Session {
  context: RunContext;
  log: SessionLog;
  signals: CaughtSignals;
  /** Copies a file of the session to one of our streams until the session is over. */
  copy(path: string, to: 'stdout' | 'stderr'): Follower;
}

/**
 * Opens a session, does `work` in it and closes it. Without a host, once `work` is done a signal ends oneshot as it would any program, so
 * that a reader who never reads cannot hold it for ever.
 * @throws OneshotError INVALID_OPTION, OTEL_UNAVAILABLE, STATE_UNWRITABLE before anything else is done; RECORDING_FAILED; what `work` throws.
 */
export async function inSession<T>(
  io: Io,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
  open: () => Promise<SessionLog> = () => openNew(io),
): Promise<T> {
  const {shared} = options;
  const {warn} = shared ?? toStderr(io);
  const telemetry = options.otel ? await (await import('./telemetry.ts')).openTelemetry({io, warn}) : null;
  const readable = options.sessionLog ? openReadableLog(options.sessionLog, io.stderr) : null;
  const redactor = redactorOf(io, options);
  const opened = await open();
  const log = redactor ? redactedLog(opened, redactor) : opened;
  const own = shared ? null : shareHost(io);
  const {guard, signals} = shared ?? own!;
  const terminal = await (shared?.openTerminal(redactor?.text ?? String) ?? openTerminal(io, options));
  log.addView(terminal.view);
  noteRedaction(log, redactor);
  const endSizes = shared ? null : recordSizes(io.stderr, log);
  if (readable) log.addView(readable.view);
  if (telemetry) log.addView(telemetry.view);
  const followers: Follower[] = [];
  const session: Session = {
    context: contextOf(io, options, {log, signals, guard, redactor}),
    log,
    signals,
    copy(path, to) {
      const follower = follow(path, io[to]);
      followers.push(follower);
      return follower;
    },
  };
  if (options.json) {
    const events = session.copy(log.eventsPath, 'stdout');
    log.onWritten(() => events.poke());
  }
  try {
    return await work(session);
  } finally {
    endSizes?.();
    await log.flush();
    terminal.finish();
    readable?.close();
    own?.leave();
    const ends = await Promise.all(followers.map((follower) => follower.finish()));
    await log.close();
    await telemetry?.finish();
    throwIfIncomplete(log, ends);
  }
}

/** Lines for the user of a session that is alone in its process. */
export function toStderr({stderr}: Pick<Io, 'stderr'>): Pick<SessionHost, 'say' | 'warn'> {
  const say = (line: string) => void stderr.write(`${line}\n`);
  return {say, warn: say};
}

/** What the sessions of a process share; `leave()` it after the last one. */
export function shareHost(io: Io): Pick<SessionHost, 'guard' | 'signals'> & {leave(): void} {
  const guard = startGuard(io.companion('guard'));
  const signals = catchSignals(io.signals, io.clock);
  const leave = () => {
    signals.release();
    guard.close();
  };
  return {guard, signals, leave};
}

/** `id`: @default a new one */
export function openNew(io: Io, id?: string): Promise<SessionLog> {
  const {env, clock} = io;
  return openSessionLog({stateDir: stateDir(env), clock, processes: processLookup(), ...(id && {id})});
}

function contextOf(
  io: Io,
  options: SessionOptions,
  {signals, ...shared}: {signals: CaughtSignals} & Required<Pick<RunContext, 'log' | 'guard' | 'redactor'>>,
): RunContext {
  const {cwd, env, transport, maxFrameBytes, activity, keepProcesses, metrics = false} = options;
  const {stop, kill} = signals;
  const {clock} = io;
  const asked = {cwd, env, transport, maxFrameBytes, activity, keepProcesses, metrics};
  const context = {...shared, ...asked, clock, stop, kill};
  const terminal = terminalSize(io.stderr);
  return terminal ? {...context, terminal} : context;
}

function openTerminal(io: Io, {json, verbosity, agentOutput}: SessionOptions): Promise<TerminalView> {
  const {env, stdout, stderr, clock} = io;
  const isTerminal = stderr.isTTY === true;
  // Where the event lines go to the same terminal, a status line would be drawn over them.
  const isShared = json && stdout.isTTY === true;
  const live = isTerminal && env.TERM !== 'dumb' && verbosity !== 'quiet' && agentOutput && !isShared;
  const color = wantsColor(env, isTerminal);
  const shown: Verbosity = !agentOutput && verbosity === 'normal' ? 'quiet' : verbosity;
  return createTerminalView({out: stderr, color, live, clock, verbosity: shown, agentOutput});
}

function throwIfIncomplete(log: SessionLog, ends: FollowEnd[]): void {
  requireRecorded(log);
  for (const end of ends) if (end.end === 'failed') throw outputFailed(end.error);
}
