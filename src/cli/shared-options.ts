/** Options that several commands have. */
import {type Command, Option} from 'commander';
import {type ActivityOptions, DEFAULT_ACTIVITY, NO_ACTIVITY} from '../activity/options.ts';
import * as value from './option-values.ts';
import {read} from './read-option.ts';

/** What holds where no option says otherwise. A program that is no agent has no state files. */
export const ACTIVITY_OF_TASK: ActivityOptions = DEFAULT_ACTIVITY;
export const ACTIVITY_OF_EXEC: ActivityOptions = {...NO_ACTIVITY, monitor: ['output', 'processes']};

export function addActivityOptions(command: Command, {limits, monitor}: ActivityOptions): void {
  const clock = (flags: string, description: string, ms: number | null) => {
    const normally = ms === null ? 'off' : `${ms / 1000}s`;
    command.addOption(read(flags, `${description}; default: ${normally}`, value.durationOrOff));
  };
  clock('--initial-timeout <time>', 'until the first progress, or off', limits.initialMs);
  clock('--idle-timeout <time>', 'without a sign of life, or off', limits.idleMs);
  clock('--tool-timeout <time>', 'the same while a tool runs, or off', limits.toolMs);
  clock('--max-timeout <time>', 'for the whole run, or off', limits.maxMs);
  command
    .addOption(
      read(
        '--activity-interval <time>',
        `a look at the clocks this often; default: ${limits.intervalMs / 1000}s`,
        value.durationMs,
      ),
    )
    .addOption(read('--monitor <kinds>', `signs of life; default: ${monitor.join(',')}`, value.evidenceKinds))
    .option('--keep-processes', 'spare what a completed run left running')
    .addOption(new Option('--no-keep-processes').hideHelp());
}

export function addPlaceOptions(command: Command): void {
  command.option('--cwd <dir>', 'working directory of the agent');
  addEnvironmentOptions(command);
}

export function addEnvironmentOptions(command: Command): void {
  command
    .addOption(
      new Option('--env <name=value>', 'variable for the agent (repeatable)').argParser(
        (given: string, before: Record<string, string> | undefined) => {
          const [name, content] = value.variable('--env', given);
          return {...before, [name]: content};
        },
      ),
    )
    .addOption(
      read('--max-frame <bytes>', 'largest JSON frame held in memory; default: 64MiB', value.frameBytes),
    )
    .addOption(
      new Option('--redact-env <name>', 'variable that holds a secret too (repeatable)').argParser(
        (given: string, before: string[] | undefined) => [
          ...(before ?? []),
          ...value.variableNames('--redact-env', given),
        ],
      ),
    )
    // Against a file that says redact: false. With it, nothing given means nothing said.
    .addOption(new Option('--redact').hideHelp())
    .option('--no-redact', 'record and show secrets as they are');
}

export function addWorktreeOptions(command: Command): void {
  command
    .option('--worktree', 'work in a git worktree made for the session')
    .addOption(new Option('--no-worktree').hideHelp());
  addWorktreeLockOption(command);
}

export function addWorktreeLockOption(command: Command): void {
  command
    .addOption(new Option('--worktree-lock').hideHelp())
    .option('--no-worktree-lock', 'work where another session does');
}

export function addConfigOptions(command: Command): void {
  command
    .option('--config <file>', 'settings in place of ~/.oneshot.json and the project file')
    .option('--no-config', 'no settings from files');
}

export function addTransportOptions(command: Command): void {
  command
    .addOption(read('--transport <name>', 'auto, pty, pipe, buffered', value.transportChoice))
    .option('--no-streaming', 'decode after the end: the same as --transport buffered');
}

export function addOutputOptions(command: Command): void {
  command.option('--json', 'stdout is the event log, one JSON object a line');
  addVerbosityOptions(command, 'stderr:');
}

export function addVerbosityOptions(command: Command, where: string): void {
  command
    .addOption(new Option('--quiet', `${where} errors and warnings only`).conflicts(['verbose', 'debug']))
    .option('--verbose', `${where} thoughts and notes too`)
    .option('--debug', `${where} every event, command lines, stacks`);
}

export function addReadableLogOption(command: Command): void {
  command.addOption(read('--session-log <file>', 'append a readable log to a file', value.plainValue));
}
