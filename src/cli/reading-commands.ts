/** The commands that show what was recorded, and their options. */
import type {Command} from 'commander';
import type {Actions, ExportFlags, NormalizeFlags, OutputFlags, ReplayFlags} from './flags.ts';
import * as value from './option-values.ts';
import {read} from './read-option.ts';
import {addVerbosityOptions} from './shared-options.ts';

const SESSION = 'a session, its id shortened at will while it is clear; default: last';

export function addExplain(program: Command, actions: Actions): void {
  program
    .command('explain')
    .description('why the runs of a session ended as they did, and what to do next')
    .argument('[id]', 'a session, its id shortened at will while it is clear; default: last')
    .option('--json', 'print JSON')
    .action((session: string | undefined, flags: {json?: true}) => actions.explain(session, flags));
}

export function addFollow(program: Command, actions: Actions): void {
  const command = program
    .command('follow')
    .description('show a session from its beginning and go on while it runs; exits as it does')
    .argument('[id]', SESSION)
    .option('--json', 'the event log instead, one JSON object a line');
  addVerbosityOptions(command, 'show');
  command.action((session: string | undefined, flags: OutputFlags) => actions.follow(session, flags));
}

export function addReplay(program: Command, actions: Actions): void {
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

export function addExport(program: Command, actions: Actions): void {
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

export function addNormalize(program: Command, actions: Actions): void {
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
