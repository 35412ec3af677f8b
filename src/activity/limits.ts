/** The limits of the clocks that a run is judged by. What each clock measures: `docs/timeouts.md`. */

/** In ms; null: the clock is off. */
export interface ActivityLimits {
  /** Until the first progress. @default 300_000 */
  initialMs: number | null;
  /** After it, the longest time without evidence of any watched kind. @default 120_000 */
  idleMs: number | null;
  /** In place of `idleMs` while a tool call is in progress. @default 1_800_000 */
  toolMs: number | null;
  /** The whole run. @default 3_600_000 */
  maxMs: number | null;
  /** How often the clocks are looked at; sooner when a limit falls earlier. @default 30_000 */
  intervalMs: number;
}

/** Of a task. */
export const DEFAULT_LIMITS: Readonly<ActivityLimits> = {
  initialMs: 300_000,
  idleMs: 120_000,
  toolMs: 1_800_000,
  maxMs: 3_600_000,
  intervalMs: 30_000,
};

/** Of a program that may take as long as it likes: every clock is off. */
export const NO_LIMITS: Readonly<ActivityLimits> = {
  initialMs: null,
  idleMs: null,
  toolMs: null,
  maxMs: null,
  intervalMs: DEFAULT_LIMITS.intervalMs,
};
