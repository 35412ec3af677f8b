import {type ChildProcessByStdio, spawn} from 'node:child_process';
import type {Socket} from 'node:net';
import type {Writable} from 'node:stream';
import {messageOf} from '../error.ts';
import type {GuardLine} from './guard-lines.ts';
import {type Platform, platformOf} from './platform.ts';
import {ensureDescriptors} from './start.ts';

/** A run that is guarded. */
export interface WatchedRun {
  /** The agent's process is there. */
  started(pid: number): void;
  /** The agent is gone and swept: there is nothing to guard any more. */
  ended(): void;
}

/** Stops and sweeps the runs of this process, should it vanish without a word. */
export interface Guard {
  /** Why there is none at the moment, for a note; null where there is one, and before it is needed. */
  readonly unavailable: string | null;
  /** Call it before the agent is started. `mark`: the variable in the agent's environment; see `newMark`. */
  watch(run: {mark: string}): WatchedRun;
  /** Lets the guard go. It stops what is not ended by then. */
  close(): void;
}

export interface GuardOptions {
  /** @default the one this runs on */
  platform?: Platform;
  /** Node. @default the one this runs on */
  execPath?: string;
}

/** Fewer threads, and garbage collected early: the guard waits and does nothing else. */
const NODE_FLAGS = ['--v8-pool-size=0', '--max-semi-space-size=1'];

/**
 * A guard that is started with the first run and started anew, should it die, with the next one.
 * @param program path of the program that calls `guardUntilGone` on its stdin; in this package
 * `fileURLToPath(import.meta.resolve('@oneshot-cli/oneshot/guard'))`
 */
export function startGuard(program: string, options: GuardOptions = {}): Guard {
  return new GuardProcess(program, options);
}

type GuardChild = ChildProcessByStdio<Writable, null, null>;

class GuardProcess implements Guard {
  readonly #program: string;
  readonly #platform: Platform;
  readonly #execPath: string;
  /** What a guard must know of each run that has not ended, by mark. */
  readonly #watched = new Map<string, GuardLine[]>();
  #process: GuardChild | null = null;
  #unavailable: string | null = null;

  constructor(program: string, {platform, execPath = process.execPath}: GuardOptions) {
    this.#program = program;
    this.#platform = platform ?? platformOf(process.platform);
    this.#execPath = execPath;
  }

  get unavailable(): string | null {
    return this.#unavailable;
  }

  watch({mark}: {mark: string}): WatchedRun {
    this.#ensureProcess();
    const lines: GuardLine[] = [];
    const tell = (line: GuardLine) => {
      lines.push(line);
      this.#write(line);
    };
    this.#watched.set(mark, lines);
    tell({type: 'watch', mark});
    return {
      started: (pid) => tell({type: 'started', mark, pid, parentPid: process.pid}),
      ended: () => {
        if (this.#watched.delete(mark)) this.#write({type: 'ended', mark});
      },
    };
  }

  close(): void {
    this.#process?.stdin.end();
    this.#process = null;
  }

  #ensureProcess(): void {
    if (this.#process) return;
    try {
      this.#process = this.#start();
      this.#unavailable = null;
    } catch (error) {
      this.#unavailable = messageOf(error);
      return;
    }
    // What a guard that has died knew.
    for (const line of [...this.#watched.values()].flat()) this.#write(line);
  }

  /** null when it could not be started and the reason is still to come. @throws when the reason is known at once */
  #start(): GuardChild | null {
    if (!this.#platform.processes) throw new Error('this system has no way to find the processes of a run');
    ensureDescriptors();
    const guard = spawn(this.#execPath, [...NODE_FLAGS, this.#program], {
      // A session of its own: what ends oneshot's group or terminal does not end the guard.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      // It shall hold no folder, and neither NODE_OPTIONS nor the mark of an outer oneshot.
      cwd: '/',
      env: {},
    });
    if (guard.pid === undefined) {
      guard.once('error', (error) => {
        this.#unavailable = messageOf(error);
      });
      return null;
    }
    guard.once('exit', (code, signal) => {
      if (this.#process !== guard) return;
      this.#process = null;
      this.#unavailable = `the guard process has ended (${signal ?? `exit code ${code}`})`;
    });
    // The exit tells it.
    guard.stdin.on('error', () => {});
    // Neither the guard nor the pipe to it keeps this process from ending.
    guard.unref();
    (guard.stdin as Socket).unref();
    return guard;
  }

  /** A short write to a pipe that is not full is in the kernel when this returns: SIGKILL right after it loses nothing. */
  #write(line: GuardLine): void {
    this.#process?.stdin.write(`${JSON.stringify(line)}\n`);
  }
}
