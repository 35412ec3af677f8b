/** How soon those who follow a session see its events, and whether the writer notices them. */
import type {StdioOptions} from 'node:child_process';
import {once} from 'node:events';
import {basename} from 'node:path';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {pathToFileURL} from 'node:url';
import {built, builtCli} from '../build.ts';
import {programPath, start, withTempFolder} from '../process.ts';
import {median, percentile, rounded} from '../stats.ts';
import {defineCheck} from './check.ts';

const TARGET = {medianMs: 50, writeRatio: 1.25, missing: 0};

const INTERVAL_MS = 20;

export const follow = defineCheck({
  full: {events: 1500, followers: 10, pairs: 5},
  reduced: {events: 250, followers: 10, pairs: 2},
  async measure(counts, progress) {
    const {events, followers, pairs} = counts;
    const latenciesMs: number[] = [];
    const alone: Written[] = [];
    const followed: Written[] = [];
    let missing = 0;
    for (let pair = 1; pair <= pairs; pair++) {
      alone.push((await session({events, followers: 0})).written);
      const {written, seenMs} = await session({events, followers});
      followed.push(written);
      latenciesMs.push(...seenMs);
      missing += events * followers - seenMs.length;
      progress(`alone ${JSON.stringify(alone.at(-1))}, followed ${JSON.stringify(written)}`);
    }
    const medianMs = median(latenciesMs);
    const writeRatio = median(followed.map(({writeMs}, index) => writeMs / alone[index]!.writeMs));
    const cpuRatio = median(followed.map(({cpuMs}, index) => cpuMs / alone[index]!.cpuMs));
    return {
      runs: latenciesMs.length,
      value: {medianMs: rounded(medianMs, 1), writeRatio: rounded(writeRatio), missing},
      target: TARGET,
      ok: missing === 0 && medianMs <= TARGET.medianMs && writeRatio <= TARGET.writeRatio,
      p95Ms: rounded(percentile(latenciesMs, 0.95), 1),
      writerCpuRatio: rounded(cpuRatio),
    };
  },
});

interface Written {
  cpuMs: number;
  writeMs: number;
}

interface FollowedSession {
  written: Written;
  /** From each write to each follower's line, ms. */
  seenMs: number[];
}

function session({events, followers}: {events: number; followers: number}): Promise<FollowedSession> {
  return withTempFolder(async (home) => {
    const library = pathToFileURL(await built('core.js')).href;
    const writer = start(
      [
        process.execPath,
        programPath('followed-writer.mjs'),
        library,
        home,
        String(events),
        String(INTERVAL_MS),
      ],
      {stdio: ['pipe', 'pipe', 'inherit']},
    );
    const lines = createInterface({input: writer.stdout as Readable})[Symbol.asyncIterator]();
    const {value: dir} = await lines.next();
    const cli = await builtCli();
    const seenMs: number[] = [];
    const env = {...process.env, ONESHOT_HOME: home};
    const all = Array.from({length: followers}, () => follower({cli, id: basename(dir), env, seenMs}));
    await Promise.all(all.map(({isThere}) => isThere));
    (writer.stdin as Writable).write('go\n');
    const {value: report} = await lines.next();
    await Promise.all(all.map(({ended}) => ended));
    return {written: JSON.parse(report) as Written, seenMs};
  });
}

interface FollowerOptions {
  cli: string;
  id: string;
  env: NodeJS.ProcessEnv;
  seenMs: number[];
}

interface Follower {
  /** Settles when it has shown its first event. */
  isThere: Promise<void>;
  ended: Promise<void>;
}

/** Adds the age of each event as it is seen. */
function follower({cli, id, env, seenMs}: FollowerOptions): Follower {
  const stdio: StdioOptions = ['ignore', 'pipe', 'inherit'];
  const child = start([process.execPath, cli, 'follow', id, '--json'], {env, stdio});
  const exit = once(child, 'exit');
  const lines = createInterface({input: child.stdout as Readable});
  const isThere = once(lines, 'line').then(() => {});
  lines.on('line', (line) => {
    const nowMs = performance.timeOrigin + performance.now();
    const {code, text} = JSON.parse(line) as {code?: string; text?: string};
    if (code === 'TIME') seenMs.push(nowMs - Number(text));
  });
  const ended = once(lines, 'close').then(async () => {
    const [exitCode] = await exit;
    if (exitCode !== 0) throw new Error(`a follower ended with ${exitCode}`);
  });
  return {isThere, ended};
}
