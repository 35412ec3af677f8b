/**
 * `oneshot follow`: a session from its beginning, and on while it runs, also in another terminal. stdout is what the
 * terminal view shows, or the event log under `--json`. Ctrl-C ends the follower alone.
 */
import type {Clock} from '../clock.ts';
import {OneshotError} from '../error.ts';
import type {OneshotEvent} from '../event.ts';
import {findSession} from '../session/find.ts';
import {followLog} from '../session/follow.ts';
import {lockOwner} from '../session/lock.ts';
import {isDamaged, noGaps} from '../session/read.ts';
import {emptyState, fold, isJudged, type SessionState} from '../session/state.ts';
import {stateDir} from '../session/state-dir.ts';
import type {StatusTimes} from '../view/terminal.ts';
import {EXIT, exitCodeOfProgram, exitCodeOfSession, exitCodeOfSignal} from './exit-code.ts';
import type {FollowOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {openPlayer} from './player.ts';
import {processLookup} from './processes.ts';
import {catchSignals} from './signals.ts';

export async function followCommand(options: FollowOptions, io: Io): Promise<number> {
  const {clock} = io;
  const {id, dir} = await findSession(stateDir(io.env), options.session);
  const signals = catchSignals(io.signals, clock);
  const signal = signals.stop;
  const player = await openPlayer(io, {...options, signal, times: timesOf(clock)});
  const lookup = {clock, processes: processLookup()};
  const isOwnerAlive = async () => (await lockOwner(dir, lookup)) !== null;
  const followed: Followed = {state: emptyState(), stoppedBy: null};
  const gaps = noGaps();
  try {
    for await (const logged of followLog(dir, {clock, signal, isOwnerAlive, gaps})) {
      see(followed, logged.event);
      if (!(await player.show(logged))) return EXIT.ok;
    }
  } finally {
    await player.finish();
    signals.release();
  }
  const received = signals.received();
  if (received !== null) return exitCodeOfSignal(received);
  if (isDamaged(gaps)) throw damaged(id);
  return exitCodeOf(followed, id);
}

/** What was recorded counts by when it was, and now is now. */
function timesOf(clock: Clock): StatusTimes {
  return {of: ({at}) => at, now: () => clock.now()};
}

interface Followed {
  state: SessionState;
  /** The signal that ended the session, or null. */
  stoppedBy: NodeJS.Signals | null;
}

function see(followed: Followed, event: OneshotEvent): void {
  fold(followed.state, event);
  if (event.type !== 'stop_requested' || event.cause !== 'cancel') return;
  followed.stoppedBy = (/\bSIG[A-Z]+\b/.exec(event.reason)?.[0] ?? null) as NodeJS.Signals | null;
}

/** That of the session. @throws OneshotError SESSION_ABANDONED */
function exitCodeOf({state, stoppedBy}: Followed, id: string): number {
  const {finished, task} = state;
  const lastRun = state.lastRun?.finished ?? null;
  if (finished === null) throw abandoned(id);
  if (task === null && lastRun !== null) return exitCodeOfProgram(lastRun, {received: stoppedBy});
  return exitCodeOfSession(
    {finished, lastRun},
    {judged: isJudged({audit: state.auditor !== null, rules: state.rules}), signal: stoppedBy},
  );
}

function abandoned(id: string): OneshotError {
  const message = `the session ${id} has no end, and the oneshot that recorded it is gone`;
  return new OneshotError('SESSION_ABANDONED', message, `Go on with it: oneshot resume ${id}.`);
}

function damaged(id: string): OneshotError {
  const message = `the log of the session ${id} is damaged, so that its end is not certain`;
  return new OneshotError('SESSION_DAMAGED', message, 'Look at the work yourself.');
}
