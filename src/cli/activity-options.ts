/** The options about signs of life, put together with their defaults and checked against each other. */
import type {ActivityOptions} from '../activity/options.ts';
import {OneshotError} from '../error.ts';
import type {WatchOptions} from './invocation.ts';
import {durationText} from './option-values.ts';
import type {ActivityFlags} from './program.ts';

/**
 * The second argument is what holds where nothing is given.
 * @throws OneshotError INVALID_OPTION for a clock that could never run out before `--max-timeout` does.
 */
export function watchOf(flags: ActivityFlags, {limits, monitor, onAsk}: ActivityOptions): WatchOptions {
  const maxMs = limitOf(flags.maxTimeout, limits.maxMs);
  for (const [option, ms] of givenClocks(flags)) {
    if (maxMs !== null && ms > maxMs) throw contradiction(option, ms, maxMs, flags.maxTimeout === undefined);
  }
  const limit = (given: GivenTime, normally: number | null) => limitOf(given, atMost(normally, maxMs));
  return {
    activity: {
      limits: {
        initialMs: limit(flags.initialTimeout, limits.initialMs),
        idleMs: limit(flags.idleTimeout, limits.idleMs),
        toolMs: limit(flags.toolTimeout, limits.toolMs),
        maxMs,
        intervalMs: flags.activityInterval ?? limits.intervalMs,
      },
      monitor: flags.monitor ?? monitor,
      onAsk: flags.onAsk ?? onAsk,
    },
    keepProcesses: flags.keepProcesses === true,
  };
}

type GivenTime = number | 'off' | undefined;

function limitOf(given: GivenTime, normally: number | null): number | null {
  if (given === undefined) return normally;
  return given === 'off' ? null : given;
}

/** The clocks that were given and not switched off. */
function givenClocks({initialTimeout, idleTimeout, toolTimeout}: ActivityFlags): [string, number][] {
  const clocks: [string, GivenTime][] = [
    ['--initial-timeout', initialTimeout],
    ['--idle-timeout', idleTimeout],
    ['--tool-timeout', toolTimeout],
  ];
  return clocks.filter((clock): clock is [string, number] => typeof clock[1] === 'number');
}

/** A default gives way to a `--max-timeout` that is shorter. */
function atMost(ms: number | null, maxMs: number | null): number | null {
  return ms === null || maxMs === null ? ms : Math.min(ms, maxMs);
}

function contradiction(option: string, ms: number, maxMs: number, isDefault: boolean): OneshotError {
  const max = `--max-timeout ${durationText(maxMs)}${isDefault ? ', the default' : ''}`;
  return new OneshotError(
    'INVALID_OPTION',
    `${option} ${durationText(ms)} is longer than ${max}`,
    `Raise --max-timeout or lower ${option}.`,
  );
}
