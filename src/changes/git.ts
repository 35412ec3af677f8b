/** Runs git so that it reads a repository and changes nothing in it. */

import {oneLine} from '../text.ts';
import {Kept} from '../transport/kept.ts';
import {type Heard, listen} from '../transport/listen.ts';
import type {SpawnRequest} from '../transport/transport.ts';

export type Environment = SpawnRequest['env'];

export interface GitOptions {
  env: Environment;
  /** For one command, ms. */
  timeoutMs: number;
  stop?: AbortSignal;
}

export interface GitCall {
  cwd: string;
  /** Added to the environment. */
  env?: Environment;
  stdin?: Uint8Array;
  /** Exit codes that are no failure. @default [0] */
  exitCodes?: readonly number[];
}

/** `complaint`: what it said on stderr, shortened. */
export type Ended = Heard & {complaint: string};

/** What git prints to a command whose answer is short, bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_COMPLAINT_BYTES = 4 * 1024;
const MAX_REASON_CHARS = 300;

/** What a repository's configuration could make git do, or overlook. */
const SAFE_CONFIGURATION = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.splitIndex=false',
  'core.untrackedCache=false',
  'core.trustctime=true',
  'core.checkStat=default',
  'core.ignoreStat=false',
  'core.safecrlf=false',
  // What it writes is for the user alone.
  'core.sharedRepository=0600',
  'core.looseCompression=1',
  // A larger file is compared as if it were binary.
  'core.bigFileThreshold=1m',
];

export class Git {
  readonly #options: GitOptions;
  readonly #env: Environment;
  readonly #configuration: readonly string[];

  constructor(options: GitOptions, configuration: readonly string[] = []) {
    this.#options = options;
    this.#env = gitEnvironment(options.env);
    this.#configuration = [...SAFE_CONFIGURATION, ...configuration].flatMap((setting) => ['-c', setting]);
  }

  /** The same with further settings, `name=value`. */
  with(configuration: readonly string[]): Git {
    return new Git(this.#options, configuration);
  }

  /** What a command prints, without the last line end. @throws as `stream` */
  async ask(args: readonly string[], call: GitCall): Promise<string> {
    const kept = new Kept(MAX_ANSWER_BYTES);
    await this.stream(args, call, (bytes) => kept.add(bytes));
    return kept.bytes().toString().replace(/\n$/, '');
  }

  /**
   * Hands on what a command prints until the listener says false.
   * @throws Error with git's own words when it fails, takes too long or is stopped; OneshotError as `spawnChild`
   */
  async stream(
    args: readonly string[],
    {cwd, env, stdin, exitCodes = [0]}: GitCall,
    listener: (bytes: Buffer) => boolean,
  ): Promise<Ended> {
    const complaint = new Kept(MAX_COMPLAINT_BYTES);
    const {timeoutMs, stop} = this.#options;
    const request = {
      cwd,
      env: {...this.#env, ...env},
      stdin: stdin ?? null,
      // What is too much can then be left unread.
      transport: 'pipe' as const,
      spoolDir: '',
      timeoutMs,
      ...(stop && {stop}),
    };
    const heard = await listen(['git', ...this.#configuration, ...args], request, (stream, bytes) => {
      if (stream === 'stdout') return listener(bytes);
      complaint.add(bytes);
      return true;
    });
    const ended = {...heard, complaint: oneLine(complaint.bytes().toString(), MAX_REASON_CHARS)};
    const failure = this.#failureOf(ended, exitCodes);
    if (failure !== null) throw new Error(`git ${args[0]} ${failure}`);
    return ended;
  }

  #failureOf({endedBy, exitCode, signal, complaint}: Ended, good: readonly number[]): string | null {
    switch (endedBy) {
      case 'enough':
        return null;
      case 'timed-out':
        return `took longer than ${this.#options.timeoutMs} ms`;
      case 'stopped':
        return 'was stopped';
      case 'itself':
        if (exitCode !== null && good.includes(exitCode)) return null;
        return `failed: ${complaint || `exit ${exitCode ?? signal}`}`;
    }
  }
}

/** Those that choose a configuration or bound the search for a repository; the others would lead elsewhere, as in a hook. */
const KEPT_VARIABLES =
  /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/;

function gitEnvironment(env: Environment): Environment {
  const kept = Object.entries(env).filter(([name]) => !/^GIT_/i.test(name) || KEPT_VARIABLES.test(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    // A partial clone would fetch what it lacks.
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
  };
}
