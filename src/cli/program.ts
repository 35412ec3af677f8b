/** The commands and options, and their help. Reading what was given is `arguments.ts`. */
import {Command, Option} from 'commander';
import {type ActivityOptions, DEFAULT_ACTIVITY, NO_ACTIVITY} from '../activity/options.ts';
import type {EvidenceKind} from '../event.ts';
import {DEFAULT_MAX_ITERATIONS} from '../loop/loop.ts';
import * as value from './option-values.ts';

export interface OutputFlags {
  json?: true;
  quiet?: true;
  verbose?: true;
  debug?: true;
}

export interface TransportFlags {
  transport?: ReturnType<typeof value.transportChoice>;
  /** False after `--no-streaming`. */
  streaming: boolean;
}

export interface PlaceFlags {
  maxFrame?: number;
  cwd?: string;
  env?: Record<string, string>;
}

/** Times in ms; absent where nothing was given. */
export interface ActivityFlags {
  initialTimeout?: number | 'off';
  idleTimeout?: number | 'off';
  toolTimeout?: number | 'off';
  maxTimeout?: number | 'off';
  activityInterval?: number;
  monitor?: EvidenceKind[];
  onAsk?: value.AskPolicy;
  keepProcesses?: true;
}

export interface RunFlags extends OutputFlags, TransportFlags, PlaceFlags, ActivityFlags {
  executor: value.ExecutorChoice;
  auditorExecutor?: value.ExecutorChoice;
  workerModel?: string;
  auditorModel?: string;
  maxIterations: number;
  audit: boolean;
  permissionMode: ReturnType<typeof value.permissionMode>;
  agentArg?: string[];
  file?: string;
}

export interface ExecFlags extends OutputFlags, TransportFlags, PlaceFlags, ActivityFlags {
  stdin?: true;
}

export interface NormalizeFlags {
  executor: ReturnType<typeof value.executorName>;
  exitCode?: number;
  exitSignal?: string;
  stopped?: true;
  stderr?: string;
}

export interface DemoFlags extends OutputFlags, TransportFlags {}

/** Called with what commander found; exactly one of them. */
export interface Actions {
  run(operands: string[], flags: RunFlags): void;
  exec(argv: string[], flags: ExecFlags): void;
  normalize(file: string | undefined, flags: NormalizeFlags): void;
  explain(session: string | undefined, flags: {json?: true}): void;
  doctor(flags: {json?: true}): void;
  demo(flags: DemoFlags): void;
}

/** What holds where no option says otherwise. A program that is no agent has no state files. */
export const ACTIVITY_OF_TASK: ActivityOptions = DEFAULT_ACTIVITY;
export const ACTIVITY_OF_EXEC: ActivityOptions = {...NO_ACTIVITY, monitor: ['output', 'processes']};

export const COMMANDS: readonly string[] = ['run', 'exec', 'explain', 'normalize', 'doctor', 'demo', 'help'];

/** `print` receives help and version. Everything else throws a CommanderError. */
export function buildProgram(version: string, actions: Actions, print: (text: string) => void): Command {
  const program = new Command('oneshot')
    .description('Gives a coding agent one task, shows what it does, and says whether the work is done.')
    .usage('[options] "task"\n       oneshot <command> [options]')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({writeOut: print, writeErr: () => {}, outputError: () => {}});
  addRun(program, actions);
  addExec(program, actions);
  addExplain(program, actions);
  addNormalize(program, actions);
  addDoctor(program, actions);
  addDemo(program, actions);
  program.addHelpText('after', () => `\n${optionsOfRun(program)}\n\n${EPILOGUE}`);
  return program;
}

function addRun(program: Command, actions: Actions): void {
  const command = program
    .command('run')
    .description('run a task to a verdict; the same as a bare "task"')
    .argument('[task...]', 'the task, as one quoted argument; - reads it from stdin')
    .option('--file <file>', 'read the task from a file')
    .addOption(
      read('--executor <name>', 'auto (claude, then cline), claude, cline, command', value.executorChoice),
    )
    .addOption(
      read('--auditor-executor <name>', "the auditor's; default: the worker's", value.executorChoice),
    )
    .addOption(read('--worker-model <model>', 'model of the worker', value.plainValue))
    .addOption(read('--auditor-model <model>', 'model of the auditor', value.plainValue))
    .addOption(
      read('--max-iterations <n>', 'worker and auditor rounds at most', value.positiveInteger).default(
        DEFAULT_MAX_ITERATIONS,
      ),
    )
    .option('--no-audit', 'one worker run and no auditor')
    .addOption(
      read('--permission-mode <mode>', 'of the worker: agent, read, edit, full', value.permissionMode),
    )
    .addOption(
      new Option('--agent-arg <value>', 'extra argument for the agent (repeatable)').argParser(
        (given: string, before: string[] | undefined) => [...(before ?? []), given],
      ),
    )
    .setOptionValue('executor', 'auto')
    .setOptionValue('permissionMode', 'agent');
  addActivityOptions(command, ACTIVITY_OF_TASK);
  command.addOption(
    read('--on-ask <policy>', 'once the agent asks: stop, wait; default: stop', value.askPolicy),
  );
  addPlaceOptions(command);
  addTransportOptions(command);
  addOutputOptions(command);
  command.action((operands: string[], flags: RunFlags) => actions.run(operands, flags));
}

function addExec(program: Command, actions: Actions): void {
  const command = program
    .command('exec')
    .description('run any program on the same transport, recorded; exits as the program does')
    .usage('[options] -- command [arguments]')
    .argument('<command...>', 'program and arguments')
    .passThroughOptions()
    .option('--stdin', 'hand on our stdin; default: /dev/null');
  addActivityOptions(command, ACTIVITY_OF_EXEC);
  addPlaceOptions(command);
  addTransportOptions(command);
  addOutputOptions(command);
  command.action((argv: string[], flags: ExecFlags) => actions.exec(argv, flags));
}

function addExplain(program: Command, actions: Actions): void {
  program
    .command('explain')
    .description('why the runs of a session ended as they did, and what to do next')
    .argument('[id]', 'a session, its id shortened at will while it is clear; default: last')
    .option('--json', 'print JSON')
    .action((session: string | undefined, flags: {json?: true}) => actions.explain(session, flags));
}

function addNormalize(program: Command, actions: Actions): void {
  program
    .command('normalize')
    .description("turn an agent's recorded stdout into event lines")
    .argument('[file]', 'recorded stdout; default or -: stdin')
    .addOption(read('--executor <name>', 'claude, cline, command', value.executorName).makeOptionMandatory())
    .addOption(
      read('--exit-code <n>', 'exit code of the agent; default: unknown', value.exitCode).conflicts(
        'exitSignal',
      ),
    )
    .addOption(read('--exit-signal <signal>', 'signal that the agent died of', value.signalName))
    .option('--stopped', 'oneshot had signalled the agent')
    .option('--stderr <file>', 'recorded stderr')
    .action((file: string | undefined, flags: NormalizeFlags) => actions.normalize(file, flags));
}

function addDoctor(program: Command, actions: Actions): void {
  program
    .command('doctor')
    .description('what is there and what is missing: agents, PTY, state folder, Node')
    .option('--json', 'print JSON')
    .action((flags: {json?: true}) => actions.doctor(flags));
}

function addDemo(program: Command, actions: Actions): void {
  const command = program
    .command('demo')
    .description('the whole loop on a scripted agent: no key, no network, about five seconds');
  addTransportOptions(command);
  addOutputOptions(command);
  command.action((flags: DemoFlags) => actions.demo(flags));
}

function addActivityOptions(command: Command, {limits, monitor}: ActivityOptions): void {
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
    .option('--keep-processes', 'spare what a completed run left running');
}

function addPlaceOptions(command: Command): void {
  command
    .option('--cwd <dir>', 'working directory of the agent')
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
    );
}

function addTransportOptions(command: Command): void {
  command
    .addOption(read('--transport <name>', 'auto, pty, pipe, buffered', value.transportChoice))
    .option('--no-streaming', 'decode after the end: the same as --transport buffered');
}

function addOutputOptions(command: Command): void {
  command
    .option('--json', 'stdout is the event log, one JSON object a line')
    .addOption(new Option('--quiet', 'stderr: errors and warnings only').conflicts(['verbose', 'debug']))
    .option('--verbose', 'stderr: thoughts and notes too')
    .option('--debug', 'stderr: every event, command lines, stacks');
}

/** An option whose value is read by `reader`, which is told the option's name for its message. */
function read<T>(flags: string, description: string, reader: (option: string, given: string) => T): Option {
  const option = new Option(flags, description);
  return option.argParser((given: string) => reader(option.long!, given));
}

/** A bare task takes the options of `run`, so the first help page shows them. */
function optionsOfRun(program: Command): string {
  const run = program.commands.find((command) => command.name() === 'run')!;
  const help = run.helpInformation();
  return help.slice(help.indexOf('Options:')).replace('Options:', 'Options of a task:').trimEnd();
}

const EPILOGUE = `Result on stdout, everything else on stderr. Exit codes: 0 verified, 1 failed, 2 usage, 3 not verified,
4 impossible, 124 timed out or stalled, 127 agent not found, 130 / 143 / 129 ended by SIGINT / SIGTERM / SIGHUP.

Examples:
  oneshot "add a test for the parser and make it pass"
  oneshot run --file task.md --executor claude --permission-mode edit
  oneshot exec -- npm test
  oneshot explain last
  oneshot doctor`;
