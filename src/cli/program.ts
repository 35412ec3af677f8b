/** The commands and their help. Reading what was given is `arguments.ts`. */
import {Command} from 'commander';
import type {Actions} from './flags.ts';
import {addExplain, addExport, addFollow, addNormalize, addReplay} from './reading-commands.ts';
import {addSessionCommands, SESSION_COMMANDS} from './session-options.ts';
import {addConfig, addDoctor, addTrust} from './setup-commands.ts';
import {addVerdictCommand} from './verdict-options.ts';
import {addBatch, addDemo, addExec, addResume, addRun} from './working-commands.ts';

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
