import {execFile} from 'node:child_process';
import {oneLine} from '../text.ts';
import {MAX_COMMAND_CHARS, type ProcessEntry, type ProcessTable} from './process-table.ts';

/** What `ps` with these arguments says on stdout. @throws when it cannot be run. */
export type RunPs = (args: readonly string[]) => Promise<string>;

/** A line of `ps -o pid=,ppid=,stat=,time=,lstart=`. */
const ENTRY = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(?:(\d+)-)?([\d:.]+)\s+(\S.*?)\s*$/gm;

/** A line of `ps -o pid=,command=`; the command may be empty. */
const COMMAND = /^\s*(\d+) ?(.*)$/gm;

/**
 * The processes of macOS, from `ps`: no I/O counters, start times to the second. The environment can be read of the user's
 * own processes, but not of programs that macOS itself brings.
 */
export function psProcesses(runPs: RunPs = psRunner()): ProcessTable {
  return {
    async list(pids) {
      const which = pids ? ['-ww', '-p', pids.join(',')] : ['-axww'];
      const output = await runPs([...which, '-o', 'pid=,ppid=,stat=,time=,lstart=']);
      const entries = [...output.matchAll(ENTRY)].map(entryOf);
      if (entries.length === 0 && !pids) throw new Error('ps lists no process');
      return entries;
    },
    async describe(entries) {
      const commands = await commandsOf(runPs, '-ww', pidsOf(entries));
      return entries.map((entry) => {
        const command = oneLine(commands.get(entry.pid) ?? '', MAX_COMMAND_CHARS);
        return {...entry, command, ioBytes: null};
      });
    },
    async withVariable(pids, name) {
      // What -E shows begins with the command, which may hold anything, this variable's name too.
      const plain = await commandsOf(runPs, '-ww', pids);
      const extended = await commandsOf(runPs, '-wwE', pids);
      const environment = (pid: number) => {
        const command = plain.get(pid);
        const both = extended.get(pid) ?? '';
        return command !== undefined && both.startsWith(command) ? both.slice(command.length) : '';
      };
      return new Set(pids.filter((pid) => environment(pid).includes(` ${name}=`)));
    },
  };
}

function pidsOf(entries: readonly ProcessEntry[]): number[] {
  return entries.map(({pid}) => pid);
}

function entryOf([, pid, parentPid, stat, days, time, startedAt]: RegExpExecArray): ProcessEntry {
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    startedAt: String(startedAt),
    cpuMs: cpuMsOf(Number(days ?? 0), String(time)),
    isZombie: String(stat).startsWith('Z'),
  };
}

/** `1:02.50` or `01:02:03`. */
function cpuMsOf(days: number, time: string): number {
  const seconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((days * 86_400 + seconds) * 1000);
}

/** Commands by pid; nothing where `ps` tells nothing. Never rejects. */
async function commandsOf(
  runPs: RunPs,
  flags: string,
  pids: readonly number[],
): Promise<Map<number, string>> {
  if (pids.length === 0) return new Map();
  const output = await runPs([flags, '-o', 'pid=,command=', '-p', pids.join(',')]).catch(() => '');
  return new Map([...output.matchAll(COMMAND)].map(([, pid, command]) => [Number(pid), String(command)]));
}

/** One that hangs is given up. */
const PS_LIMIT_MS = 5_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Runs `ps`, which every Unix has at this place. One that finds none of the processes asked for fails and says nothing. */
export function psRunner(program = '/bin/ps'): RunPs {
  // Start times are compared: they must not change with the language or with summer time.
  const env = {LC_ALL: 'C', TZ: 'UTC'};
  const options = {env, timeout: PS_LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_BYTES} as const;
  return (args) =>
    new Promise((resolve, reject) => {
      execFile(program, args, options, (error, stdout) => {
        if (error && typeof error.code !== 'number') reject(error);
        else resolve(stdout);
      });
    });
}
