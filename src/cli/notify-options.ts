/** The options about who is told of the end of a session. */
import {type Command, Option} from 'commander';
import {NOTIFY_FORMATS, type NotifyFormat, type NotifyOptions} from '../notify/options.ts';
import {freeText, notifyFormat, notifyUrl} from './option-values.ts';

export interface NotifyFlags {
  onEnd?: string[];
  notifyUrl?: string;
  notifyFormat?: NotifyFormat;
}

export function addNotifyOptions(command: Command): void {
  command
    .addOption(
      new Option('--on-end <command>', 'shell command that gets the ending as JSON (repeatable)').argParser(
        (given: string, before: string[] | undefined) => [...(before ?? []), freeText('--on-end', given)],
      ),
    )
    .addOption(
      new Option('--notify-url <url>', 'where the same JSON is posted').argParser((given: string) =>
        notifyUrl('--notify-url', given),
      ),
    )
    .addOption(
      new Option(
        '--notify-format <format>',
        `of the post: ${NOTIFY_FORMATS.join(', ')}; default: json`,
      ).argParser((given: string) => notifyFormat('--notify-format', given)),
    );
}

export function notifyOf(flags: NotifyFlags): NotifyOptions {
  const {onEnd = [], notifyUrl: url = null, notifyFormat: format = 'json'} = flags;
  return {onEnd, notifyUrl: url, notifyFormat: format};
}
