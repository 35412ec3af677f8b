/** oneshot and its run, all of whose processes carry a variable of this check: what is left of them is found by that. */
import {randomUUID} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {OneshotEvent} from '../src/event.ts';
import {MARKER, type MarkedProcess, markedProcesses} from '../test/agents/processes.ts';
import {onlySession} from './exec.ts';
import {type Started, start, until} from './process.ts';

export interface MarkedOneshot {
  child: Started;
  /** Settles once oneshot is gone. */
  exit: Promise<void>;
  /** Living processes with the variable, oneshot itself included while it lives. */
  processes(): MarkedProcess[];
  /** The session's events so far. */
  events(): OneshotEvent[];
  /** What oneshot has said on stderr. */
  complaint(): string;
}

export interface MarkedOptions {
  /** Path of the built program. */
  cli: string;
  cwd: string;
  /** State folder, for this run alone. */
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** `oneshot ARGS`. */
export function startMarked(args: readonly string[], {cli, cwd, home, env}: MarkedOptions): MarkedOneshot {
  const marker = randomUUID();
  const child = start([process.execPath, cli, ...args], {
    cwd,
    env: {...env, ONESHOT_HOME: home, [MARKER]: marker},
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    child,
    exit: new Promise((resolve, reject) => {
      child.once('exit', () => resolve());
      child.once('error', reject);
    }),
    processes: () => markedProcesses(marker),
    events: () => eventsIn(home),
    complaint: () => stderr,
  };
}

function eventsIn(home: string): OneshotEvent[] {
  if (!existsSync(join(home, 'sessions'))) return [];
  const path = join(onlySession(home), 'events.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as OneshotEvent);
}

/** One that is between two programs shows no variable: so many looks, and ms between them, will see it. */
const LOOKS = 5;
const LOOK_EVERY_MS = 20;

/** Command lines of what is left once oneshot is gone. */
export async function leftOf({processes}: MarkedOneshot): Promise<string[]> {
  const left = new Map<number, string>();
  for (let look = 0; look < LOOKS; look++) {
    for (const {pid, command} of processes()) left.set(pid, command);
    await pause(LOOK_EVERY_MS);
  }
  return [...left.values()];
}

/** Ends processes, so that nothing outlives the check, whatever it has found. */
export async function endAll(processes: () => MarkedProcess[]): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    for (const {pid} of processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }
    await pause(LOOK_EVERY_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a sign of the run. @throws when oneshot ends before, with what it said */
export async function untilInRun(run: MarkedOneshot, what: string, condition: () => boolean): Promise<void> {
  const hasEnded = () => run.child.exitCode !== null || run.child.signalCode !== null;
  let holds = false;
  await until(what, () => {
    holds = condition();
    return holds || hasEnded();
  });
  if (!holds) throw new Error(`oneshot ended before ${what}: ${run.complaint()}`);
}
