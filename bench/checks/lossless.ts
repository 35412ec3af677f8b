/** Every byte that a program writes before it exits is recorded, and nothing holds the run up afterwards. */
import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {SessionLog} from '../../src/session/log.ts';
import {builtCli} from '../build.ts';
import {contentOf, eventProgram, exec, onlySession} from '../exec.ts';
import {descriptorCount, programPath, withTempFolder, zombieCount} from '../process.ts';
import {mustSucceed, runOnSpine, type SpineRun} from '../spine.ts';
import {rounded} from '../stats.ts';
import {defineCheck, type Progress} from './check.ts';

const MB = 1_000_000;
const OVER_WITHIN_MS = 2000;
const BLOCK_MS = 2000;
/** Less than a PTY holds unread, so that the program writes the rest and exits while the reader is blocked. */
const LEFT_IN_PTY_BYTES = 12_000;

interface Counts {
  bursts100KB: number;
  /** The same on `auto`, as users have it. */
  burstsAuto: number;
  bursts1MB: number;
  readerBlocked: number;
  grandchild: number;
  execMB: number;
  /** After how many of the bursts descriptors and zombies are counted. */
  leakRuns: number;
}

interface Tally {
  runs: number;
  missingBytes: number;
  runsWithLoss: number;
  /** From the start of the program, or the end of the block, to the end of the run: more than "after the exit". */
  slowestMs: number;
}

export const lossless = defineCheck<Counts>({
  full: {
    bursts100KB: 1000,
    burstsAuto: 1000,
    bursts1MB: 100,
    readerBlocked: 20,
    grandchild: 20,
    execMB: 200,
    leakRuns: 500,
  },
  reduced: {
    bursts100KB: 60,
    burstsAuto: 30,
    bursts1MB: 10,
    readerBlocked: 3,
    grandchild: 4,
    execMB: 20,
    leakRuns: 50,
  },
  async measure(counts, progress) {
    const tally: Tally = {runs: 0, missingBytes: 0, runsWithLoss: 0, slowestMs: 0};
    const leaks = await withTempFolder((folder) => burstOften(folder, counts, tally, progress));
    const recordedEqual = await recordsExec(counts.execMB * MB, progress);
    const planned =
      counts.bursts100KB + counts.burstsAuto + counts.bursts1MB + counts.readerBlocked + counts.grandchild;
    const value = {
      missingBytes: tally.missingBytes,
      slowestMs: rounded(tally.slowestMs, 0),
      execSha256Equal: recordedEqual,
      ...leaks,
    };
    return {
      runs: tally.runs + 1,
      value,
      target: {missingBytes: 0, slowestMs: OVER_WITHIN_MS, execSha256Equal: true, descriptors: 0, zombies: 0},
      ok:
        tally.runs === planned &&
        tally.missingBytes === 0 &&
        tally.slowestMs <= OVER_WITHIN_MS &&
        recordedEqual &&
        leaks.descriptors <= 0 &&
        leaks.zombies <= 0,
      runsWithLoss: tally.runsWithLoss,
    };
  },
});

async function burstOften(folder: string, counts: Counts, tally: Tally, progress: Progress) {
  const small = burstOf(folder, 100_000);
  const large = burstOf(folder, MB);
  // Warm up: what is loaded once is no leak.
  for (let warm = 0; warm < 3; warm++) await plainBurst(small, warm);
  const before = {descriptors: descriptorCount(), zombies: zombieCount()};
  let leaks = {descriptors: 0, zombies: 0};
  for (let index = 0; index < counts.bursts100KB; index++) {
    count(tally, small, await plainBurst(small, index));
    if (index + 1 === counts.leakRuns)
      leaks = {
        descriptors: descriptorCount() - before.descriptors,
        zombies: zombieCount() - before.zombies,
      };
    if (index % 100 === 99)
      progress(`100 KB: ${index + 1} of ${counts.bursts100KB}, ${tally.missingBytes} bytes missing`);
  }
  for (let index = 0; index < counts.burstsAuto; index++)
    count(tally, small, await plainBurst(small, index, 'auto'));
  progress(`100 KB on auto: ${counts.burstsAuto}, ${tally.missingBytes} bytes missing`);
  for (let index = 0; index < counts.bursts1MB; index++) count(tally, large, await plainBurst(large, index));
  progress(`1 MB: ${counts.bursts1MB}, ${tally.missingBytes} bytes missing`);
  for (let index = 0; index < counts.readerBlocked; index++)
    count(tally, small, await blockedBurst(small, index));
  progress(`reader blocked: ${counts.readerBlocked}, ${tally.missingBytes} bytes missing`);
  for (let index = 0; index < counts.grandchild; index++) count(tally, small, await heldBurst(small, index));
  progress(`grandchild: ${counts.grandchild}, ${tally.missingBytes} bytes missing`);
  return leaks;
}

interface Burst {
  folder: string;
  path: string;
  bytes: Buffer;
}

/** Lines of JSON that no two runs of this check share; the last one has no line end. */
function burstOf(folder: string, size: number): Burst {
  const lines: string[] = [];
  for (let left = size; left > 0; ) {
    const line = `{"type":"text","text":"${randomBytes(150).toString('base64')}"}\n`.slice(0, left);
    lines.push(line);
    left -= line.length;
  }
  const bytes = Buffer.from(lines.join(''));
  const path = join(folder, `burst-${size}`);
  writeFileSync(path, bytes);
  return {folder, path, bytes};
}

/** In turn by `cat`, which is gone within a microsecond of its write, and by a Node program that calls `process.exit`. */
function programFor({path}: Burst, index: number): string[] {
  return index % 2 === 0 ? ['cat', path] : [process.execPath, programPath('burst.mjs'), path];
}

function plainBurst(burst: Burst, index: number, transport: 'pty' | 'auto' = 'pty'): Promise<SpineRun> {
  return runOnSpine(programFor(burst, index), {stateDir: burst.folder, transport});
}

/** The reader's event loop stands still while the program writes its last bytes and exits. */
async function blockedBurst(burst: Burst, index: number): Promise<SpineRun> {
  let blockedMs = 0;
  const blockNearTheEnd = (log: SessionLog) => {
    const appendRaw = log.appendRaw.bind(log);
    log.appendRaw = (iteration, role, stream, bytes) => {
      const offset = appendRaw(iteration, role, stream, bytes);
      const left = burst.bytes.length - offset - bytes.length;
      if (stream === 'stdout' && left <= LEFT_IN_PTY_BYTES && blockedMs === 0) blockedMs = block(BLOCK_MS);
      return offset;
    };
  };
  const options = {stateDir: burst.folder, transport: 'pty', prepare: blockNearTheEnd} as const;
  const ran = await runOnSpine(programFor(burst, index), options);
  if (blockedMs === 0) throw new Error('the reader was never blocked');
  return {...ran, ms: ran.ms - blockedMs};
}

/** Blocks the event loop; the time it took, ms. */
function block(ms: number): number {
  const startedAt = performance.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return performance.now() - startedAt;
}

/** A grandchild holds both streams open until the run is swept; every other one writes to them too. */
async function heldBurst(burst: Burst, index: number): Promise<SpineRun> {
  const kind = index % 2 === 0 ? 'quiet' : 'noisy';
  const program = [process.execPath, programPath('burst.mjs'), burst.path, kind];
  const ran = await runOnSpine(program, {stateDir: burst.folder, transport: 'pty'});
  mustHaveBeenHeld(ran);
  return ran;
}

/** @throws unless oneshot had to close streams before their end, which only a process that holds them can make it do */
function mustHaveBeenHeld({told}: SpineRun): void {
  const closed = told.some((event) => event.type === 'note' && event.code === 'STREAM_HELD_OPEN');
  if (!closed) throw new Error('nothing held the streams');
}

function count(tally: Tally, {bytes}: Burst, run: SpineRun): void {
  mustSucceed(run);
  const {recorded, ms} = run;
  // What a noisy grandchild has written comes after the burst.
  const rest = recorded.stdout.subarray(bytes.length).toString();
  if (!/^(late\n)*(l(at?)?)?$/.test(rest))
    throw new Error(`bytes nobody wrote: ${JSON.stringify(rest.slice(0, 80))}`);
  const missing = bytes.length - commonLength(bytes, recorded.stdout);
  tally.runs++;
  tally.missingBytes += missing;
  tally.runsWithLoss += missing > 0 ? 1 : 0;
  tally.slowestMs = Math.max(tally.slowestMs, ms);
}

/** Bytes at the start that both have. */
function commonLength(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  if (a.subarray(0, length).equals(b.subarray(0, length))) return length;
  return a.findIndex((byte, index) => byte !== b[index]);
}

/** The whole program: what is recorded of `bytes` is what the child has written. */
async function recordsExec(bytes: number, progress: Progress): Promise<boolean> {
  const cli = await builtCli();
  return withTempFolder(async (home) => {
    const program = eventProgram(bytes, join(home, 'said.json'));
    const startedAt = performance.now();
    const {exitCode} = await exec(['--quiet', '--transport', 'pty', ...program.argv], {cli, home});
    const seconds = (performance.now() - startedAt) / 1000;
    const said = program.said();
    const recorded = await contentOf(join(onlySession(home), '1', 'worker.stdout'));
    progress(
      `exec: ${recorded.bytes} of ${said.bytes} bytes recorded, ${rounded(said.bytes / MB / seconds)} MB/s`,
    );
    return exitCode === 0 && recorded.sha256 === said.sha256;
  });
}
