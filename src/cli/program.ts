/** The commands and options, and their help. Reading what was given is `arguments.ts`. */
import {Command, Option} from 'commander';
import {type ActivityOptions, DEFAULT_ACTIVITY, NO_ACTIVITY} from '../activity/options.ts';
import type {EvidenceKind} from '../event.ts';
import {DEFAULT_MAX_ITERATIONS} from '../loop/options.ts';
import type {Verbosity} from '../view/transcript.ts';
import {addBatchOptions, type BatchFlags} from './batch-options.ts';
import {addDirectOptions, type DirectFlags} from './direct-options.ts';
import {addMetricsOptions, type MetricsFlags} from './metrics-options.ts';
import {addNotifyOptions, type NotifyFlags} from './notify-options.ts';
import * as value from './option-values.ts';
import {read} from './read-option.ts';
import {addRulesOptions, type RulesFlags} from './rules-options.ts';
import {addSessionCommands, SESSION_COMMANDS, type SessionInvocation} from './session-options.ts';
import {addTemplateOptions, type TemplateFlags} from './template-options.ts';
import {addVerdictCommand} from './verdict-options.ts';

export interface OutputFlags {
  json?: true;
  /** From configuration, in place of the three flags. */
  verbosity?: Verbosity;
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
  /** False after `--no-redact`. */
  redact?: boolean;
  redactEnv?: string[];
}

/** Where settings are read from, and where sessions are kept. */
export interface ConfigFlags {
  /** False after `--no-config`. */
  config?: string | false;
  logsDir?: string;
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
  keepProcesses?: boolean;
}

export interface WorktreeFlags {
  worktree?: boolean;
  /** False after `--no-worktree-lock`. */
  worktreeLock?: boolean;
}

export interface ReadableLogFlags {
  sessionLog?: string;
}

export interface PromptHeaderFlags extends TemplateFlags {
  workerPromptHeader?: string;
  auditorPromptHeader?: string;
  reworkerPromptHeader?: string;
}

export interface RunFlags
  extends OutputFlags,
    NotifyFlags,
    TransportFlags,
    PlaceFlags,
    ActivityFlags,
    ConfigFlags,
    PromptHeaderFlags,
    ReadableLogFlags,
    RulesFlags,
    WorktreeFlags,
    MetricsFlags,
    DirectFlags {
  fallbackExecutor?: value.ExecutorChoice;
  executor?: value.ExecutorChoice;
  auditorExecutor?: value.ExecutorChoice;
  workerModel?: string;
  auditorModel?: string;
  maxIterations?: number;
  audit?: boolean;
  permissionMode?: ReturnType<typeof value.permissionMode>;
  agentArg?: string[];
  file?: string;
  showConfig?: true;
}

export interface ConfigCommandFlags extends ConfigFlags {
  json?: true;
  home?: true;
}

export interface TrustFlags {
  list?: true;
  remove?: true;
  json?: true;
}

export interface ExecFlags
  extends OutputFlags,
    TransportFlags,
    PlaceFlags,
    ActivityFlags,
    ConfigFlags,
    MetricsFlags,
    ReadableLogFlags {
  stdin?: true;
}

export interface NormalizeFlags {
  executor: ReturnType<typeof value.executorName>;
  exitCode?: number;
  exitSignal?: string;
  stopped?: true;
  stderr?: string;
}

export interface DemoFlags extends OutputFlags, NotifyFlags, TransportFlags, MetricsFlags {
  /** From configuration alone. */
  redactEnv?: string[];
}

export interface ResumeFlags
  extends OutputFlags,
    NotifyFlags,
    TransportFlags,
    ActivityFlags,
    ConfigFlags,
    PromptHeaderFlags,
    ReadableLogFlags,
    MetricsFlags,
    RulesFlags {
  maxIterations?: number;
  workerModel?: string;
  auditorModel?: string;
  permissionMode?: ReturnType<typeof value.permissionMode>;
  takeover?: true;
  worktreeLock?: boolean;
  maxFrame?: number;
  env?: Record<string, string>;
  redact?: boolean;
  redactEnv?: string[];
}

export interface ReplayFlags extends OutputFlags {
  speed?: number;
  instant?: true;
}

export interface ExportFlags {
  format: value.ExportFormat;
  output?: string;
}

/** Called with what commander found; exactly one of them. */
export interface Actions {
  run(operands: string[], flags: RunFlags): void;
  batch(file: string, flags: RunFlags & BatchFlags): void;
  exec(argv: string[], flags: ExecFlags): void;
  normalize(file: string | undefined, flags: NormalizeFlags): void;
  verdict(file: string | undefined): void;
  resume(operands: string[], flags: ResumeFlags): void;
  explain(session: string | undefined, flags: {json?: true}): void;
  follow(session: string | undefined, flags: OutputFlags): void;
  replay(session: string | undefined, flags: ReplayFlags): void;
  export(session: string | undefined, flags: ExportFlags): void;
  config(action: string | undefined, file: string | undefined, flags: ConfigCommandFlags): void;
  trust(file: string | undefined, flags: TrustFlags): void;
  session(invocation: SessionInvocation): void;
  doctor(flags: {json?: true}): void;
  demo(flags: DemoFlags): void;
}

/** What holds where no option says otherwise. A program that is no agent has no state files. */
export const ACTIVITY_OF_TASK: ActivityOptions = DEFAULT_ACTIVITY;
export const ACTIVITY_OF_EXEC: ActivityOptions = {...NO_ACTIVITY, monitor: ['output', 'processes']};

export const COMMANDS: readonly string[] = [
  'run',
  'resume',
  'batch',
  'exec',
  'explain',
  'follow',
  'replay',
  'export',
  'normalize',
  'verdict',
  'config',
  'trust',
  ...SESSION_COMMANDS,
  'doctor',
  'demo',
  'help',
];

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
  addResume(program, actions);
  addBatch(program, actions);
  addExec(program, actions);
  addExplain(program, actions);
  addFollow(program, actions);
  addReplay(program, actions);
  addExport(program, actions);
  addNormalize(program, actions);
  addVerdictCommand(program, actions.verdict);
  addConfig(program, actions);
  addTrust(program, actions);
  addSessionCommands(program, actions.session);
  addDoctor(program, actions);
  addDemo(program, actions);
  for (const command of program.commands) {
    command.option('--logs-dir <dir>', 'state folder, as ONESHOT_HOME');
  }
  program.addHelpText('after', () => `\n${optionsOfRun(program)}\n\n${EPILOGUE}`);
  return program;
}

function addRun(program: Command, actions: Actions): void {
  const command = program
    .command('run')
    .description('run a task to a verdict; the same as a bare "task"')
    .argument('[task...]', 'the task, as one quoted argument; - reads it from stdin')
    .option('--file <file>', 'read the task from a file');
  addTaskOptions(command);
  // Sessions are always kept; scripts written for the Python tool say so.
  command.addOption(new Option('--keep-log').hideHelp());
  command.option('--show-config', 'print the settings and where each came from, and do nothing');
  addOutputOptions(command);
  addReadableLogOption(command);
  command.action((operands: string[], flags: RunFlags) => actions.run(operands, flags));
}

function addBatch(program: Command, actions: Actions): void {
  const command = program
    .command('batch')
    .description('run many tasks, some at once, each to its own verdict; run again, it goes on')
    .argument('<file>', 'one task a line, {"task": …} and its settings; - reads stdin');
  addBatchOptions(command);
  addTaskOptions(command);
  addVerbosityOptions(command, 'stderr:');
  command.action((file: string, flags: RunFlags & BatchFlags) => actions.batch(file, flags));
}

/** How a task is worked on. */
function addTaskOptions(command: Command): void {
  command
    .addOption(
      read(
        '--executor <name>',
        'auto (claude, then cline), claude, cline, command, direct',
        value.executorChoice,
      ),
    )
    .addOption(
      read('--auditor-executor <name>', "the auditor's; default: the worker's", value.executorChoice),
    )
    .addOption(
      read('--fallback-executor <name>', 'takes over when an agent cannot go on', value.fallbackChoice),
    )
    .addOption(read('--worker-model <model>', 'model of the worker', value.plainValue))
    .addOption(read('--auditor-model <model>', 'model of the auditor', value.plainValue));
  addDirectOptions(command);
  command
    .addOption(
      read(
        '--max-iterations <n>',
        `worker and auditor rounds at most; default: ${DEFAULT_MAX_ITERATIONS}`,
        value.positiveInteger,
      ),
    )
    .addOption(new Option('--audit').hideHelp())
    .option('--no-audit', 'no auditor: checks alone judge, or nobody')
    .addOption(
      read('--permission-mode <mode>', 'of the worker: agent, read, edit, full', value.permissionMode),
    )
    .addOption(
      new Option('--agent-arg <value>', 'extra argument for the agent (repeatable)').argParser(
        (given: string, before: string[] | undefined) => [...(before ?? []), given],
      ),
    );
  addRulesOptions(command, {isResumed: false});
  addPromptHeaderOptions(command);
  addTemplateOptions(command);
  addActivityOptions(command, ACTIVITY_OF_TASK);
  command.addOption(
    read('--on-ask <policy>', 'once the agent asks: stop, wait; default: stop', value.askPolicy),
  );
  addPlaceOptions(command);
  addWorktreeOptions(command);
  addConfigOptions(command);
  addTransportOptions(command);
  addMetricsOptions(command);
  addNotifyOptions(command);
}

function addResume(program: Command, actions: Actions): void {
  const command = program
    .command('resume')
    .description('go on with a session that was interrupted, or that needs more work')
    .argument('[session-and-instructions...]', 'session id or last (default), and what to add to the task')
    .addOption(read('--max-iterations <n>', 'rounds at most, those before included', value.positiveInteger))
    .addOption(read('--worker-model <model>', 'default: as before', value.plainValue))
    .addOption(read('--auditor-model <model>', 'default: as before', value.plainValue))
    .addOption(read('--permission-mode <mode>', 'of the worker; default: as before', value.permissionMode))
    .option('--takeover', 'end what still runs of the session, instead of refusing');
  addWorktreeLockOption(command);
  addRulesOptions(command, {isResumed: true});
  addPromptHeaderOptions(command);
  addTemplateOptions(command);
  addConfigOptions(command);
  addActivityOptions(command, ACTIVITY_OF_TASK);
  command.addOption(
    read('--on-ask <policy>', 'once the agent asks: stop, wait; default: stop', value.askPolicy),
  );
  addEnvironmentOptions(command);
  addTransportOptions(command);
  addMetricsOptions(command);
  addOutputOptions(command);
  addReadableLogOption(command);
  addNotifyOptions(command);
  command.action((operands: string[], flags: ResumeFlags) => actions.resume(operands, flags));
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
  addConfigOptions(command);
  addTransportOptions(command);
  addMetricsOptions(command);
  addOutputOptions(command);
  addReadableLogOption(command);
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

const SESSION = 'a session, its id shortened at will while it is clear; default: last';

function addFollow(program: Command, actions: Actions): void {
  const command = program
    .command('follow')
    .description('show a session from its beginning and go on while it runs; exits as it does')
    .argument('[id]', SESSION)
    .option('--json', 'the event log instead, one JSON object a line');
  addVerbosityOptions(command, 'show');
  command.action((session: string | undefined, flags: OutputFlags) => actions.follow(session, flags));
}

function addReplay(program: Command, actions: Actions): void {
  const command = program
    .command('replay')
    .description('show a session again as it went; gaps of more than 2 s are made 2 s')
    .argument('[id]', SESSION)
    .addOption(read('--speed <n>', 'times as fast', value.speed).conflicts('instant'))
    .option('--instant', 'all at once')
    .option('--json', 'the event log instead, one JSON object a line');
  addVerbosityOptions(command, 'show');
  command.action((session: string | undefined, flags: ReplayFlags) => actions.replay(session, flags));
}

function addExport(program: Command, actions: Actions): void {
  program
    .command('export')
    .description('a session as a document, its log, a terminal recording or the result')
    .argument('[id]', SESSION)
    .addOption(
      read('--format <format>', 'md, jsonl, asciicast, result', value.exportFormat).makeOptionMandatory(),
    )
    .option('--output <file>', 'write to a file; default: stdout')
    .action((session: string | undefined, flags: ExportFlags) => actions.export(session, flags));
}

function addNormalize(program: Command, actions: Actions): void {
  program
    .command('normalize')
    .description("turn an agent's recorded stdout into event lines")
    .argument('[file]', 'recorded stdout; default or -: stdin')
    .addOption(
      read('--executor <name>', 'claude, cline, command, direct', value.executorName).makeOptionMandatory(),
    )
    .addOption(
      read('--exit-code <n>', 'exit code of the agent; default: unknown', value.wholeNumber).conflicts(
        'exitSignal',
      ),
    )
    .addOption(read('--exit-signal <signal>', 'signal that the agent died of', value.signalName))
    .option('--stopped', 'oneshot had signalled the agent')
    .option('--stderr <file>', 'recorded stderr')
    .action((file: string | undefined, flags: NormalizeFlags) => actions.normalize(file, flags));
}

function addConfig(program: Command, actions: Actions): void {
  const command = program
    .command('config')
    .description('the settings and where each came from; init writes a first file')
    .argument('[action]', 'show (default) or init')
    .argument('[file]', 'of init; default: .oneshot.json here')
    .option('--home', 'init: ~/.oneshot.json')
    .option('--json', 'show: print JSON');
  addConfigOptions(command);
  command.action((action: string | undefined, file: string | undefined, flags: ConfigCommandFlags) =>
    actions.config(action, file, flags),
  );
}

function addTrust(program: Command, actions: Actions): void {
  program
    .command('trust')
    .description('let the configuration of a project run things and loosen permissions, as it is now')
    .argument('[file]', 'default: the configuration that holds here')
    .option('--list', 'the files that are trusted')
    .option('--remove', 'trust it no longer')
    .option('--json', 'print JSON')
    .action((file: string | undefined, flags: TrustFlags) => actions.trust(file, flags));
}

function addConfigOptions(command: Command): void {
  command
    .option('--config <file>', 'settings in place of ~/.oneshot.json and the project file')
    .option('--no-config', 'no settings from files');
}

function addPromptHeaderOptions(command: Command): void {
  for (const [role, what] of PROMPT_HEADERS) {
    command.addOption(read(`--${role}-prompt-header <text>`, what, value.freeText));
  }
}

const PROMPT_HEADERS = [
  ['worker', "text before the worker's prompts"],
  ['auditor', "text before the auditor's prompts"],
  ['reworker', "in place of the worker's, after a RETRY"],
] as const;

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
  addMetricsOptions(command);
  addOutputOptions(command);
  addNotifyOptions(command);
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
    .option('--keep-processes', 'spare what a completed run left running')
    .addOption(new Option('--no-keep-processes').hideHelp());
}

function addPlaceOptions(command: Command): void {
  command.option('--cwd <dir>', 'working directory of the agent');
  addEnvironmentOptions(command);
}

function addWorktreeOptions(command: Command): void {
  command
    .option('--worktree', 'work in a git worktree made for the session')
    .addOption(new Option('--no-worktree').hideHelp());
  addWorktreeLockOption(command);
}

function addWorktreeLockOption(command: Command): void {
  command
    .addOption(new Option('--worktree-lock').hideHelp())
    .option('--no-worktree-lock', 'work where another session does');
}

function addEnvironmentOptions(command: Command): void {
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

function addTransportOptions(command: Command): void {
  command
    .addOption(read('--transport <name>', 'auto, pty, pipe, buffered', value.transportChoice))
    .option('--no-streaming', 'decode after the end: the same as --transport buffered');
}

function addOutputOptions(command: Command): void {
  command.option('--json', 'stdout is the event log, one JSON object a line');
  addVerbosityOptions(command, 'stderr:');
}

function addReadableLogOption(command: Command): void {
  command.addOption(read('--session-log <file>', 'append a readable log to a file', value.plainValue));
}

function addVerbosityOptions(command: Command, where: string): void {
  command
    .addOption(new Option('--quiet', `${where} errors and warnings only`).conflicts(['verbose', 'debug']))
    .option('--verbose', `${where} thoughts and notes too`)
    .option('--debug', `${where} every event, command lines, stacks`);
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
  oneshot follow last
  oneshot doctor`;
