import {spawn} from 'node:child_process';
import {linuxProcesses} from './linux-processes.ts';
import type {ProcessTable} from './process-table.ts';
import {psProcesses} from './ps-processes.ts';
import {isCmdLine} from './shell.ts';
import type {SpawnRequest} from './transport.ts';

/** What the system is asked to start. */
export interface Command {
  file: string;
  args: readonly string[];
  windowsVerbatimArguments: boolean;
}

/** What differs between operating systems in this folder. */
export interface Platform {
  /** Why there can be no PTY; null where there can. */
  readonly noPty: string | null;
  /** Whether a child leads a session of its own: a signal then reaches its whole group, and the terminal's Ctrl-C does not. */
  readonly detached: boolean;
  /** null where `signal` reaches all descendants, so that nobody needs to look for them. */
  readonly processes: ProcessTable | null;
  /** @throws an error with the code ENOENT when the program is not there. */
  command(request: SpawnRequest): Promise<Command>;
  /** Signals the process and its descendants; false when there is nothing left to signal. */
  signal(pid: number, signal: NodeJS.Signals): boolean;
}

export function platformOf(name: NodeJS.Platform): Platform {
  if (name === 'win32') return windowsPlatform();
  return posixPlatform(process.kill, name === 'linux' ? LINUX_PROCESSES : psProcesses());
}

/** One for all, so that they share looks. */
const LINUX_PROCESSES = linuxProcesses();

export function posixPlatform(
  kill: typeof process.kill = process.kill,
  processes: ProcessTable = psProcesses(),
): Platform {
  const delivered = (target: number, signal: NodeJS.Signals) => {
    try {
      return kill(target, signal);
    } catch {
      // Gone, or not ours to signal (macOS says so of a group with a zombie in it).
      return false;
    }
  };
  return {
    noPty: null,
    detached: true,
    processes,
    async command({argv: [file, ...args]}) {
      return {file, args, windowsVerbatimArguments: false};
    },
    signal: (pid, signal) => delivered(-pid, signal) || delivered(pid, signal),
  };
}

/** cross-spawn's parser: finds the program, and turns an npm `.cmd` shim into a call of cmd.exe with everything escaped. */
export type ParseCommand = (
  file: string,
  args: readonly string[],
  options: {cwd: string; env: SpawnRequest['env']},
) => {
  command: string;
  args: string[];
  options: {windowsVerbatimArguments?: boolean};
  /** The program found, or nothing. */
  file?: string | null;
};

export function windowsPlatform(
  loadParser: () => Promise<ParseCommand> = loadCrossSpawn,
  taskkill: (args: string[]) => void = runTaskkill,
): Platform {
  return {
    noPty: 'Windows has none that can be used here',
    // It would open a console window.
    detached: false,
    processes: null,
    async command({argv, cwd, env}) {
      const [program, ...programArgs] = argv;
      if (isCmdLine(argv)) return {file: program, args: programArgs, windowsVerbatimArguments: true};
      const parse = await loadParser();
      const {command, args, options, file} = parse(program, programArgs, {cwd, env});
      // cmd.exe would start, and report the missing program in words.
      if (!file) throw Object.assign(new Error(`${program} was not found`), {code: 'ENOENT'});
      return {file: command, args, windowsVerbatimArguments: options.windowsVerbatimArguments === true};
    },
    signal(pid, signal) {
      const force = signal === 'SIGKILL' ? ['/F'] : [];
      taskkill(['/pid', String(pid), '/T', ...force]);
      return true;
    },
  };
}

async function loadCrossSpawn(): Promise<ParseCommand> {
  const {default: crossSpawn} = await import('cross-spawn');
  return (crossSpawn as unknown as {_parse: ParseCommand})._parse;
}

function runTaskkill(args: string[]): void {
  const taskkill = spawn('taskkill', args, {stdio: 'ignore', windowsHide: true});
  // Part of Windows; without it nothing can be done here.
  taskkill.on('error', () => {});
}
