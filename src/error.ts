/** The codes of every error oneshot raises itself. Match on `error.code`, never on the message. */
export type ErrorCode =
  | 'USAGE'
  | 'UNKNOWN_COMMAND'
  | 'UNKNOWN_EXECUTOR'
  | 'INVALID_OPTION'
  | 'EMPTY_PROMPT'
  | 'EMPTY_CRITERIA'
  | 'CONFIG_INVALID'
  | 'CONFIG_UNTRUSTED'
  | 'FILE_EXISTS'
  | 'UNWRITABLE_FILE'
  | 'NOTHING_TO_RESUME'
  | 'AGENT_STILL_RUNNING'
  | 'UNREADABLE_FILE'
  | 'SESSION_NOT_FOUND'
  | 'CONFIRMATION_NEEDED'
  | 'SESSION_UNSUPPORTED'
  | 'SESSION_LOCKED'
  | 'BATCH_RUNNING'
  | 'BATCH_LINE_INVALID'
  | 'WORKTREE_BUSY'
  | 'WORKTREE_UNAVAILABLE'
  | 'SESSION_ABANDONED'
  | 'SESSION_DAMAGED'
  | 'NO_RESULT'
  | 'AGENT_NOT_FOUND'
  | 'AGENT_UNSUPPORTED'
  | 'AGENT_NOT_LOGGED_IN'
  | 'PERMISSION_MODE_UNSUPPORTED'
  | 'SPAWN_FAILED'
  | 'PTY_UNAVAILABLE'
  | 'STATE_UNWRITABLE'
  | 'RECORDING_FAILED'
  | 'CWD_UNUSABLE'
  | 'OUTPUT_FAILED'
  | 'OTEL_UNAVAILABLE'
  | 'INTERNAL';

/**
 * The one error class. `message` says what happened, `nextStep` what the reader can do about it, `cause` where it came from.
 * Expected endings of an agent are values (`RunFinished`), not errors: this is thrown when oneshot could not do its part.
 */
export class OneshotError extends Error {
  override readonly name = 'OneshotError';
  readonly code: ErrorCode;
  readonly nextStep: string;

  constructor(code: ErrorCode, message: string, nextStep: string, options?: {cause?: unknown}) {
    super(message, options);
    this.code = code;
    this.nextStep = nextStep;
  }
}

/** The `code` of a system error (`ENOENT`, `EPIPE`, …), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as {code?: unknown} | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
