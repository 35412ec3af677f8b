import {closeSync, openSync, readdirSync, readFileSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {systemCode} from '../error.ts';
import {oneLine} from '../text.ts';
import {MAX_COMMAND_CHARS, type ProcessEntry, type ProcessFacts, type ProcessTable} from './process-table.ts';

/** Unit of the CPU times in `stat`: USER_HZ, which is 100 on every architecture that Node runs on. */
const TICK_MS = 10;

/** More than any `stat` line. */
const STAT_BYTES = 4096;

/**
 * The processes of Linux, from /proc (proc(5)). Read in one go: a look at 300 processes takes some 5 ms, and nothing can
 * happen in between.
 * @param proc where it is mounted
 */
export function linuxProcesses(proc = '/proc'): ProcessTable {
  return {
    async list() {
      return readdirSync(proc)
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => entryOf(proc, pid) ?? []);
    },
    async describe(entries) {
      return entries.map((entry) => describe(proc, entry));
    },
    async withVariable(pids, name) {
      return new Set(pids.filter((pid) => carries(join(proc, String(pid), 'environ'), name)));
    },
  };
}

const buffer = Buffer.alloc(STAT_BYTES);

/** null when it has ended. @throws for any other reason, such as no descriptor left: it may still be there. */
function entryOf(proc: string, pid: string): ProcessEntry | null {
  const stat = readStat(join(proc, pid, 'stat'));
  if (stat === null) return null;
  // The name of the program stands in parentheses and may hold any character, parentheses and spaces too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parentPid] = fields;
  const [userTicks, systemTicks, startedAt] = [fields[11], fields[12], fields[19]];
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    startedAt: String(startedAt),
    cpuMs: (Number(userTicks) + Number(systemTicks)) * TICK_MS,
    isZombie: state === 'Z' || state === 'X',
  };
}

function readStat(path: string): string | null {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return buffer.toString('latin1', 0, readSync(fd, buffer));
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(String(systemCode(error)))) return null;
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function describe(proc: string, entry: ProcessEntry): ProcessFacts {
  const folder = join(proc, String(entry.pid));
  return {...entry, command: commandOf(folder), ioBytes: ioBytesOf(folder)};
}

/** A kernel thread and a zombie have no arguments; they are shown as `ps` does it. */
function commandOf(folder: string): string {
  const argv = read(join(folder, 'cmdline')).replaceAll('\0', ' ');
  const name = () => read(join(folder, 'comm')).trim();
  const command = argv.trim() || (name() && `[${name()}]`);
  return oneLine(command, MAX_COMMAND_CHARS);
}

function ioBytesOf(folder: string): number | null {
  const counters = /^rchar: (\d+)\nwchar: (\d+)$/m.exec(read(join(folder, 'io')));
  return counters && Number(counters[1]) + Number(counters[2]);
}

function carries(environ: string, name: string): boolean {
  return `\0${read(environ)}`.includes(`\0${name}=`);
}

/** What cannot be read, since the process has ended or is somebody else's, is empty. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
