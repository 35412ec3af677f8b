/**
 * From a program's write to the view callback of `run()`, beside a bare reader of a second PTY. One program writes to
 * both in turn and both are read in this process, so that whatever slows one down slows the other down.
 */
import {execFileSync} from 'node:child_process';
import {closeSync} from 'node:fs';
import {ReadStream} from 'node:tty';
import type {SessionLog} from '../../src/session/log.ts';
import {openPty, type Pty} from '../../src/transport/openpty.ts';
import {programPath, withTempFolder} from '../process.ts';
import {mustSucceed, runOnSpine} from '../spine.ts';
import {percentile} from '../stats.ts';

const EVENTS_PER_SECOND = 50;

export interface Latency {
  count: number;
  p50Ms: number;
  p99Ms: number;
}

/** Writes `count` events to each of the two. */
export async function comparePty(count: number): Promise<{oneshot: Latency; bare: Latency}> {
  const pty = await openPty();
  if ('unavailable' in pty) throw new Error(pty.unavailable);
  const bare = new BareReader(pty);
  try {
    const oneshotMs = await withTempFolder((stateDir) => onSpine(stateDir, count, bare.path));
    return {oneshot: latency(oneshotMs), bare: latency(bare.latenciesMs())};
  } finally {
    bare.close();
  }
}

async function onSpine(stateDir: string, count: number, otherTerminal: string): Promise<number[]> {
  const seen: Seen[] = [];
  const watch = (log: SessionLog) =>
    void log.addView((event) => {
      seen.push({at: process.hrtime.bigint(), text: () => JSON.stringify(event)});
    });
  const argv = [
    process.execPath,
    programPath('ticker.mjs'),
    String(count),
    String(1000 / EVENTS_PER_SECOND),
    otherTerminal,
  ];
  const ran = await runOnSpine(argv, {stateDir, transport: 'pty', prepare: watch});
  mustSucceed(ran);
  return latenciesMs(seen);
}

interface Seen {
  /** Monotonic ns. */
  at: bigint;
  /** What was seen, with the `at` of its sender in it. Made afterwards, as it takes time. */
  text: () => string;
}

/** The least that reads a PTY and finds lines. */
class BareReader {
  readonly path: string;
  readonly #slave: number;
  readonly #stream: ReadStream;
  readonly #seen: Seen[] = [];

  constructor({master, slave}: Pty) {
    this.#slave = slave;
    this.path = execFileSync('tty', {stdio: [slave, 'pipe', 'inherit'], encoding: 'utf8'}).trim();
    this.#stream = new ReadStream(master);
    let pending = '';
    this.#stream.on('data', (bytes: Buffer) => {
      const lines = (pending + bytes.toString()).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) this.#seen.push({at: process.hrtime.bigint(), text: () => line});
    });
  }

  latenciesMs(): number[] {
    return latenciesMs(this.#seen);
  }

  close(): void {
    this.#stream.destroy();
    closeSync(this.#slave);
  }
}

function latenciesMs(seen: readonly Seen[]): number[] {
  return seen.flatMap(({at, text}) => {
    const [, sentAt] = /"type":"tick","left":\d+,"at":"(\d+)"/.exec(text()) ?? [];
    return sentAt === undefined ? [] : [Number(at - BigInt(sentAt)) / 1e6];
  });
}

function latency(ms: readonly number[]): Latency {
  return {count: ms.length, p50Ms: percentile(ms, 0.5), p99Ms: percentile(ms, 0.99)};
}
