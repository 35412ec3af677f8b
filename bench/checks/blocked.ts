/**
 * A recorder that blocks or fails, and a program that is blocked in a write and has signal handlers: it ends on SIGINT,
 * so its output was drained, and oneshot ends too.
 */
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {systemWrite, type Write} from '../../src/session/append-file.ts';
import type {SessionLog} from '../../src/session/log.ts';
import {builtCli} from '../build.ts';
import {ended, programPath, runToEnd, start, until, within, withTempFolder} from '../process.ts';
import {canceled, runOnSpine} from '../spine.ts';
import {rounded} from '../stats.ts';
import {defineCheck, type Progress} from './check.ts';

const MIB = 1024 * 1024;
/** The disk works for this many bytes, so that the program is well under way. */
const DISK_BYTES = 2 * MIB;
/** Of `run()`: how long it waits for a disk that does not answer, and the time to get there. */
const OVER_WITHIN_MS = 15_000;

/** A case that takes this long will never end. */
const HANGS_AFTER_MS = 120_000;

/** How one case ended. */
interface Ending {
  /** What the program's own handler noted, or null when it ended without one. */
  endedOn: string | null;
  /** From the stop, or the failure, to the end of the run. */
  ms: number;
}

type Case = (folder: string) => Promise<Ending>;

const CASES: Readonly<Record<string, Case>> = {
  'disk blocks, user stops': (folder) => stoppedByUser(folder, blockingDisk()),
  'disk full (ENOSPC)': (folder) => stoppedByFailure(folder, fullDisk()),
  'disk slow, user stops': (folder) => stoppedByUser(folder, slowDisk()),
  'oneshot exec, disk full': execWithoutRoom,
};

export const blocked = defineCheck({
  full: {perCase: 10},
  reduced: {perCase: 1},
  async measure({perCase}, progress) {
    const endings: Ending[] = [];
    const planned = perCase * Object.keys(CASES).length;
    for (const [name, run] of Object.entries(CASES)) {
      for (let index = 0; index < perCase; index++) endings.push(await tried(name, run, progress));
    }
    const onSigint = endings.filter(({endedOn}) => endedOn === 'SIGINT').length;
    const slowestMs = rounded(Math.max(...endings.map(({ms}) => ms)), 0);
    return {
      runs: endings.length,
      value: {endedOnSigint: onSigint, slowestMs},
      target: {endedOnSigint: planned, slowestMs: OVER_WITHIN_MS},
      ok: onSigint === planned && slowestMs <= OVER_WITHIN_MS,
      cases: Object.keys(CASES),
      diskFullBy: (await canMount()) ? 'tmpfs' : 'file size limit',
    };
  },
});

async function tried(name: string, run: Case, progress: Progress): Promise<Ending> {
  const ending = await withTempFolder((folder) => within(HANGS_AFTER_MS, name, run(folder)));
  progress(`${name}: ended on ${ending.endedOn} after ${rounded(ending.ms, 0)} ms`);
  return ending;
}

// Disks that do not work: `DISK_BYTES` and then … --------------------------------------------------------------------

/** … nothing comes back any more. */
function blockingDisk(): Write {
  return workingFor(DISK_BYTES, () => {});
}

/** … nothing fits any more. */
function fullDisk(): Write {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});
  return workingFor(DISK_BYTES, (_fd, _bytes, done) => done(error, 0));
}

/** … every write takes a second. */
function slowDisk(): Write {
  return workingFor(
    DISK_BYTES,
    (fd, bytes, done) => void setTimeout(() => systemWrite(fd, bytes, done), 1000),
  );
}

function workingFor(diskBytes: number, then: Write): Write {
  let left = diskBytes;
  return (fd, bytes, done) => {
    if (left <= 0) return then(fd, bytes, done);
    left -= bytes.length;
    systemWrite(fd, bytes, done);
  };
}

// In this process ----------------------------------------------------------------------------------------------------

async function stoppedByUser(folder: string, write: Write): Promise<Ending> {
  const user = new AbortController();
  let stoppedAt = 0;
  const stopWhenBlocked = async (log: SessionLog) => {
    await programBlocked(log);
    stoppedAt = performance.now();
    user.abort(canceled('the check'));
  };
  await talk(folder, write, (log) => void stopWhenBlocked(log), user.signal);
  return {endedOn: endedOn(folder), ms: performance.now() - stoppedAt};
}

async function stoppedByFailure(folder: string, write: Write): Promise<Ending> {
  let failedAt = 0;
  const noteFailure = (log: SessionLog) =>
    void log.onFailure(() => {
      failedAt = performance.now();
    });
  await talk(folder, write, noteFailure);
  return {endedOn: endedOn(folder), ms: performance.now() - failedAt};
}

async function talk(
  folder: string,
  write: Write,
  prepare: (log: SessionLog) => void,
  stop?: AbortSignal,
): Promise<void> {
  const argv = [process.execPath, programPath('blocked-writer.mjs'), endedPath(folder)];
  await runOnSpine(argv, {stateDir: folder, transport: 'pty', write, prepare, ...(stop && {stop})});
}

/** Nothing has been read from the program for half a second, since the recorder is behind: it hangs in a write. */
async function programBlocked(log: SessionLog): Promise<void> {
  let size = 0;
  let sinceMs = performance.now();
  await until('the program is blocked', () => {
    const now = log.rawSize(1, 'worker', 'stdout');
    if (now !== size || now < DISK_BYTES / 4) sinceMs = performance.now();
    size = now;
    return performance.now() - sinceMs > 500;
  });
}

const endedPath = (folder: string) => join(folder, 'ended');

function endedOn(folder: string): string | null {
  return existsSync(endedPath(folder)) ? readFileSync(endedPath(folder), 'utf8') : null;
}

// The built program --------------------------------------------------------------------------------------------------

/**
 * A state folder with room for `DISK_BYTES`: a file system of that size, or, where nothing may be mounted, a limit on the
 * size of a file. `ulimit -f` counts in 512 bytes in a POSIX shell; one that counts in 1024 gives twice as much.
 */
async function execWithoutRoom(folder: string): Promise<Ending> {
  if (!(await canMount())) return execInShell(folder, `ulimit -f ${DISK_BYTES / 512}`);
  return execInShell(folder, `mount -t tmpfs -o size=${DISK_BYTES} tmpfs "$ONESHOT_HOME"`, MOUNTING);
}

/** A mount namespace of its own, gone with its last process. */
const MOUNTING = ['unshare', '--user', '--map-root-user', '--mount'] as const;

async function canMount(): Promise<boolean> {
  const tryIt = 'mount -t tmpfs -o size=1m tmpfs /mnt 2>/dev/null';
  const ended = runToEnd([...MOUNTING, 'sh', '-c', tryIt], {stdio: 'ignore'});
  return ended.then(
    ({exitCode}) => exitCode === 0,
    () => false,
  );
}

async function execInShell(folder: string, before: string, wrapper: readonly string[] = []): Promise<Ending> {
  const home = join(folder, 'home');
  mkdirSync(home);
  const program = [process.execPath, programPath('blocked-writer.mjs'), endedPath(folder)];
  const oneshot = [process.execPath, await builtCli(), 'exec', '--quiet', '--', ...program];
  const shell = ['sh', '-c', `set -e; ${before}; exec "$@"`, 'sh', ...oneshot];
  const argv = [...wrapper, ...shell] as [string, ...string[]];
  const env = {...process.env, ONESHOT_HOME: home};
  const startedAt = performance.now();
  const child = start(argv, {env, stdio: ['ignore', 'ignore', 'pipe']});
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const {exitCode} = await ended(child);
  if (exitCode !== 1 || !stderr.includes('RECORDING_FAILED'))
    throw new Error(`oneshot exec on a full disk: exit ${exitCode}, ${JSON.stringify(stderr)}`);
  return {endedOn: endedOn(folder), ms: performance.now() - startedAt};
}
