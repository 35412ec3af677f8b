/** The commands that run agents and programs, and their options. */
import {type Command, Option} from 'commander';
import {DEFAULT_MAX_ITERATIONS} from '../loop/options.ts';
import {addBatchOptions, type BatchFlags} from './batch-options.ts';
import {addDirectOptions} from './direct-options.ts';
import type {Actions, DemoFlags, ExecFlags, ResumeFlags, RunFlags} from './flags.ts';
import {addMetricsOptions} from './metrics-options.ts';
import {addNotifyOptions} from './notify-options.ts';
import * as value from './option-values.ts';
import {read} from './read-option.ts';
import {addRulesOptions} from './rules-options.ts';
import {
  ACTIVITY_OF_EXEC,
  ACTIVITY_OF_TASK,
  addActivityOptions,
  addConfigOptions,
  addEnvironmentOptions,
  addOutputOptions,
  addPlaceOptions,
  addReadableLogOption,
  addTransportOptions,
  addVerbosityOptions,
  addWorktreeLockOption,
  addWorktreeOptions,
} from './shared-options.ts';
import {addTemplateOptions} from './template-options.ts';

export function addRun(program: Command, actions: Actions): void {
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

export function addBatch(program: Command, actions: Actions): void {
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

export function addResume(program: Command, actions: Actions): void {
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

export function addExec(program: Command, actions: Actions): void {
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

export function addDemo(program: Command, actions: Actions): void {
  const command = program
    .command('demo')
    .description('the whole loop on a scripted agent: no key, no network, about five seconds');
  addTransportOptions(command);
  addMetricsOptions(command);
  addOutputOptions(command);
  addNotifyOptions(command);
  command.action((flags: DemoFlags) => actions.demo(flags));
}
