import {Option} from 'commander';

/** An option whose value is read by `reader`, which is told the option's name for its message. */
export function read<T>(
  flags: string,
  description: string,
  reader: (option: string, given: string) => T,
): Option {
  const option = new Option(flags, description);
  return option.argParser((given: string) => reader(option.long!, given));
}
