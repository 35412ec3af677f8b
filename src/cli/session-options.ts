/** The commands that look at recorded sessions, end them and remove them: their options, and what was asked for. */
import {type Command, Option} from 'commander';
import {OneshotError} from '../error.ts';
import {SESSION_STATUSES, type SessionStatus} from '../session/status.ts';
import {durationMs, positiveInteger, shown, wholeNumber} from './option-values.ts';
import {read} from './read-option.ts';
import {nearest} from './suggest.ts';

export interface ListCommandOptions {
  json: boolean;
  limit: number;
  /** null: all. */
  status: SessionStatus | null;
}

export interface ShowOptions {
  /** A session id, the beginning or the end of one, or `last`. */
  session: string;
  /** Its events instead of a summary. */
  events: boolean;
  /** How the output of its runs came through. */
  metrics: boolean;
  json: boolean;
}

export interface StopOptions {
  session: string;
  /** As with a second Ctrl-C. */
  kill: boolean;
  /** How long to wait for its end. */
  waitMs: number;
}

export interface RemoveOptions {
  sessions: readonly string[];
  /** Do not ask. */
  yes: boolean;
}

export interface PruneOptions {
  /** Only those whose last event is older; null: of any age. */
  olderThanMs: number | null;
  /** The newest that stay. */
  keep: number;
  yes: boolean;
}

export type SessionInvocation =
  | {command: 'list'; options: ListCommandOptions}
  | {command: 'show'; options: ShowOptions}
  | {command: 'path'; options: {session: string}}
  | {command: 'stop'; options: StopOptions}
  | {command: 'rm'; options: RemoveOptions}
  | {command: 'prune'; options: PruneOptions};

export const SESSION_COMMANDS: readonly string[] = ['list', 'show', 'path', 'stop', 'rm', 'prune'];

const DEFAULT_LIMIT = 30;

/** Two stops of 3 s each, the sweep, and a disk that is slow to take the end of the log. */
const DEFAULT_WAIT_MS = 20_000;

const SESSION = 'a session, its id shortened at will while it is clear; default: last';

/** `found` is called with what was asked for. */
export function addSessionCommands(program: Command, found: (invocation: SessionInvocation) => void): void {
  program
    .command('list')
    .description('recorded sessions, newest first')
    .addOption(read('--limit <n>', 'so many', positiveInteger).default(DEFAULT_LIMIT))
    .addOption(read('--status <status>', `only ${SESSION_STATUSES.join(', ')}`, sessionStatus))
    .option('--json', 'print JSON')
    .action(({limit, status, json}: {limit: number; status?: SessionStatus; json?: true}) =>
      found({command: 'list', options: {limit, status: status ?? null, json: json === true}}),
    );
  program
    .command('show')
    .description('a session: its task, its runs, their verdicts, what it cost')
    .argument('[id]', SESSION)
    .option('--events', 'its events')
    .addOption(
      new Option('--metrics', 'how the output of its runs came through, where it was measured').conflicts(
        'events',
      ),
    )
    .option('--json', 'print JSON; with --events the log itself')
    .action((session: string | undefined, flags: {events?: true; metrics?: true; json?: true}) => {
      const {events, metrics, json} = flags;
      const asked = {events: events === true, metrics: metrics === true, json: json === true};
      found({command: 'show', options: {session: session ?? 'last', ...asked}});
    });
  program
    .command('path')
    .description('the folder of a session')
    .argument('[id]', SESSION)
    .action((session?: string) => found({command: 'path', options: {session: session ?? 'last'}}));
  program
    .command('stop')
    .description('end a session that runs elsewhere, as Ctrl-C does')
    .argument('<id>', 'a session, its id shortened at will while it is clear, or last')
    .option('--kill', 'as a second Ctrl-C does: the agent gets no time')
    .addOption(read('--wait <time>', 'for its end', durationMs).default(DEFAULT_WAIT_MS, '20s'))
    .action((session: string, {kill, wait}: {kill?: true; wait: number}) =>
      found({command: 'stop', options: {session, kill: kill === true, waitMs: wait}}),
    );
  program
    .command('rm')
    .description('remove sessions')
    .argument('<id...>', 'sessions, their ids shortened at will while they are clear')
    .option('--yes', 'do not ask')
    .action((sessions: string[], {yes}: {yes?: true}) =>
      found({command: 'rm', options: {sessions, yes: yes === true}}),
    );
  program
    .command('prune')
    .description('remove old sessions; none that runs')
    .addOption(read('--older-than <age>', 'since their last event: 30d, 12h, 2w', ageMs))
    .addOption(read('--keep <n>', 'leave the newest', wholeNumber))
    .option('--yes', 'do not ask')
    .action((flags: {olderThan?: number; keep?: number; yes?: true}) =>
      found({command: 'prune', options: pruneOf(flags)}),
    );
}

function pruneOf({olderThan, keep, yes}: {olderThan?: number; keep?: number; yes?: true}): PruneOptions {
  if (olderThan === undefined && keep === undefined) {
    throw new OneshotError(
      'USAGE',
      'prune was not told what to remove',
      'Say how old, or how many stay: oneshot prune --older-than 30d, oneshot prune --keep 100.',
    );
  }
  return {olderThanMs: olderThan ?? null, keep: keep ?? 0, yes: yes === true};
}

function sessionStatus(option: string, value: string): SessionStatus {
  const status = SESSION_STATUSES.find((one) => one === value);
  if (status) return status;
  throw invalid(
    option,
    value,
    `Did you mean ${nearest(value, SESSION_STATUSES)}? There are ${SESSION_STATUSES.join(', ')}.`,
  );
}

const AGE_UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `30d`, `12h`, `2w`, `90m`: in ms. */
function ageMs(option: string, value: string): number {
  const [, digits, unit = ''] = /^(\d{1,6}(?:\.\d{1,6})?) ?([mhdw])$/.exec(value) ?? [];
  if (digits !== undefined) return Math.round(Number(digits) * AGE_UNITS_MS[unit]!);
  throw invalid(option, value, 'It takes an age such as 30d, 12h, 2w or 90m.');
}

function invalid(option: string, value: string, nextStep: string): OneshotError {
  return new OneshotError('INVALID_OPTION', `${option} cannot be ${shown(value)}`, nextStep);
}
