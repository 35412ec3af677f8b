/** `oneshot exec --json` into a reader that sleeps first: every event line arrives, and waiting costs no memory. */
import {createHash} from 'node:crypto';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {builtCli} from '../build.ts';
import {type Content, contentOf, eventProgram, idleRssBytes, onlySession, startExec} from '../exec.ts';
import {ended, withTempFolder} from '../process.ts';
import {rounded} from '../stats.ts';
import {defineCheck, type Progress} from './check.ts';
import {ABOVE_IDLE_MIB} from './memory.ts';

const MB = 1_000_000;
const MIB = 1024 * 1024;

export const stdout = defineCheck({
  full: {jsonMB: 200, asleepMs: 5000},
  reduced: {jsonMB: 40, asleepMs: 5000},
  async measure({jsonMB, asleepMs}, progress) {
    const cli = await builtCli();
    const idle = await withTempFolder((home) => idleRssBytes(['--json'], cli, home));
    progress(`idle ${rounded(idle / MIB, 1)} MiB`);
    const run = await withTempFolder((home) =>
      intoSleeper({bytes: jsonMB * MB, asleepMs, cli, home, progress}),
    );
    const aboveIdleMiB = rounded((run.peakRssBytes - idle) / MIB, 1);
    return {
      runs: 1,
      value: {missingBytes: run.missingBytes, sameAsLog: run.sameAsLog, aboveIdleMiB},
      target: {missingBytes: 0, sameAsLog: true, aboveIdleMiB: ABOVE_IDLE_MIB},
      ok: run.missingBytes === 0 && run.sameAsLog && aboveIdleMiB <= ABOVE_IDLE_MIB,
      stdoutBytes: run.bytes,
      idleMiB: rounded(idle / MIB, 1),
      peakMiB: rounded(run.peakRssBytes / MIB, 1),
    };
  },
});

interface Sleeper {
  /** What the program writes; the event lines on stdout are more than that. */
  bytes: number;
  asleepMs: number;
  cli: string;
  home: string;
  progress: Progress;
}

async function intoSleeper({bytes, asleepMs, cli, home, progress}: Sleeper) {
  const program = eventProgram(bytes, join(home, 'said.json'));
  const options = {cli, home, stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit']};
  const child = startExec(['--json', '--quiet', ...program.argv], options);
  const ending = ended(child);
  await new Promise((resolve) => setTimeout(resolve, asleepMs));
  progress('awake');
  const {steps, ...got} = await readLines(child.stdout as Readable);
  const {exitCode, peakRssBytes} = await ending;
  if (exitCode !== 0) throw new Error(`oneshot exec exited with ${exitCode}`);
  const log = await contentOf(join(onlySession(home), 'events.jsonl'));
  if (got.bytes < bytes) throw new Error(`only ${got.bytes} bytes of event lines`);
  return {
    bytes: got.bytes,
    peakRssBytes,
    missingBytes: log.bytes - got.bytes,
    sameAsLog: got.sha256 === log.sha256 && steps === program.said().lines,
  };
}

/** Reads to the end; `steps` is how many events of the program came. Throws where `seq` has a gap. */
async function readLines(stream: Readable): Promise<Content & {steps: number}> {
  const hash = createHash('sha256');
  let bytes = 0;
  let seq = 0;
  let steps = 0;
  let pending: Buffer[] = [];
  const takeLine = (line: string) => {
    const event = JSON.parse(line) as {seq: number; source: string; raw?: unknown};
    if (event.seq !== ++seq) throw new Error(`event ${event.seq} came as number ${seq}`);
    if (event.source === 'agent' && event.raw) steps++;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      takeLine(Buffer.concat([...pending, chunk.subarray(start, end)]).toString());
      pending = [];
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) throw new Error('the last line has no end');
  return {sha256: hash.digest('hex'), bytes, steps};
}
