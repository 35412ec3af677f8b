/** Every exit code of the program. `exec` alone exits as its program did. */
import {constants} from 'node:os';
import {type ErrorCode, OneshotError} from '../error.ts';
import type {RunFinished} from '../event.ts';
import type {LoopResult} from '../loop/options.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notVerified: 3,
  impossible: 4,
  timedOut: 124,
  notFound: 127,
} as const;

const CODES: Readonly<Partial<Record<ErrorCode, number>>> = {
  AGENT_NOT_FOUND: EXIT.notFound,
  AGENT_NOT_LOGGED_IN: EXIT.failed,
  AGENT_STILL_RUNNING: EXIT.failed,
  SPAWN_FAILED: EXIT.failed,
  PTY_UNAVAILABLE: EXIT.failed,
  RECORDING_FAILED: EXIT.failed,
  SESSION_ABANDONED: EXIT.failed,
  SESSION_DAMAGED: EXIT.failed,
  NO_RESULT: EXIT.failed,
  OUTPUT_FAILED: EXIT.failed,
  SESSION_LOCKED: EXIT.failed,
  BATCH_RUNNING: EXIT.failed,
  WORKTREE_BUSY: EXIT.failed,
  INTERNAL: EXIT.failed,
};

/** What oneshot could not do: 2 unless the code says otherwise. */
export function exitCodeOfError(error: unknown): number {
  return error instanceof OneshotError ? (CODES[error.code] ?? EXIT.usage) : EXIT.failed;
}

/** `judged`: an auditor or checks were to judge the work. `signal`: the first one that oneshot itself received, or null. */
export function exitCodeOfSession(
  {finished, lastRun}: LoopResult,
  {judged, signal}: {judged: boolean; signal: NodeJS.Signals | null},
): number {
  switch (finished.ending) {
    case 'verified':
      return EXIT.ok;
    case 'unverified':
      return judged ? EXIT.notVerified : EXIT.ok;
    case 'exhausted':
    case 'no-progress':
    case 'over-budget':
      return EXIT.notVerified;
    case 'impossible':
      return EXIT.impossible;
    case 'interrupted':
      return exitCodeOfSignal(signal ?? 'SIGINT');
    case 'failed':
      return lastRun?.outcome === 'stalled' || lastRun?.outcome === 'timed-out' ? EXIT.timedOut : EXIT.failed;
    default:
      return finished.ending satisfies never;
  }
}

/** As the program did: its exit code, or 128 + n when it died of signal n; 124 when a clock ended it. `received`: a signal to oneshot, or null. */
export function exitCodeOfProgram(
  {exitCode, signal, outcome}: RunFinished,
  {received}: {received: NodeJS.Signals | null},
): number {
  if (outcome === 'stalled' || outcome === 'timed-out') return EXIT.timedOut;
  if (exitCode !== null) return exitCode;
  const cause = signal ?? received;
  return cause === null ? EXIT.failed : exitCodeOfSignal(cause);
}

/** From the least to the most that went wrong; what ended oneshot itself is worse than all of it. */
const BY_WEIGHT: readonly number[] = [
  EXIT.ok,
  EXIT.notVerified,
  EXIT.impossible,
  EXIT.timedOut,
  EXIT.failed,
  EXIT.notFound,
  EXIT.usage,
];

/** The exit code for many tasks together; 0 for none. */
export function worstExitCode(codes: readonly number[]): number {
  const weight = (code: number) => (BY_WEIGHT.includes(code) ? BY_WEIGHT.indexOf(code) : BY_WEIGHT.length);
  return codes.reduce((worst, code) => (weight(code) > weight(worst) ? code : worst), EXIT.ok as number);
}

export function exitCodeOfSignal(signal: string): number {
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
