/** The options about signs of life, put together with their defaults and checked against each other. */
import type {ActivityOptions} from '../activity/options.ts';
import {OneshotError} from '../error.ts';
import type {ActivityFlags} from './flags.ts';
import type {WatchOptions} from './invocation.ts';
import {durationText} from './option-values.ts';

/**
 * The second argument is what holds where nothing is given, `nameOf` says where a limit was given.
 * @throws OneshotError INVALID_OPTION for a clock that could never run out before `--max-timeout` does.
 */
export function watchOf(
  flags: ActivityFlags,
  {limits, monitor, onAsk}: ActivityOptions,
  nameOf: (key: LimitKey) => string = (key) => LIMIT_FLAGS[key],
): WatchOptions {
  const maxMs = limitOf(flags.maxTimeout, limits.maxMs);
  for (const [key, ms] of givenClocks(flags)) {
    if (maxMs === null || ms <= maxMs) continue;
    const isDefault = flags.maxTimeout === undefined;
    throw contradiction(nameOf(key), ms, {
      name: isDefault ? '--max-timeout' : nameOf('maxTimeout'),
      maxMs,
      isDefault,
    });
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

export type LimitKey = 'initialTimeout' | 'idleTimeout' | 'toolTimeout' | 'maxTimeout';

const LIMIT_FLAGS: Readonly<Record<LimitKey, string>> = {
  initialTimeout: '--initial-timeout',
  idleTimeout: '--idle-timeout',
  toolTimeout: '--tool-timeout',
  maxTimeout: '--max-timeout',
};

type GivenTime = number | 'off' | undefined;

function limitOf(given: GivenTime, normally: number | null): number | null {
  if (given === undefined) return normally;
  return given === 'off' ? null : given;
}

/** The clocks that were given and not switched off. */
function givenClocks({initialTimeout, idleTimeout, toolTimeout}: ActivityFlags): [LimitKey, number][] {
  const clocks: [LimitKey, GivenTime][] = [
    ['initialTimeout', initialTimeout],
    ['idleTimeout', idleTimeout],
    ['toolTimeout', toolTimeout],
  ];
  return clocks.filter((clock): clock is [LimitKey, number] => typeof clock[1] === 'number');
}

/** A default gives way to a `--max-timeout` that is shorter. */
function atMost(ms: number | null, maxMs: number | null): number | null {
  return ms === null || maxMs === null ? ms : Math.min(ms, maxMs);
}

function contradiction(
  clock: string,
  ms: number,
  {name, maxMs, isDefault}: {name: string; maxMs: number; isDefault: boolean},
): OneshotError {
  const max = `${name} ${durationText(maxMs)}${isDefault ? ', the default' : ''}`;
  return new OneshotError(
    'INVALID_OPTION',
    `${clock} ${durationText(ms)} is longer than ${max}`,
    `Raise ${name} or lower ${clock}.`,
  );
}
