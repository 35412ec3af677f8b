/** `oneshot replay`: a recorded session again on stdout, in the rhythm in which it went, faster, or at once. */
import {findSession} from '../session/find.ts';
import {followLog} from '../session/follow.ts';
import {stateDir} from '../session/state-dir.ts';
import {Rhythm} from '../view/rhythm.ts';
import {EXIT, exitCodeOfSignal} from './exit-code.ts';
import type {ReplayOptions} from './invocation.ts';
import type {Io} from './io.ts';
import {openPlayer} from './player.ts';
import {catchSignals} from './signals.ts';

export async function replayCommand({session, speed, ...output}: ReplayOptions, io: Io): Promise<number> {
  const {clock} = io;
  const {dir} = await findSession(stateDir(io.env), session);
  const signals = catchSignals(io.signals, clock);
  const signal = signals.stop;
  const rhythm = speed === null ? null : new Rhythm({clock, speed, signal});
  const player = await openPlayer(io, {...output, signal, times: rhythm?.times ?? null});
  // What is there now: nobody is waited for who may still write.
  const isOwnerAlive = async () => false;
  try {
    for await (const logged of followLog(dir, {clock, signal, isOwnerAlive})) {
      await rhythm?.wait(logged.event);
      if (signal.aborted || !(await player.show(logged))) break;
    }
  } finally {
    await player.finish();
    signals.release();
  }
  const received = signals.received();
  return received === null ? EXIT.ok : exitCodeOfSignal(received);
}
