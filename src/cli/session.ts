/** What every recorded command shares: an open log, the views on it, the signals, and an end in which nothing is lost. */
import {OneshotError} from '../error.ts';
import type {Environment} from '../executor/executor.ts';
import type {RunContext} from '../run.ts';
import type {SessionLog} from '../session/log.ts';
import {openSessionLog} from '../session/open.ts';
import {stateDir} from '../session/state-dir.ts';
import {type Guard, startGuard} from '../transport/guard.ts';
import type {TransportChoice} from '../transport/transport.ts';
import {type FollowEnd, type Follower, follow} from '../view/follow.ts';
import {wantsColor} from '../view/style.ts';
import {createTerminalView, type TerminalView} from '../view/terminal.ts';
import type {Verbosity} from '../view/transcript.ts';
import type {OutputOptions, WatchOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {outputFailed} from './output.ts';
import {type CaughtSignals, catchSignals} from './signals.ts';

export interface SessionOptions extends OutputOptions, WatchOptions {
  transport: TransportChoice;
  maxFrameBytes: number;
  /** Absolute. */
  cwd: string;
  /** The agents' whole environment. */
  env: Environment;
  /** False where the program's own output goes to our streams as it is. */
  agentOutput: boolean;
}

export interface Session {
  context: RunContext;
  log: SessionLog;
  signals: CaughtSignals;
  /** Copies a file of the session to one of our streams until the session is over. */
  copy(path: string, to: 'stdout' | 'stderr'): Follower;
}

/**
 * Opens a session, does `work` in it and closes it. Once `work` is done a signal ends oneshot as it would any program, so
 * that a reader who never reads cannot hold it for ever.
 * @throws OneshotError STATE_UNWRITABLE before anything else is done; RECORDING_FAILED; what `work` throws.
 */
export async function inSession<T>(
  io: Io,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const log = await openSessionLog({stateDir: stateDir(io.env), clock: io.clock});
  const guard = startGuard(io.companion('guard'));
  const signals = catchSignals(io.signals, io.clock);
  const terminal = await openTerminal(io, options);
  log.addView(terminal.view);
  const followers: Follower[] = [];
  const session: Session = {
    context: contextOf(io, options, {log, signals, guard}),
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
    await log.flush();
    terminal.finish();
    signals.release();
    guard.close();
    const ends = await Promise.all(followers.map((follower) => follower.finish()));
    await log.close();
    throwIfIncomplete(log, ends);
  }
}

function contextOf(
  io: Io,
  options: SessionOptions,
  {log, signals, guard}: {log: SessionLog; signals: CaughtSignals; guard: Guard},
): RunContext {
  const {cwd, env, transport, maxFrameBytes, activity, keepProcesses} = options;
  const {stop, kill} = signals;
  const {clock} = io;
  return {log, cwd, env, transport, maxFrameBytes, clock, stop, kill, activity, keepProcesses, guard};
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
  const failure = log.failure();
  if (failure) {
    const message = `the session could not be recorded: ${failure.message}`;
    throw new OneshotError('RECORDING_FAILED', message, `Make room for ${log.dir}.`, {cause: failure});
  }
  for (const end of ends) if (end.end === 'failed') throw outputFailed(end.error);
}
