/** argv → invocation. Wrong input is a OneshotError with exit code 2, thrown before anything happens. */
import {resolve} from 'node:path';
import {type Command, CommanderError} from 'commander';
import {OneshotError} from '../error.ts';
import type {Environment} from '../executor/executor.ts';
import {DEFAULT_MAX_FRAME_BYTES} from '../frame/decoder.ts';
import type {TransportChoice} from '../transport/transport.ts';
import type {Verbosity} from '../view/transcript.ts';
import {watchOf} from './activity-options.ts';
import type {Invocation, OutputOptions, PromptSource} from './invocation.ts';
import {shown} from './option-values.ts';
import {
  ACTIVITY_OF_EXEC,
  ACTIVITY_OF_TASK,
  type Actions,
  buildProgram,
  COMMANDS,
  type NormalizeFlags,
  type OutputFlags,
  type PlaceFlags,
  type RunFlags,
  type TransportFlags,
} from './program.ts';
import {nearest} from './suggest.ts';

/** What argv is read against. */
export interface Surroundings {
  env: Environment;
  /** Absolute. */
  cwd: string;
  version: string;
}

/** @throws OneshotError USAGE, UNKNOWN_COMMAND, UNKNOWN_EXECUTOR, INVALID_OPTION, EMPTY_PROMPT */
export function parseArguments(argv: readonly string[], surroundings: Surroundings): Invocation {
  const [first] = argv;
  if (first === undefined) throw noTask();
  const explicit = COMMANDS.includes(first) || ROOT_OPTIONS.includes(first);
  let invocation: Invocation | null = null;
  let printed = '';
  const actions = readingActions(surroundings, !explicit, (found) => {
    invocation = found;
  });
  const program = buildProgram(surroundings.version, actions, (text) => {
    printed += text;
  });
  try {
    program.parse(explicit ? argv : ['run', ...argv], {from: 'user'});
  } catch (error) {
    if (printed === '') throw usageError(error, explicit ? program : null, first);
  }
  return invocation ?? {command: 'print', text: printed};
}

const ROOT_OPTIONS: readonly string[] = ['-h', '--help', '-V', '--version'];

function readingActions(
  {env, cwd}: Surroundings,
  bare: boolean,
  found: (invocation: Invocation) => void,
): Actions {
  return {
    run(operands, flags) {
      const prompt = bare ? barePrompt(operands, flags, cwd) : runPrompt(operands, flags, cwd);
      const options = {
        ...placeOf(flags, cwd),
        ...outputOf(flags),
        ...watchOf(flags, ACTIVITY_OF_TASK),
        prompt,
        executor: flags.executor,
        auditorExecutor: flags.auditorExecutor ?? null,
        workerModel: flags.workerModel ?? null,
        auditorModel: flags.auditorModel ?? null,
        maxIterations: flags.maxIterations,
        audit: flags.audit,
        permissionMode: flags.permissionMode,
        transport: transportOf(flags, env),
        agentArgs: flags.agentArg ?? [],
      };
      requireProgramFor(options);
      found({command: 'run', options});
    },
    exec(argv, flags) {
      const place = placeOf(flags, cwd);
      const transport = transportOf(flags, env);
      found({
        command: 'exec',
        options: {
          ...place,
          ...outputOf(flags),
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
    doctor(flags) {
      found({command: 'doctor', options: {json: flags.json === true}});
    },
    demo(flags) {
      const transport = transportOf(flags, env);
      found({command: 'demo', options: {...outputOf(flags), ...watchOf({}, ACTIVITY_OF_TASK), transport}});
    },
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

function outputOf({json, quiet, verbose, debug}: OutputFlags): OutputOptions {
  const verbosity: Verbosity = debug ? 'debug' : verbose ? 'verbose' : quiet ? 'quiet' : 'normal';
  return {json: json === true, verbosity};
}

/** A transport by hand wins over the variable; two flags that contradict each other are an error. */
function transportOf({transport, streaming}: TransportFlags, env: Environment): TransportChoice {
  if (!streaming && transport !== undefined && transport !== 'buffered') {
    throw usage(`--no-streaming contradicts --transport ${transport}`, 'Give one of the two.');
  }
  if (!streaming) return 'buffered';
  if (transport !== undefined) return transport;
  return /^(1|true)$/i.test(env.ONESHOT_DISABLE_STREAMING ?? '') ? 'buffered' : 'auto';
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
  const [message = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const command = program?.commands.some((one) => one.name() === first) ? ` ${first}` : '';
  const nextStep = hint === '' ? `See oneshot${command} --help.` : hint.replace(/^\((.*)\)$/, '$1');
  const optionIsWrong = error.code === 'commander.unknownOption';
  return new OneshotError(optionIsWrong ? 'INVALID_OPTION' : 'USAGE', message, nextStep);
}

function usage(message: string, nextStep: string): OneshotError {
  return new OneshotError('USAGE', message, nextStep);
}
