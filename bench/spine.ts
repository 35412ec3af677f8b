/**
 * Programs on the real spine, in this process: an executor, `run()`, a recorder on disk and the real transport, all from
 * the built library.
 */
import {readFileSync, rmSync} from 'node:fs';
import type {OneshotEvent, RunFinished, StreamName} from '../src/event.ts';
import type {Installation} from '../src/executor/executor.ts';
import type {RunContext, RunRequest, StopReason} from '../src/run.ts';
import type {Write} from '../src/session/append-file.ts';
import type {SessionLog} from '../src/session/log.ts';
import type {TransportChoice} from '../src/transport/transport.ts';
import {builtLibrary} from './build.ts';

export interface SpineOptions {
  stateDir: string;
  transport: TransportChoice;
  /** Written to the program's stdin. @default empty */
  prompt?: string;
  /** How the recorder reaches the disk. @default as always */
  write?: Write;
  /** Called with the open log before the program is started. */
  prepare?: (log: SessionLog) => void;
  /** Aborted with a `StopReason` to stop the program. */
  stop?: AbortSignal;
  /** What else shall differ from a plain run. */
  context?: Partial<RunContext>;
  /** Whether what was recorded is read at the end; else it counts as empty. @default true */
  readBack?: boolean;
  /** The program as this agent. @default any program, by the command executor */
  as?: Omit<Installation, 'program'>;
}

export interface SpineRun {
  finished: RunFinished;
  /** Wall time of `run()`, ms. */
  ms: number;
  /** Recorded bytes of the streams. */
  recorded: Record<StreamName, Buffer>;
  /** What oneshot itself had to say of the run. */
  told: OneshotEvent[];
}

/**
 * Runs a program to its end. The session folder is gone afterwards.
 * @throws when the program ran on another transport than asked for; `auto` asks for none.
 */
export async function runOnSpine(argv: readonly string[], options: SpineOptions): Promise<SpineRun> {
  const {stateDir, transport, write, prepare, stop, readBack = true} = options;
  const {DEFAULT_MAX_FRAME_BYTES, openSessionLog, run, systemClock} = await builtLibrary();
  const log = await openSessionLog({stateDir, clock: systemClock, ...(write && {write})});
  const told: OneshotEvent[] = [];
  const removeView = log.addView((event) => {
    requireTransport(event, transport);
    if (event.source === 'runner') told.push(event);
  });
  prepare?.(log);
  const context: RunContext = {
    log,
    cwd: stateDir,
    env: process.env,
    transport,
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
    clock: systemClock,
    stop: stop ?? new AbortController().signal,
    kill: new AbortController().signal,
    ...options.context,
  };
  try {
    const request = await requestFor(argv, options);
    const startedAt = performance.now();
    const finished = await run(context, request);
    const ms = performance.now() - startedAt;
    removeView();
    await log.close();
    return {
      finished,
      ms,
      recorded: readBack ? readRecorded(log) : NOT_READ,
      told,
    };
  } finally {
    rmSync(log.dir, {recursive: true, force: true});
  }
}

async function requestFor(argv: readonly string[], {prompt = '', as}: SpineOptions): Promise<RunRequest> {
  const {executorByName} = await builtLibrary();
  const executor = executorByName(as?.executor ?? 'command');
  const [program = '', ...args] = argv;
  const installation: Installation = as
    ? {...as, program: [program, ...args]}
    : await executor.locate(process.env, argv);
  const agentArgs = as ? [] : argv;
  const agent = {executor, installation, model: null, permissionMode: 'agent', agentArgs} as const;
  return {agent, prompt, iteration: 1, role: 'worker', resume: null};
}

function requireTransport(event: OneshotEvent, transport: TransportChoice): void {
  if (transport === 'auto') return;
  if (event.type === 'run_started' && event.transport !== transport)
    throw new Error(`asked for ${transport}, got ${event.transport}: ${event.transportReason}`);
}

const NOT_READ = {stdout: Buffer.alloc(0), stderr: Buffer.alloc(0)};

function readRecorded(log: SessionLog): Record<StreamName, Buffer> {
  return {stdout: recorded(log, 'stdout'), stderr: recorded(log, 'stderr')};
}

function recorded(log: SessionLog, stream: StreamName): Buffer {
  if (log.rawSize(1, 'worker', stream) === 0) return Buffer.alloc(0);
  return readFileSync(log.rawPath(1, 'worker', stream));
}

/** @throws unless the program ended with 0. */
export function mustSucceed({finished, recorded}: SpineRun): void {
  if (finished.exitCode === 0) return;
  const {exitCode, signal, reason} = finished;
  throw new Error(
    `the program ended with ${exitCode ?? signal}: ${reason}\n${recorded.stderr.subarray(-500)}`,
  );
}

export function canceled(reason: string): StopReason {
  return {outcome: 'canceled', reason};
}
