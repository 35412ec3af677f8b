/** What tools leave running: processes that a signal to the agent's group does not reach or that do not obey it. */

export interface Leftover {
  /** Program and arguments of the process that is left. It ends after half an hour; the writer and the restless never do. */
  argv: readonly [string, ...string[]];
  /** How it is started: a shell line in which the process is `"$@"`. */
  start: string;
}

const STUBBORN = 'trap "" INT TERM HUP; sleep 1804 & sleep 1805';
/** Writes 2 MB/s or so, and forks all the time. */
const WRITER = String.raw`while :; do head -c 65536 /dev/zero | tr "\0" x; echo; sleep 0.02; done`;

/** While it goes from one program to the next, it carries no variable that could be seen. */
const RESTLESS = 'exec sh -c "$0" "$0"';

const QUIET = '</dev/null >/dev/null 2>&1';

export const LEFTOVERS = {
  'session of its own': {argv: ['sleep', '1801'], start: `setsid "$@" ${QUIET} &`},
  nohup: {argv: ['sleep', '1802'], start: `nohup "$@" ${QUIET} &`},
  'double fork': {argv: ['sleep', '1803'], start: `(setsid "$@" ${QUIET} &)`},
  stubborn: {argv: ['sh', '-c', STUBBORN, 'stubborn'], start: `setsid "$@" ${QUIET} &`},
  restless: {argv: ['sh', '-c', RESTLESS, RESTLESS], start: `setsid nice "$@" ${QUIET} &`},
  'busy writer': {argv: ['sh', '-c', WRITER, 'writer'], start: 'setsid "$@" </dev/null 2>/dev/null &'},
} as const satisfies Record<string, Leftover>;

export type LeftoverName = keyof typeof LEFTOVERS;

export const LEFTOVER_NAMES = Object.keys(LEFTOVERS) as LeftoverName[];

/** Those that cost nothing to have as a look-alike for minutes. */
export const QUIET_LEFTOVERS: readonly LeftoverName[] = LEFTOVER_NAMES.filter(
  (name) => name !== 'busy writer' && name !== 'restless',
);

/** The shell lines that start these. */
export function startLines(names: readonly LeftoverName[]): string[] {
  return names.flatMap((name) => {
    const {argv, start} = LEFTOVERS[name];
    return [`set -- ${argv.map(quoted).join(' ')}`, start];
  });
}

/** Whether a command line, arguments joined by spaces, is that of this leftover. */
export function isLeftover(name: LeftoverName, command: string): boolean {
  return command.trim() === LEFTOVERS[name].argv.join(' ');
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
