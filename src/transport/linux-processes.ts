import {closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync} from 'node:fs';
import {join} from 'node:path';
import {type Clock, systemClock} from '../clock.ts';
import {systemCode} from '../error.ts';
import {oneLine} from '../text.ts';
import {MAX_COMMAND_CHARS, type ProcessEntry, type ProcessFacts, type ProcessTable} from './process-table.ts';
import {together} from './together.ts';
import {NEVER, pause} from './within.ts';

/** Unit of the CPU times in `stat`: USER_HZ, which is 100 on every architecture that Node runs on. */
const TICK_MS = 10;

/** More than any `stat` line. */
const STAT_BYTES = 4096;

/** How often, and how long, it is waited for a process that is between two programs. On a busy machine it takes 40 ms. */
const EXEC_POLL_MS = 5;
const EXEC_LIMIT_MS = 100;
/** An environment that is empty so often in a row is empty. */
const ENVIRON_READS = 5;

/**
 * The processes of Linux, from /proc (proc(5)). Read in one go: a look at 300 processes takes some 5 ms, and nothing can
 * happen in between. Runs that end at the same time share looks at all processes, and at their environments.
 * @param proc where it is mounted
 */
export function linuxProcesses(proc = '/proc', clock: Clock = systemClock): ProcessTable {
  const entriesOf = (pids: readonly string[]) => pids.flatMap((pid) => entryOf(proc, pid) ?? []);
  const listAll = together(() => entriesOf(readdirSync(proc).filter((name) => /^\d+$/.test(name))));
  const lookAtVariables = together(() => new VariablesSeen(proc));
  return {
    async list(pids) {
      return pids ? entriesOf(pids.map(String)) : listAll();
    },
    async below(pids) {
      const found = new Map<number, ProcessEntry>();
      const open = [...pids];
      for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
        const entry = found.has(pid) ? null : entryOf(proc, String(pid));
        if (!entry) continue;
        const children = childrenOf(join(proc, String(pid)));
        if (!children) return null;
        found.set(pid, entry);
        open.push(...children);
      }
      return [...found.values()];
    },
    async describe(entries) {
      return entries.map((entry) => describe(proc, entry));
    },
    async withVariable(pids, name) {
      const carriers = new Set<number>();
      let unknown = pids;
      for (let waitedMs = 0; waitedMs <= EXEC_LIMIT_MS; waitedMs += EXEC_POLL_MS) {
        const seen = await lookAtVariables();
        unknown = unknown.filter((pid) => {
          const names = seen.of(pid);
          if (names?.has(name)) carriers.add(pid);
          return names === null;
        });
        if (unknown.length === 0) break;
        await pause(EXEC_POLL_MS, {clock, signal: NEVER});
      }
      return carriers;
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

/** Of all threads; null where the kernel was built without `children`. */
function childrenOf(folder: string): number[] | null {
  let isKnown = false;
  const children = threadsOf(folder).flatMap((thread) => {
    const text = textOf(join(folder, 'task', thread, 'children'));
    isKnown ||= text !== null;
    return text?.split(' ').filter(Boolean).map(Number) ?? [];
  });
  // One that has ended meanwhile tells nothing either.
  return isKnown || readStat(join(folder, 'stat')) === null ? children : null;
}

function threadsOf(folder: string): string[] {
  try {
    return readdirSync(join(folder, 'task'));
  } catch {
    return [];
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

/** Names of variables at one moment; each environment is read when it is first asked for. */
class VariablesSeen {
  readonly #proc: string;
  readonly #names = new Map<number, ReadonlySet<string> | null>();

  constructor(proc: string) {
    this.#proc = proc;
  }

  /** null: not to be known now. */
  of(pid: number): ReadonlySet<string> | null {
    let names = this.#names.get(pid);
    if (names === undefined) {
      names = variablesOf(join(this.#proc, String(pid)));
      this.#names.set(pid, names);
    }
    return names;
  }
}

/**
 * null: not to be known now. In execve(2) the old arguments and environment are gone and the new ones not there yet; read
 * across it, the environment is empty too.
 */
function variablesOf(folder: string): ReadonlySet<string> | null {
  for (let time = 0; time < ENVIRON_READS; time += 1) {
    const environ = read(join(folder, 'environ'));
    if (environ !== '' || !hasProgram(folder)) return namesIn(environ);
    if (read(join(folder, 'cmdline')) === '') return null;
  }
  return NONE;
}

const NONE: ReadonlySet<string> = new Set();

function namesIn(environ: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of environ.split('\0')) {
    const end = entry.indexOf('=');
    if (end > 0) names.add(entry.slice(0, end));
  }
  return names;
}

/** A kernel thread has none, a zombie has none any more. */
function hasProgram(folder: string): boolean {
  try {
    readlinkSync(join(folder, 'exe'));
    return true;
  } catch {
    return false;
  }
}

/** What cannot be read, since the process has ended or is somebody else's, is empty. */
function read(path: string): string {
  return textOf(path) ?? '';
}

/** null: it cannot be read. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
