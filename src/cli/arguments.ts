/** argv → invocation. Wrong input is a OneshotError with exit code 2, thrown before anything happens. */
import {resolve} from 'node:path';
import {type Command, CommanderError} from 'commander';
import {OneshotError} from '../error.ts';
import type {Environment} from '../executor/executor.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../frame/frame.ts';
import type {PromptHeaders} from '../loop/options.ts';
import {DEFAULT_MAX_ITERATIONS} from '../loop/options.ts';
import {watchOf} from './activity-options.ts';
import type {BatchLine} from './batch-file.ts';
import {batchOptionsOf} from './batch-options.ts';
import type {Layer} from './config/merge.ts';
import {DEMO_KEYS, EXEC_KEYS, RESUME_KEYS, SETTING_KEYS, type SettingKey} from './config/settings.ts';
import {configOptionsOf, showOptionsOf, trustOptionsOf} from './config-arguments.ts';
import {type ConfigReader, givenVerbosity, readOnce, withConfig} from './configured.ts';
import {rolesOf} from './direct-options.ts';
import type {
  Actions,
  NormalizeFlags,
  OutputFlags,
  PlaceFlags,
  PromptHeaderFlags,
  ReadableLogFlags,
  RunFlags,
  WorktreeFlags,
} from './flags.ts';
import type {
  Invocation,
  OutputOptions,
  PromptSource,
  ReadableLogOptions,
  RedactionOptions,
  RunOptions,
  WorktreeOptions,
} from './invocation.ts';
import {metricsOptionsOf} from './metrics-options.ts';
import {notifyOf} from './notify-options.ts';
import {shown} from './option-values.ts';
import {buildProgram, COMMANDS} from './program.ts';
import {replacementOf} from './replaced-flags.ts';
import {rulesOptionsOf} from './rules-options.ts';
import {ACTIVITY_OF_EXEC, ACTIVITY_OF_TASK} from './shared-options.ts';
import {nearest} from './suggest.ts';
import {templatePathsOf} from './template-options.ts';
import {verdictOptionsOf} from './verdict-options.ts';

/** What argv is read against. */
export interface Surroundings {
  env: Environment;
  /** Absolute. */
  cwd: string;
  version: string;
  /** @default no configuration files are read */
  readConfig?: ConfigReader;
}

/** What was asked for, and where sessions are kept when `--logs-dir` says so: an absolute path. */
export type Parsed = Invocation & {logsDir?: string};

/**
 * @throws OneshotError USAGE, UNKNOWN_COMMAND, UNKNOWN_EXECUTOR, INVALID_OPTION, EMPTY_PROMPT, CONFIG_INVALID,
 * CONFIG_UNTRUSTED, UNREADABLE_FILE
 */
export function parseArguments(argv: readonly string[], surroundings: Surroundings): Parsed {
  const [first] = argv;
  if (first === undefined) throw noTask();
  const explicit = COMMANDS.includes(first) || ROOT_OPTIONS.includes(first);
  let invocation: Invocation | null = null;
  let logsDir: string | undefined;
  let printed = '';
  const actions = readingActions(surroundings, !explicit, (found) => {
    invocation = found;
  });
  const program = buildProgram(surroundings.version, actions, (text) => {
    printed += text;
  });
  program.hook('preAction', (_program, command) => {
    logsDir = command.opts<{logsDir?: string}>().logsDir;
  });
  try {
    program.parse(explicit ? argv : ['run', ...argv], {from: 'user'});
  } catch (error) {
    if (printed === '') throw usageError(error, explicit ? program : null, first);
  }
  const parsed: Invocation = invocation ?? {command: 'print', text: printed};
  return logsDir === undefined ? parsed : {...parsed, logsDir: resolve(surroundings.cwd, logsDir)};
}

const ROOT_OPTIONS: readonly string[] = ['-h', '--help', '-V', '--version'];

function readingActions(
  surroundings: Surroundings,
  bare: boolean,
  found: (invocation: Invocation) => void,
): Actions {
  const {env, cwd} = surroundings;
  return {
    run(operands, given) {
      if (given.showConfig) return found({command: 'config', options: showOptionsOf(given, surroundings)});
      const prompt = bare ? barePrompt(operands, given, cwd) : runPrompt(operands, given, cwd);
      found({command: 'run', options: taskOf(given, surroundings, prompt)});
    },
    resume(operands, given) {
      const {flags, nameOf, notes} = withConfig(given, surroundings, RESUME_KEYS);
      const {env: variables, maxFrameBytes} = placeOf(flags, cwd);
      const options = {
        ...resumedOf(operands),
        ...redactionOf(flags),
        ...outputOf(flags),
        ...readableLogOf(flags, cwd),
        ...metricsOptionsOf(flags),
        ...watchOf(flags, ACTIVITY_OF_TASK, nameOf),
        notify: notifyOf(flags),
        maxIterations: flags.maxIterations ?? null,
        workerModel: flags.workerModel ?? null,
        auditorModel: flags.auditorModel ?? null,
        permissionMode: flags.permissionMode ?? null,
        takeover: flags.takeover === true,
        worktreeLock: worktreeOf(flags).worktreeLock,
        transport: flags.transport ?? ('auto' as const),
        env: variables,
        maxFrameBytes,
        promptHeaders: promptHeadersOf(flags),
        rules: rulesOptionsOf(flags, cwd),
        templates: templatePathsOf(flags, cwd),
        notes,
      };
      found({command: 'resume', options});
    },
    batch(file, given) {
      const {flags} = withConfig(given, surroundings, ['verbosity']);
      const once = {...surroundings, readConfig: readOnce(surroundings.readConfig)};
      const options = {
        ...batchOptionsOf(given),
        ...outputOf(flags),
        path: file === '-' ? null : resolve(cwd, file),
        cwd: resolve(cwd, given.cwd ?? '.'),
        taskOf: (line: BatchLine) => taskOfLine(line, given, once),
      };
      found({command: 'batch', options});
    },
    exec(argv, given) {
      const {flags} = withConfig(given, surroundings, EXEC_KEYS);
      const place = placeOf(flags, cwd);
      const transport = flags.transport ?? 'auto';
      found({
        command: 'exec',
        options: {
          ...place,
          ...redactionOf(flags),
          ...outputOf(flags),
          ...readableLogOf(flags, cwd),
          ...metricsOptionsOf(flags),
          ...watchOf(flags, ACTIVITY_OF_EXEC),
          argv,
          transport,
          stdin: flags.stdin === true,
        },
      });
    },
    explain(session, flags) {
      found({command: 'explain', options: {session: session ?? 'last', json: flags.json === true}});
    },
    normalize(file, flags) {
      found({command: 'normalize', options: normalizeOf(file, flags, cwd)});
    },
    verdict(file) {
      found({command: 'verdict', options: verdictOptionsOf(file, cwd)});
    },
    follow(session, flags) {
      found({command: 'follow', options: {...outputOf(flags), session: session ?? 'last'}});
    },
    replay(session, flags) {
      const speed = flags.instant ? null : (flags.speed ?? 1);
      found({command: 'replay', options: {...outputOf(flags), session: session ?? 'last', speed}});
    },
    export(session, {format, output}) {
      const path = output === undefined || output === '-' ? null : resolve(cwd, output);
      found({command: 'export', options: {session: session ?? 'last', format, path}});
    },
    config(action, file, flags) {
      found({command: 'config', options: configOptionsOf(action ?? 'show', file, flags, surroundings)});
    },
    trust(file, flags) {
      found({command: 'trust', options: trustOptionsOf(file, flags, cwd)});
    },
    session: found,
    doctor(flags) {
      found({command: 'doctor', options: {json: flags.json === true}});
    },
    demo(given) {
      const {flags} = withConfig(given, {env, cwd}, DEMO_KEYS);
      const options = {
        ...outputOf(flags),
        ...redactionOf(flags),
        ...metricsOptionsOf(flags),
        ...watchOf({}, ACTIVITY_OF_TASK),
        notify: notifyOf(flags),
        transport: flags.transport ?? ('auto' as const),
      };
      found({command: 'demo', options});
    },
  };
}

/** What a task is run with. `above`: settings that win over the flags. */
function taskOf(
  given: RunFlags,
  surroundings: Surroundings,
  prompt: PromptSource,
  above: readonly Layer[] = [],
): RunOptions {
  const {cwd} = surroundings;
  const {flags, nameOf, notes} = withConfig(given, surroundings, SETTING_KEYS, above);
  const options = {
    ...placeOf(flags, cwd),
    ...redactionOf(flags),
    ...outputOf(flags),
    ...readableLogOf(flags, cwd),
    ...metricsOptionsOf(flags),
    ...watchOf(flags, ACTIVITY_OF_TASK, nameOf),
    notify: notifyOf(flags),
    ...worktreeOf(flags),
    prompt,
    ...rolesOf(Object.assign({}, given, ...above.map(({settings}) => settings)), flags),
    fallbackExecutor: flags.fallbackExecutor ?? null,
    workerModel: flags.workerModel ?? null,
    auditorModel: flags.auditorModel ?? null,
    maxIterations: flags.maxIterations ?? DEFAULT_MAX_ITERATIONS,
    audit: flags.audit ?? true,
    permissionMode: flags.permissionMode ?? ('agent' as const),
    transport: flags.transport ?? ('auto' as const),
    agentArgs: flags.agentArg ?? [],
    promptHeaders: promptHeadersOf(flags),
    rules: rulesOptionsOf(flags, cwd),
    templates: templatePathsOf(flags, cwd),
    notes,
  };
  requireProgramFor(options);
  return options;
}

/** What a line says wins over the flags of the batch. */
function taskOfLine(line: BatchLine, given: RunFlags, surroundings: Surroundings): RunOptions {
  const cwd = resolve(surroundings.cwd, given.cwd ?? '.', line.cwd ?? '.');
  const layer = {origin: (key: SettingKey) => `${key} of line ${line.line}`, settings: line.settings};
  const options = taskOf({...given, cwd}, surroundings, {from: 'argument', text: line.task}, [layer]);
  return {...options, notes: [...options.notes, ...line.notes]};
}

function promptHeadersOf(flags: PromptHeaderFlags): PromptHeaders {
  return {
    worker: flags.workerPromptHeader ?? null,
    auditor: flags.auditorPromptHeader ?? null,
    reworker: flags.reworkerPromptHeader ?? null,
  };
}

/** A bare task is one argument with white space in it, so that a mistyped command never becomes a task. */
function barePrompt(operands: string[], flags: RunFlags, cwd: string): PromptSource {
  const [word] = operands;
  if (word !== undefined && COMMANDS.includes(word)) {
    throw usage(`options stand before the command ${word}`, `Put them after it: oneshot ${word} …`);
  }
  if (operands.length === 1 && word !== '-' && /^\S+$/.test(word!)) {
    throw new OneshotError(
      'UNKNOWN_COMMAND',
      `there is no command ${shown(word!)}`,
      `Did you mean oneshot ${nearest(word!, COMMANDS)}? A task of one word needs run: oneshot run ${shown(word!)}`,
    );
  }
  return runPrompt(operands, flags, cwd);
}

function runPrompt(operands: string[], {file}: RunFlags, cwd: string): PromptSource {
  const [text] = operands;
  if (operands.length > 1) {
    throw usage(`the task came in ${operands.length} arguments`, 'Quote the task: oneshot "fix the bug".');
  }
  if (file !== undefined && text !== undefined) {
    throw usage('there is a task and a --file', 'Give one of the two.');
  }
  if (file !== undefined) return file === '-' ? {from: 'stdin'} : {from: 'file', path: resolve(cwd, file)};
  if (text === undefined) throw noTask();
  return text === '-' ? {from: 'stdin'} : {from: 'argument', text};
}

/** What has white space in it is no id. */
function resumedOf(operands: string[]): {session: string; instructions: string | null} {
  const [first, second] = operands;
  if (operands.length > 2) {
    throw usage(
      `there are ${operands.length} arguments`,
      'Give a session and quote what you add: oneshot resume last "also add a test".',
    );
  }
  if (second !== undefined) return {session: first!, instructions: second};
  if (first !== undefined && /\s/.test(first)) return {session: 'last', instructions: first};
  return {session: first ?? 'last', instructions: null};
}

function noTask(): OneshotError {
  return new OneshotError(
    'EMPTY_PROMPT',
    'there is no task',
    'Say what to do: oneshot "fix the failing test", or see oneshot --help.',
  );
}

/** The command executor is nothing without a program. */
function requireProgramFor(options: {
  executor: string;
  auditorExecutor: string | null;
  audit: boolean;
  agentArgs: string[];
}): void {
  const {executor, auditorExecutor, audit, agentArgs} = options;
  const needed = executor === 'command' || (audit && auditorExecutor === 'command');
  if (!needed || agentArgs.length > 0) return;
  throw usage(
    'the command executor needs a program',
    'Name it: --executor command --agent-arg PROGRAM --agent-arg ARGUMENT …',
  );
}

function placeOf({cwd, env, maxFrame}: PlaceFlags, base: string) {
  return {
    cwd: resolve(base, cwd ?? '.'),
    env: env ?? {},
    maxFrameBytes: maxFrame ?? DEFAULT_MAX_FRAME_BYTES,
  };
}

function redactionOf({redact, redactEnv}: {redact?: boolean; redactEnv?: string[]}): RedactionOptions {
  return {redact: redact !== false, redactEnv: [...new Set(redactEnv)]};
}

function worktreeOf({worktree, worktreeLock}: WorktreeFlags): WorktreeOptions {
  return {worktree: worktree === true, worktreeLock: worktreeLock !== false};
}

function readableLogOf({sessionLog}: ReadableLogFlags, base: string): ReadableLogOptions {
  return {sessionLog: sessionLog === undefined ? null : resolve(base, sessionLog)};
}

function outputOf({json, ...flags}: OutputFlags): OutputOptions {
  return {json: json === true, verbosity: givenVerbosity(flags) ?? 'normal'};
}

function normalizeOf(file: string | undefined, flags: NormalizeFlags, cwd: string) {
  return {
    executor: flags.executor,
    exitCode: flags.exitCode ?? null,
    exitSignal: flags.exitSignal ?? null,
    stopped: flags.stopped === true,
    stderrPath: flags.stderr === undefined ? null : resolve(cwd, flags.stderr),
    path: file === undefined || file === '-' ? null : resolve(cwd, file),
  };
}

/** What commander found wrong, in our words. Other errors come from our own readers and pass. */
function usageError(error: unknown, program: Command | null, first: string): unknown {
  if (!(error instanceof CommanderError)) return error;
  const replaced = replacementOf(error.message);
  if (replaced) {
    return new OneshotError('INVALID_OPTION', `there is no option ${replaced.flag}`, replaced.nextStep);
  }
  const [message = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const command = program?.commands.some((one) => one.name() === first) ? ` ${first}` : '';
  const nextStep = hint === '' ? `See oneshot${command} --help.` : hint.replace(/^\((.*)\)$/, '$1');
  const optionIsWrong = error.code === 'commander.unknownOption';
  return new OneshotError(optionIsWrong ? 'INVALID_OPTION' : 'USAGE', message, nextStep);
}

function usage(message: string, nextStep: string): OneshotError {
  return new OneshotError('USAGE', message, nextStep);
}
