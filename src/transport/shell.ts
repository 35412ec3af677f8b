/** Command lines that a user wrote for a shell. */
import type {SpawnRequest} from './transport.ts';

/** No AutoRun commands; take what is between the outer quotes as it is; end afterwards. */
const CMD_FLAGS = ['/d', '/s', '/c'];

/** What runs `line`: `/bin/sh -c`, or cmd.exe on Windows. */
export function shellArgv(line: string, platform: NodeJS.Platform = process.platform): SpawnRequest['argv'] {
  return platform === 'win32' ? ['cmd.exe', ...CMD_FLAGS, `"${line}"`] : ['/bin/sh', '-c', line];
}

/** Whether `shellArgv` has made it for cmd.exe: nothing in it may be quoted again. */
export function isCmdLine([program, ...args]: SpawnRequest['argv']): boolean {
  return program === 'cmd.exe' && args.length === 4 && CMD_FLAGS.every((flag, index) => args[index] === flag);
}
