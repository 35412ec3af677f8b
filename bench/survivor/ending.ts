/** The ways in which a run ends. */
import type {OneshotEvent} from '../../src/event.ts';
import {type MarkedOneshot, pause, untilInRun} from '../marked-oneshot.ts';

export const ENDINGS = ['normal', 'SIGINT', 'SIGTERM', 'SIGHUP', 'second SIGINT', 'clock'] as const;
export type Ending = (typeof ENDINGS)[number];

/** The same signal sooner than this is no second one for oneshot, ms. */
const SECOND_AFTER_MS = 100;

/** Does what ends the run, where it does not end by itself. */
export async function bringAbout(ending: Ending, run: MarkedOneshot): Promise<void> {
  switch (ending) {
    case 'normal':
    case 'clock':
      return;
    case 'SIGINT':
    case 'SIGTERM':
    case 'SIGHUP':
      run.child.kill(ending);
      return;
    case 'second SIGINT':
      run.child.kill('SIGINT');
      await untilInRun(run, 'the first signal was handed on', () => has(run.events(), 'signal_sent'));
      await pause(SECOND_AFTER_MS);
      run.child.kill('SIGINT');
  }
}

/** @throws unless the log tells of this ending */
export function mustHaveEnded(ending: Ending, run: MarkedOneshot): void {
  const events = run.events();
  const finished = events.find((event) => event.type === 'run_finished');
  const cause = events.find((event) => event.type === 'stop_requested')?.cause ?? null;
  const wanted = ending === 'normal' ? null : ending === 'clock' ? 'clock' : 'cancel';
  if (finished && cause === wanted && (ending !== 'normal' || finished.outcome === 'completed')) return;
  const {outcome = 'no end', reason = ''} = finished ?? {};
  throw new Error(`${ending}: stopped by ${cause}, ${outcome} ${reason}\n${run.complaint()}`);
}

function has(events: readonly OneshotEvent[], type: OneshotEvent['type']): boolean {
  return events.some((event) => event.type === type);
}
