/** A command of the user that is told how a session has ended. */
import {tmpdir} from 'node:os';
import type {Clock} from '../clock.ts';
import {messageOf} from '../error.ts';
import {Family, newMark} from '../transport/family.ts';
import {platformOf} from '../transport/platform.ts';
import {shellArgv} from '../transport/shell.ts';
import {spawnChild} from '../transport/spawn.ts';
import {stopChild} from '../transport/stop.ts';
import {sweep} from '../transport/sweep.ts';
import type {Child, ChildExit, ChunkHandler, SpawnRequest} from '../transport/transport.ts';
import {within} from '../transport/within.ts';
import type {EndingReport} from './ending.ts';

export interface OnEndContext {
  /** The command's environment; `ONESHOT_SESSION` and `ONESHOT_ENDING` are added. */
  env: SpawnRequest['env'];
  /** Where the command runs, absolute. */
  cwd: string;
  clock: Clock;
  /** Aborted: the command is ended. */
  stop: AbortSignal;
  /** Aborted: SIGKILL at once. */
  kill: AbortSignal;
  /** What the command says, on either stream; the first 64 KiB. */
  onOutput(text: string): void;
  /** @default 30_000 */
  commandLimitMs?: number;
}

const DEFAULT_LIMIT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

/** Runs `command` in the shell with the report as one line of JSON on its stdin. What went wrong, or null. Never rejects. */
export async function runOnEnd(
  command: string,
  report: EndingReport,
  context: OnEndContext,
): Promise<string | null> {
  const mark = newMark();
  try {
    const child = await start(command, report, {...context, env: {...context.env, [mark]: '1'}});
    return await ended(child, mark, context);
  } catch (error) {
    return `could not be started: ${messageOf(error)}`;
  }
}

function start(command: string, report: EndingReport, {env, cwd, onOutput}: OnEndContext): Promise<Child> {
  const request: SpawnRequest = {
    argv: shellArgv(command),
    cwd,
    env: {...env, ONESHOT_SESSION: report.session, ONESHOT_ENDING: report.ending},
    stdin: Buffer.from(`${JSON.stringify(report)}\n`),
    transport: 'pipe',
    spoolDir: tmpdir(),
  };
  return spawnChild(request, boundedText(onOutput));
}

async function ended(
  child: Child,
  mark: string,
  {clock, stop, kill, commandLimitMs = DEFAULT_LIMIT_MS}: OnEndContext,
): Promise<string | null> {
  const exit = await within(child.exit, commandLimitMs, {clock, signal: stop});
  if (exit) return problemOf(exit);
  await end(child, mark, {clock, kill});
  return stop.aborted ? 'was ended, as asked' : `was ended: it ran for more than ${commandLimitMs / 1000} s`;
}

/** With all that it has started: a shell's background jobs ignore the SIGINT that ends the shell. */
async function end(
  child: Child,
  mark: string,
  {clock, kill}: Pick<OnEndContext, 'clock' | 'kill'>,
): Promise<void> {
  const {processes: table} = platformOf(process.platform);
  const family = table && new Family({table, rootPid: child.pid, mark});
  await stopChild(child, {clock, family, killNow: kill, onSignal: () => {}});
  if (family) await sweep(family, {clock, killNow: kill});
}

function problemOf({exitCode, signal}: ChildExit): string | null {
  if (exitCode === 0) return null;
  return exitCode === null ? `died of ${signal}` : `exited with ${exitCode}`;
}

function boundedText(onText: (text: string) => void): ChunkHandler {
  const decoders = {stdout: new TextDecoder(), stderr: new TextDecoder()};
  let room = MAX_OUTPUT_BYTES;
  return (stream, bytes) => {
    if (room <= 0) return;
    const kept = bytes.subarray(0, room);
    room -= bytes.length;
    onText(decoders[stream].decode(kept, {stream: true}) + (room < 0 ? '\n[the rest is left out]\n' : ''));
  };
}
