/** `oneshot exec` as users run it: the built program, a state folder of its own. */
import type {StdioOptions} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createReadStream, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type Ended, ended, programPath, type Started, start} from './process.ts';
import {median} from './stats.ts';

export interface ExecOptions {
  /** Path of the built program. */
  cli: string;
  /** State folder. */
  home: string;
  /** @default no stdout, our stderr */
  stdio?: StdioOptions;
}

/** `oneshot exec ARGS`; `args` are options, `--` and the program. */
export function startExec(args: readonly string[], {cli, home, stdio}: ExecOptions): Started {
  const env = {...process.env, ONESHOT_HOME: home};
  return start([process.execPath, cli, 'exec', ...args], {env, ...(stdio && {stdio})});
}

export function exec(args: readonly string[], options: ExecOptions): Promise<Ended> {
  return ended(startExec(args, options));
}

/** The folder of the only session in a state folder. */
export function onlySession(home: string): string {
  const sessions = join(home, 'sessions');
  const [id, ...others] = readdirSync(sessions);
  if (id === undefined || others.length > 0) throw new Error(`not one session in ${sessions}`);
  return join(sessions, id);
}

export interface Content {
  sha256: string;
  bytes: number;
}

export async function contentOf(path: string): Promise<Content> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, {highWaterMark: 1024 * 1024})) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return {sha256: hash.digest('hex'), bytes};
}

/** Arguments that run bench/programs/events.mjs, and what it says it wrote once it is over. */
export function eventProgram(bytes: number, saidPath: string) {
  return {
    argv: ['--', process.execPath, programPath('events.mjs'), String(bytes), saidPath],
    said: () => JSON.parse(readFileSync(saidPath, 'utf8')) as Content & {lines: number},
  };
}

/** Peak memory of the same command around a program that does nothing, bytes: the median of three. */
export async function idleRssBytes(options: string[], cli: string, home: string): Promise<number> {
  const peaks: number[] = [];
  for (let time = 0; time < 3; time++) {
    const stdio: StdioOptions = ['ignore', 'ignore', 'inherit'];
    const {peakRssBytes, exitCode} = await exec([...options, '--', 'sleep', '1'], {cli, home, stdio});
    if (exitCode !== 0 || peakRssBytes === 0) throw new Error('no idle memory could be measured');
    peaks.push(peakRssBytes);
  }
  return median(peaks);
}
