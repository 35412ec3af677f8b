/** The commands about settings and surroundings, and their options. */
import type {Command} from 'commander';
import type {Actions, ConfigCommandFlags, TrustFlags} from './flags.ts';
import {addConfigOptions} from './shared-options.ts';

export function addConfig(program: Command, actions: Actions): void {
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

export function addTrust(program: Command, actions: Actions): void {
  program
    .command('trust')
    .description('let the configuration of a project run things and loosen permissions, as it is now')
    .argument('[file]', 'default: the configuration that holds here')
    .option('--list', 'the files that are trusted')
    .option('--remove', 'trust it no longer')
    .option('--json', 'print JSON')
    .action((file: string | undefined, flags: TrustFlags) => actions.trust(file, flags));
}

export function addDoctor(program: Command, actions: Actions): void {
  program
    .command('doctor')
    .description('what is there and what is missing: agents, PTY, state folder, Node')
    .option('--json', 'print JSON')
    .action((flags: {json?: true}) => actions.doctor(flags));
}
