/** What has come of a line of a batch. */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {messageOf, OneshotError} from '../error.ts';
import type {Ending} from '../event.ts';
import {foldLog} from '../session/fold-log.ts';
import {isJudged, type SessionState} from '../session/state.ts';
import type {LeftWorktree} from '../worktree/left.ts';
import {exitCodeOfError, exitCodeOfSession} from './exit-code.ts';

export interface BatchResult {
  /** From 1. */
  line: number;
  /** The user's own name for it, or null. */
  id: string | null;
  /** Id of its session; null: it never had one. */
  session: string | null;
  /** null: its log has no end, or it has none. */
  ending: Ending | null;
  /** For a person. */
  reason: string;
  /** As `oneshot run` would have exited. */
  exitCode: number;
  iterations: number;
  costUsd: number | null;
  /** From the first event to the last; null without a session. */
  durationMs: number | null;
  /** The last worker's final words. */
  text: string | null;
  /** The git worktree that was made for it. */
  worktree: LeftWorktree | null;
  /** A former run of the batch had come to this end. */
  before: boolean;
  /** What oneshot could not do. */
  error: {code: string; message: string; nextStep: string} | null;
}

type Named = Pick<BatchResult, 'line' | 'id'>;

/** Of a line that never became a session. */
export function resultOfError({line, id}: Named, error: unknown): BatchResult {
  return {
    line,
    id,
    session: null,
    ending: null,
    ...errorPart(error),
    iterations: 0,
    costUsd: null,
    durationMs: null,
    text: null,
    worktree: null,
    before: false,
  };
}

export interface EndedSession {
  /** The folder of sessions. */
  sessions: string;
  session: string;
  /** What was thrown; null: it came to an end by itself. */
  error: unknown;
  /** null: as its log tells. */
  exitCode: number | null;
  /** The first signal that oneshot itself received, or null. */
  signal: NodeJS.Signals | null;
  worktree: LeftWorktree | null;
  before: boolean;
}

/** Of a line that became a session: what its log says. @throws OneshotError UNREADABLE_FILE, SESSION_UNSUPPORTED */
export async function resultOfSession({line, id}: Named, ended: EndedSession): Promise<BatchResult> {
  const {sessions, session, error, worktree, before} = ended;
  const dir = join(sessions, session);
  if (!existsSync(dir)) return resultOfError({line, id}, error);
  const {state} = await foldLog(dir);
  return {
    line,
    id,
    session,
    ending: state.finished?.ending ?? null,
    ...(error === null ? endPart(state, ended) : errorPart(error)),
    iterations: state.iteration,
    costUsd: state.usage.costUsd,
    durationMs: state.lastAt - state.startedAt,
    text: state.workerText,
    worktree,
    before,
  };
}

type EndPart = Pick<BatchResult, 'reason' | 'exitCode' | 'error'>;

function endPart(state: SessionState, ended: EndedSession): EndPart {
  const {finished, lastRun} = state;
  if (!finished)
    return errorPart(new OneshotError('SESSION_DAMAGED', 'its log has no end', 'Look at it: oneshot show.'));
  const looped = {finished, lastRun: lastRun?.finished ?? null};
  const {signal} = ended;
  const exitCode =
    ended.exitCode ??
    exitCodeOfSession(looped, {
      judged: isJudged({audit: state.auditor !== null, rules: state.rules}),
      signal,
    });
  return {reason: finished.reason, exitCode, error: null};
}

function errorPart(error: unknown): EndPart {
  const known = error instanceof OneshotError ? error : internal(error);
  const {code, message, nextStep} = known;
  return {reason: message, exitCode: exitCodeOfError(known), error: {code, message, nextStep}};
}

function internal(cause: unknown): OneshotError {
  return new OneshotError('INTERNAL', messageOf(cause), 'Report it, with what --debug shows.', {cause});
}
