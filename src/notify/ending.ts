import type {Ending} from '../event.ts';

/** Version of the document, its `v`. */
export const ENDING_VERSION = 1;

/** How a session has ended, for whoever is to be told; `docs/notifications.md`. */
export interface EndingReport {
  v: typeof ENDING_VERSION;
  /** Id of the session. */
  session: string;
  task: string | null;
  ending: Ending;
  /** Why, in one line for a person. */
  reason: string;
  /** The last worker's final words. */
  text: string | null;
  iterations: number;
  /** With which oneshot will exit. */
  exitCode: number;
  /** Of all runs, as far as the agents told it; null where none did. */
  costUsd: number | null;
  /** From its start, or from when it was resumed, ms. */
  durationMs: number;
  /** Where the agents worked. */
  cwd: string;
  /** The session folder. */
  dir: string;
  /** ms since the epoch; the start is that of the first oneshot that was at work on it. */
  startedAt: number;
  endedAt: number;
}
